"""Talking to a language model: prompts, the answer's schema, the client, and a model of our own that needs no key."""
