"""Telling a customer's server that something happened: who may be called, and how the call is signed and sent.

The URL is the customer's choice, so it is untrusted: `urls` reads it, `addresses` says what may be reached,
`connections` reaches only that, and `sending` does it all once. Knows no table and no queue; when to try again is
decided elsewhere.
"""
