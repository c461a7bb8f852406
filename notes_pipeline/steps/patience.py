"""Insist on writing what is already paid for."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

log = structlog.get_logger()

# 0.25 + 0.5 + 1 + 2 + 4 and four of 8 s: about 40 s, longer than a restart of PostgreSQL takes.
TRIES, FIRST_WAIT_S, LONGEST_WAIT_S = 10, 0.25, 8.0

Result = TypeVar("Result")


def insist(write: Callable[[], Result]) -> Result:
    """Run a transaction again while the database is away, for about 40 s. Any other error is raised at once."""
    wait_s = FIRST_WAIT_S
    for left in range(TRIES - 1, -1, -1):
        try:
            return write()
        except SQLAlchemyError as error:
            if not is_passing(error) or not left:
                raise
            log.warning("database_away", wait_s=wait_s, error=type(error).__name__)
        time.sleep(wait_s)
        wait_s = min(LONGEST_WAIT_S, 2 * wait_s)
    raise AssertionError("unreachable")


def is_passing(error: SQLAlchemyError) -> bool:
    """Tell a lost connection, a server that starts, a full pool, a deadlock or a lost race from an error of our own."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate is None:
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return error.connection_invalidated or sqlstate[:2] in ("08", "40", "53", "57")
