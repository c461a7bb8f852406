"""Engine and sessions. One engine per process; threads share its pool."""

import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, cast

import psycopg
from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.store.direct import Direct, as_database_errors

# 100 worker threads were fine with 8 to 16 connections: none is held during a model call. No more on top in a rush:
# such a connection is closed after use, and making one costs PostgreSQL as much as a chunk.
POOL_SIZE, MAX_OVERFLOW = 12, 0
# A connection whose other end is gone without a word is given up after half a minute, not after two hours.
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30_000}
PING_AFTER_S = 5.0  # idle; a connection that was used just now is good, and asking first would double the round trips
STATEMENT_TIMEOUT_MS = 60_000  # no query of ours takes a second; one that hangs must not keep a lease alive
_FRESHNESS = "notes_freshness"
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000  # a worker that is frozen inside a transaction must not hold its locks


class Transactions(Protocol):
    """`begin`: a session in a transaction, committed at the end of the block, rolled back on an exception.

    `direct`: a connection for statements that each are committed, see `store.direct`.
    """

    def begin(self) -> AbstractContextManager[Session]: ...

    def direct(self) -> AbstractContextManager[Direct]: ...


class _Freshness:
    """Tries a connection that was idle before it is used, and all of them after one was found broken."""

    def __init__(self) -> None:
        self._broken_at = -math.inf

    def note_broken(self) -> None:
        self._broken_at = time.monotonic()

    def note_use(self, _connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    def try_if_idle(self, connection: psycopg.Connection, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Have the pool make a new connection in the place of one that is broken.

        A new one is not tried: if it was cut since, its first statement says so. The pool would take a second refusal
        for a fault of the program.
        """
        used_at = record.info.get("used_at")
        if used_at is None or (time.monotonic() - used_at < PING_AFTER_S and used_at > self._broken_at):
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError("the connection broke while it was idle") from error


def connect(database_url: str) -> Engine:
    """Make the engine. A connection that was idle is tried before use: a restart of PostgreSQL costs no error then."""
    freshness = _Freshness()
    engine = create_engine(
        database_url,
        execution_options={_FRESHNESS: freshness},
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        pool_use_lifo=True,  # those used last: their statements are prepared, and PostgreSQL has fewer busy
        connect_args={
            "connect_timeout": 5,
            **KEEPALIVE,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS}",
        },
    )
    event.listen(engine, "checkin", freshness.note_use)
    event.listen(engine, "checkout", freshness.try_if_idle)
    return engine


class _OfEngine:
    """Transactions on an engine that `connect` made."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._freshness: _Freshness = engine.get_execution_options()[_FRESHNESS]

    def begin(self) -> AbstractContextManager[Session]:
        return self._sessions.begin()

    @contextmanager
    def direct(self) -> Iterator[Direct]:
        with as_database_errors():
            lent = self._engine.raw_connection()
            connection = cast(psycopg.Connection, lent.driver_connection)
            try:
                connection.autocommit = True
                yield Direct(connection)
            finally:
                self._take_back(lent, connection)

    def _take_back(self, lent: PoolProxiedConnection, connection: psycopg.Connection) -> None:
        """Return a connection as sessions expect it, or leave it out of the pool."""
        try:
            connection.autocommit = False
        except psycopg.Error:  # it is broken, or in the middle of something
            self._freshness.note_broken()
            lent.invalidate()
        lent.close()


def transactions(engine: Engine) -> Transactions:
    return _OfEngine(engine)


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


def lock_name(session: Session, name: str) -> None:
    """Wait for a lock that goes by a name, and keep it until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
