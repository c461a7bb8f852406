"""What OpenAPI says of the answers to creating requests."""

from typing import Any

_HEADERS: dict[str, Any] = {
    "Location": {"description": "Where it can be read.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true`: this Idempotency-Key was sent before, and this is the answer from then.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
CREATED: dict[str, Any] = {"description": "It is new.", "headers": _HEADERS}
SAME_AGAIN: dict[str, Any] = {"description": "The same is stored already; this is it.", "headers": _HEADERS}
