"""Chunks as the ledger of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Interval, bindparam, func, insert, select
from sqlalchemy.orm import Session

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.runs import ChunkOutcome, ChunkState
from notes_pipeline.core.transcript import Span
from notes_pipeline.store.tables import ChunkRow
from notes_pipeline.store.tables.base import Records, table_of


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A line of the chunk ledger."""

    id: UUID
    index: int
    span: Span
    state: ChunkState
    outcome: ChunkOutcome | None
    error: str | None
    attempts: int
    losses: int
    halvings: int
    finished_at: datetime | None


def add_chunks(
    session: Session,
    run_id: UUID,
    chunks: Sequence[Chunk],
    *,
    workspace_id: UUID,
    is_backfill: bool,
    aside_s: float = 0.0,
) -> list[UUID]:
    """Store the chunks of a run, due at once. `aside_s`: only then for any other than the one who plans."""
    rows = [
        {
            "id": new_id(),
            "run_id": run_id,
            "workspace_id": workspace_id,
            "is_backfill": is_backfill,
            "aside": timedelta(seconds=aside_s),
            "index": chunk.index,
            "text_from": chunk.span.start,
            "text_to": chunk.span.end,
            "new_from": chunk.new_from,
        }
        for chunk in chunks
    ]
    if rows:
        session.execute(_ADD, rows)
    return [row["id"] for row in rows if isinstance(row["id"], UUID)]


def chunk_ledger(session: Session, run_id: UUID) -> list[StoredChunk]:
    """List the chunks of a run in the order of the transcript."""
    in_order = (ChunkRow.text_from, ChunkRow.text_to, ChunkRow.index)
    rows = session.scalars(select(ChunkRow).where(ChunkRow.run_id == run_id).order_by(*in_order))
    return [
        StoredChunk(
            id=row.id,
            index=row.index,
            span=Span(row.text_from, row.text_to),
            state=ChunkState(row.state),
            outcome=None if row.outcome is None else ChunkOutcome(row.outcome),
            error=row.error,
            attempts=row.attempts,
            losses=row.losses,
            halvings=row.halvings,
            finished_at=row.finished_at,
        )
        for row in rows
    ]


def count_states(session: Session, run_id: UUID) -> dict[ChunkState, int]:
    rows = session.execute(
        select(ChunkRow.state, func.count()).where(ChunkRow.run_id == run_id).group_by(ChunkRow.state)
    )
    return {ChunkState(state): number for state, number in rows}


def last_setback(session: Session, run_id: UUID) -> str | None:
    """Tell why a chunk of a run waits; of several, that which was put off last."""
    return session.scalar(
        select(ChunkRow.error)
        .where(ChunkRow.run_id == run_id, ChunkRow.state == ChunkState.PENDING.value, ChunkRow.error.is_not(None))
        .order_by(ChunkRow.next_attempt_at.desc())
        .limit(1)
    )


def coverage_answers(session: Session, run_id: UUID) -> list[Records]:
    """Give what the model said of the questions, one list for each chunk that is done."""
    return [
        coverage or []
        for coverage in session.scalars(
            select(ChunkRow.coverage)
            .where(ChunkRow.run_id == run_id, ChunkRow.state == ChunkState.DONE.value)
            .order_by(ChunkRow.text_from, ChunkRow.text_to)
        )
    ]


# Made once: building a statement costs ten times what running it does.
_CHUNK = table_of(ChunkRow)
_ADD = insert(_CHUNK).values(next_attempt_at=func.now() + bindparam("aside", type_=Interval()))
