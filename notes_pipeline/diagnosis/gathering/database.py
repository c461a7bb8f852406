"""How a PostgreSQL is set, and what of our work it holds."""

import time
from datetime import timedelta

from sqlalchemy import Engine, func, or_, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.diagnosis.facts import DatabaseFacts, TableFacts, Unreachable, WorkerFacts, WorkFacts
from notes_pipeline.diagnosis.revisions import shipped_revisions
from notes_pipeline.store.health import migration_version, open_work
from notes_pipeline.store.tables import ChunkRow, RunRow, WorkerRow
from notes_pipeline.store.workers import SEEN_WITHIN

LATE = timedelta(minutes=5)
LATELY = timedelta(days=1)

PARAMETERS = (
    "max_connections",
    "superuser_reserved_connections",
    "reserved_connections",
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "autovacuum",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
)
_PARAMETERS = text("SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(:names)")
_RIGHTS = text("SELECT COALESCE(has_schema_privilege(to_regnamespace('public'), 'CREATE'), false)")
_CONNECTIONS = text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
_CLOCK = text("SELECT extract(epoch FROM clock_timestamp())")
_TABLES = text(
    "SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE schemaname = 'public' "
    "ORDER BY n_dead_tup DESC LIMIT 20"
)
_BACKEND = text("SELECT pg_backend_pid()")


def place_of(engine: Engine) -> str:
    """Name host, port and database, without the user or anything secret."""
    url = engine.url
    host = url.host or url.query.get("host") or "this machine"
    port = f":{url.port}" if url.port else ""
    return f"{host}{port}/{url.database or ''}"


def gather_database(engine: Engine) -> DatabaseFacts | Unreachable:
    """Ask the server. It takes some milliseconds, or five seconds where nothing answers."""
    try:
        with engine.connect() as connection:
            pairs = connection.execute(_PARAMETERS, {"names": list(PARAMETERS)}).all()
            began = time.time()
            theirs = float(connection.execute(_CLOCK).scalar_one())
            ours = (began + time.time()) / 2
            tables = tuple(
                TableFacts(name=name, live_rows=live, dead_rows=dead)
                for name, live, dead in connection.execute(_TABLES).all()
            )
            return DatabaseFacts(
                place=place_of(engine),
                version=int(connection.execute(text("SHOW server_version_num")).scalar_one()),
                revision=migration_version(engine),
                shipped=shipped_revisions(),
                parameters={str(name): str(value) for name, value in pairs},
                connections=int(connection.execute(_CONNECTIONS).scalar_one()),
                clock_ahead_s=theirs - ours,
                may_create_tables=bool(connection.execute(_RIGHTS).scalar_one()),
                is_pooled_by_transaction=_shares_a_backend(engine),
                tables=tables,
            )
    except SQLAlchemyError as error:
        return Unreachable(place_of(engine), first_line(error))


def gather_work(engine: Engine) -> WorkFacts | None:
    """Ask what is open and who works. None: the schema is older than this code, or the database went away."""
    try:
        with Session(engine) as session:
            chunk_is_late = (ChunkRow.state == ChunkState.PENDING.value) & (
                ChunkRow.next_attempt_at < func.now() - LATE
            )
            late, oldest = session.execute(
                select(func.count(), func.max(func.extract("epoch", func.now() - ChunkRow.next_attempt_at))).where(
                    chunk_is_late
                )
            ).one()
            return WorkFacts(
                workers=_workers(session),
                open_pieces=_open_pieces(engine),
                late_chunks=late,
                oldest_late_s=float(oldest or 0),
                late_runs=_late_runs(session),
                poisoned=_poisoned(session),
            )
    except (ProgrammingError, OperationalError):
        return None


def _open_pieces(engine: Engine) -> int:
    """Count chunks, and the runs that wait for a step of their own; a running one waits for its chunks."""
    waiting = f"runs {RunState.RUNNING.value}"
    return sum(number for what, number in open_work(engine).items() if what != waiting)


def _workers(session: Session) -> tuple[WorkerFacts, ...]:
    row = WorkerRow
    found = session.execute(
        select(row.host, row.pid, row.version, row.slots, row.busy, func.extract("epoch", func.now() - row.swept_at))
        .where(row.seen_at > func.now() - SEEN_WITHIN)
        .order_by(row.host, row.pid)
    )
    return tuple(
        WorkerFacts(
            host=host,
            pid=pid,
            version=version,
            slots=slots,
            busy=busy,
            swept_s_ago=None if swept is None else float(swept),
        )
        for host, pid, version, slots, busy, swept in found
    )


def _late_runs(session: Session) -> int:
    is_open = RunRow.state.in_([state.value for state in RunState if not state.is_final])
    found = session.scalar(select(func.count()).where(is_open, RunRow.deadline_at < func.now() - LATE))
    return int(found or 0)


def _poisoned(session: Session) -> int:
    recent = or_(ChunkRow.finished_at > func.now() - LATELY, RunRow.finished_at > func.now() - LATELY)
    found = session.scalar(
        select(func.count())
        .select_from(ChunkRow)
        .join(RunRow, RunRow.id == ChunkRow.run_id)
        .where(ChunkRow.outcome == ChunkOutcome.POISONED.value, recent)
    )
    return int(found or 0)


def _shares_a_backend(engine: Engine) -> bool:
    """Tell whether two connections that are open at once reach one backend, as a pooler by transaction makes them."""
    with engine.connect() as first, engine.connect() as second:
        mine = first.execution_options(isolation_level="AUTOCOMMIT").scalar(_BACKEND)
        theirs = second.execution_options(isolation_level="AUTOCOMMIT").scalar(_BACKEND)
    return mine is not None and mine == theirs


def first_line(error: SQLAlchemyError) -> str:
    """What the driver says, without the statement and the link that SQLAlchemy adds."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
