"""Who works: a row for each worker process, with its last sign of life."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.store.tables import WorkerRow

SEEN_WITHIN = timedelta(minutes=1)  # several signs of life
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process as its row tells. `busy`: of its `slots`."""

    id: UUID
    host: str
    pid: int
    version: str
    slots: int
    busy: int
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Worked:
    """What a process tells of itself."""

    id: UUID
    host: str
    pid: int
    version: str
    slots: int


def sign_of_life(session: Session, worker: Worked, *, busy: int) -> None:
    session.execute(
        insert(WorkerRow)
        .values(id=worker.id, host=worker.host, pid=worker.pid, version=worker.version, slots=worker.slots, busy=busy)
        .on_conflict_do_update(index_elements=["id"], set_={"busy": busy, "seen_at": func.now()})
    )


def sign_off(session: Session, worker_id: UUID) -> None:
    session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))


def note_sweep(session: Session, worker_id: UUID) -> None:
    """Note that a worker swept, and forget those that were not seen for a day."""
    session.execute(update(WorkerRow).where(WorkerRow.id == worker_id).values(swept_at=func.now()))
    session.execute(delete(WorkerRow).where(WorkerRow.seen_at < func.now() - FORGOTTEN_AFTER))


def count_workers(session: Session) -> int:
    """Count the workers that gave a sign of life lately."""
    seen = WorkerRow.seen_at > func.now() - SEEN_WITHIN
    return session.scalars(select(func.count()).select_from(WorkerRow).where(seen)).one()


def workers_seen(session: Session, *, within: timedelta = SEEN_WITHIN) -> list[Worker]:
    """List the workers that gave a sign of life lately."""
    rows = session.scalars(
        select(WorkerRow).where(WorkerRow.seen_at > func.now() - within).order_by(WorkerRow.host, WorkerRow.pid)
    )
    return [
        Worker(row.id, row.host, row.pid, row.version, row.slots, row.busy, row.started_at, row.seen_at) for row in rows
    ]
