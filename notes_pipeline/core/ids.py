from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """Make a UUIDv7: it sorts by time of making. Made here, since PostgreSQL has `uuidv7()` only from version 18."""
    return UUID(int=uuid7().int)
