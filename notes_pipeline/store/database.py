"""Engine and sessions. One engine per process; threads share its pool."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from notes_pipeline.core.errors import ServiceUnavailableError

POOL_SIZE, MAX_OVERFLOW = (
    8,
    4,
)  # 100 worker threads were fine with 8 to 16 connections: none is held during a model call
STATEMENT_TIMEOUT_MS = 60_000  # no query of ours takes a second; one that hangs must not keep a lease alive
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000  # a worker that is frozen inside a transaction must not hold its locks


class Transactions(Protocol):
    """Open a session in a transaction: committed at the end of the block, rolled back on an exception."""

    def begin(self) -> AbstractContextManager[Session]: ...


def connect(database_url: str) -> Engine:
    """Make the engine. `pool_pre_ping`: without it the first query after a restart of PostgreSQL fails."""
    return create_engine(
        database_url,
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS}",
        },
    )


def transactions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def server_version(engine: Engine) -> str:
    """Ask the server for its version.

    Raises:
        ServiceUnavailableError: it does not answer.
    """
    try:
        with engine.connect() as connection:
            return str(connection.execute(text("SHOW server_version")).scalar_one())
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ServiceUnavailableError(f"PostgreSQL does not answer: {reason}. Check DATABASE_URL.") from error


def try_advisory_lock(session: Session, key: int) -> bool:
    """Take a lock that ends with the transaction; False: another transaction has it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))
