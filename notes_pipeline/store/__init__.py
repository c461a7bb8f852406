"""PostgreSQL: the truth about what is done. The only package that knows tables.

Functions take a `Session` inside a transaction that a step opened; none commits, none talks to anything else.
"""
