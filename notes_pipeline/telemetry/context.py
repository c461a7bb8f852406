from contextlib import AbstractContextManager

import structlog


def bound(**context: object) -> AbstractContextManager[None]:
    """Have every log line of this thread within the block carry these; None is left out."""
    return structlog.contextvars.bound_contextvars(
        **{name: str(value) for name, value in context.items() if value is not None}
    )
