"""Insist on writing what is already paid for."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from notes_pipeline.telemetry import metrics

log = structlog.get_logger()

# Ten minutes: longer than a failover, a restart after a crash or a network that is mended take. What waits meanwhile is
# paid for; a process that is to stop does not wait for it.
PATIENCE_S, FIRST_WAIT_S, LONGEST_WAIT_S = 600.0, 0.25, 5.0

Result = TypeVar("Result")


def insist(write: Callable[[], Result]) -> Result:
    """Run a transaction again while the database is away, for ten minutes. Any other error is raised at once."""
    wait_s, until = FIRST_WAIT_S, time.monotonic() + PATIENCE_S
    while True:
        try:
            return write()
        except SQLAlchemyError as error:
            if not is_passing(error) or time.monotonic() > until:
                raise
            metrics.database_away()
            log.warning("database_away", wait_s=wait_s, error=in_short(error))
        # Spread, so that a hundred threads do not knock together.
        time.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 (no secret depends on it)
        wait_s = min(LONGEST_WAIT_S, 2 * wait_s)


def in_short(error: SQLAlchemyError) -> str:
    """Give what the database said, without the statement and its parameters: they hold people's words."""
    said = str(error.orig).strip().splitlines() if isinstance(error, DBAPIError) else []
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


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
