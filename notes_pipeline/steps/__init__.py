"""The use cases: each reads, calls the core, writes. Each may run twice, or be killed at any line, to the same result.

A step opens its own transactions, holds none during a model call, and returns what is to be done next; whoever called
it rings for that.
"""
