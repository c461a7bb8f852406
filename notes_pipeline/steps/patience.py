"""Insist on writing what is already paid for."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

# 0.25 + 0.5 + 1 + ... + 8 and three more of 8 s: about 40 s, longer than a restart of PostgreSQL takes.
TRIES, FIRST_WAIT_S, LONGEST_WAIT_S = 9, 0.25, 8.0

Result = TypeVar("Result")


def insist(write: Callable[[], Result]) -> Result:
    """Run a transaction again while the database is away, for about 40 s. Any other error is raised at once."""
    wait_s = FIRST_WAIT_S
    for left in range(TRIES - 1, -1, -1):
        try:
            return write()
        except DBAPIError as error:
            if not _is_passing(error) or not left:
                raise
            log.warning("database_away", wait_s=wait_s, error=type(error.orig).__name__)
        time.sleep(wait_s)
        wait_s = min(LONGEST_WAIT_S, 2 * wait_s)
    raise AssertionError("unreachable")


def _is_passing(error: DBAPIError) -> bool:
    """Tell a lost connection, a server that starts, a deadlock or a lost race (class 40) from an error of our own."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or sqlstate is None or sqlstate[:2] in ("08", "40", "53", "57")
