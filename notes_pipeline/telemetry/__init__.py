"""What is told about the work while it is done: numbers for Prometheus, traces for OpenTelemetry, context for logs.

Nothing here holds a word of a transcript, a quote, a statement, a prompt or an answer.
"""
