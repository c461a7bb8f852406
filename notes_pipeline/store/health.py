"""What an operator asks the database."""

from typing import Any

from sqlalchemy import ColumnElement, Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from notes_pipeline.core.runs import ChunkState, RunState
from notes_pipeline.core.webhooks import DeliveryState
from notes_pipeline.store.tables import ChunkRow, DeliveryRow, EvaluationRow, RunRow, WebhookRow, WorkerRow
from notes_pipeline.store.workers import SEEN_WITHIN
from notes_pipeline.telemetry.system import SystemState


def migration_version(engine: Engine) -> str | None:
    """Give the revision of the schema; None where no migration ever ran."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def open_work(engine: Engine) -> dict[str, int]:
    """Count open runs and chunks by state, as "runs queued", "chunks pending"; states with none are left out."""
    with Session(engine) as session:
        runs, chunks = _open_runs(session), _open_chunks(session)
    return {f"runs {state}": number for state, number in runs.items()} | {
        f"chunks {state}": number for state, number in chunks.items()
    }


def system_state(session: Session) -> SystemState:
    """Count what waits and who works. Each part is served by an index of what is open, however much is stored."""
    oldest = select(func.min(ChunkRow.next_attempt_at)).where(
        ChunkRow.state == ChunkState.PENDING.value, ChunkRow.next_attempt_at <= func.now()
    )
    expired = select(func.count()).where(ChunkRow.state == ChunkState.RUNNING.value, ChunkRow.lease_until < func.now())
    oldest_due_s, expired_leases = session.execute(
        select(func.coalesce(_seconds_since(oldest.scalar_subquery()), 0.0), expired.scalar_subquery())
    ).one()
    seen = WorkerRow.seen_at > func.now() - SEEN_WITHIN
    workers, slots, busy, last_sweep_s = session.execute(
        select(
            func.count().filter(seen),
            func.coalesce(func.sum(WorkerRow.slots).filter(seen), 0),
            func.coalesce(func.sum(WorkerRow.busy).filter(seen), 0),
            _seconds_since(func.max(WorkerRow.swept_at)),
        )
    ).one()
    canary = session.execute(
        select(_seconds_since(EvaluationRow.created_at), func.cardinality(EvaluationRow.alarms))
        .where(EvaluationRow.is_canary)
        .order_by(EvaluationRow.created_at.desc())
        .limit(1)
    ).one_or_none()
    return SystemState(
        runs=_open_runs(session),
        chunks=_open_chunks(session),
        oldest_due_s=float(oldest_due_s),
        expired_leases=expired_leases,
        workers=workers,
        slots=int(slots),
        busy=int(busy),
        last_sweep_s=None if last_sweep_s is None else float(last_sweep_s),
        canary_age_s=None if canary is None else float(canary[0]),
        canary_alarms=0 if canary is None else canary[1],
        webhook_due_s=_webhook_due_s(session),
    )


def _webhook_due_s(session: Session) -> float:
    """Give since when the delivery waits that is due for longest, of webhooks in use."""
    oldest = (
        select(_seconds_since(DeliveryRow.next_attempt_at))
        .join(WebhookRow, WebhookRow.id == DeliveryRow.webhook_id)
        .where(
            DeliveryRow.state == DeliveryState.PENDING.value,
            DeliveryRow.next_attempt_at <= func.now(),
            WebhookRow.disabled_at.is_(None),
        )
        .order_by(DeliveryRow.next_attempt_at)
        .limit(1)
    )
    return float(session.scalar(oldest) or 0.0)


def _seconds_since(moment: Any) -> ColumnElement[Any]:
    return func.extract("epoch", func.now() - moment)


def _open_runs(session: Session) -> dict[str, int]:
    states = [state.value for state in RunState if not state.is_final]
    rows = session.execute(
        select(RunRow.state, func.count()).where(RunRow.state.in_(states)).group_by(RunRow.state)
    ).all()
    return {state: number for state, number in rows}  # noqa: C416 (rows are no pairs to the type checker)


def _open_chunks(session: Session) -> dict[str, int]:
    """Count apart, so that each count is one index: for both states at once the planner reads the whole table."""
    counts = {}
    for state in (ChunkState.PENDING, ChunkState.RUNNING):
        number = session.scalars(select(func.count()).where(ChunkRow.state == state.value)).one()
        if number:
            counts[state.value] = number
    return counts
