"""Chunks as leased work. Times are the database's own, so a worker whose clock jumps does no harm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.orm import Session

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.runs import ChunkOutcome, ChunkState
from notes_pipeline.core.transcript import Span
from notes_pipeline.store.tables import ChunkRow, RunRow
from notes_pipeline.store.tables.base import Records

MAX_LOSSES = 3  # workers that may die over a chunk before it is set aside


@dataclass(frozen=True, slots=True)
class LeasedChunk:
    """A chunk that this process holds until its lease ends. `token` proves it.

    `busy_for_s`: since the endpoint first turned it away; 0 where it did not, or did anything else since.
    """

    id: UUID
    run_id: UUID
    chunk: Chunk
    token: UUID
    attempts: int
    busy_for_s: float


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


def add_chunks(session: Session, run_id: UUID, chunks: Sequence[Chunk]) -> list[UUID]:
    rows = [
        {
            "id": new_id(),
            "run_id": run_id,
            "index": chunk.index,
            "text_from": chunk.span.start,
            "text_to": chunk.span.end,
            "new_from": chunk.new_from,
        }
        for chunk in chunks
    ]
    if rows:
        session.execute(insert(ChunkRow), rows)
    return [row["id"] for row in rows if isinstance(row["id"], UUID)]


def lease_chunk(session: Session, chunk_id: UUID, *, owner: str, lease_s: float) -> LeasedChunk | None:
    """Take a chunk that is due, in one statement. None: another has it, it is done, or it is not yet due."""
    row = session.execute(
        update(ChunkRow)
        .where(
            ChunkRow.id == chunk_id,
            ChunkRow.state == ChunkState.PENDING.value,
            ChunkRow.next_attempt_at <= func.now(),
        )
        .values(
            state=ChunkState.RUNNING.value,
            lease_owner=owner,
            lease_token=uuid4(),
            lease_until=func.now() + timedelta(seconds=lease_s),
        )
        .returning(
            ChunkRow.run_id,
            ChunkRow.index,
            ChunkRow.text_from,
            ChunkRow.text_to,
            ChunkRow.new_from,
            ChunkRow.lease_token,
            ChunkRow.attempts,
            func.coalesce(func.extract("epoch", func.now() - ChunkRow.busy_since), 0.0),
        )
    ).one_or_none()
    if row is None:
        return None
    run_id, index, text_from, text_to, new_from, token, attempts, busy_for_s = row
    if token is None:
        return None
    chunk = Chunk(index, Span(text_from, text_to), new_from)
    return LeasedChunk(chunk_id, run_id, chunk, token, attempts, float(busy_for_s))


def renew_leases(session: Session, tokens: Iterable[UUID], *, lease_s: float) -> set[UUID]:
    """Prolong leases that are still held; returns the tokens for which that was so."""
    renewed = session.scalars(
        update(ChunkRow)
        .where(ChunkRow.lease_token.in_(list(tokens)))
        .values(lease_until=func.now() + timedelta(seconds=lease_s))
        .returning(ChunkRow.lease_token)
    )
    return {token for token in renewed if token is not None}


def settle_chunk(
    session: Session,
    leased: LeasedChunk,
    state: ChunkState,
    outcome: ChunkOutcome,
    *,
    error: str | None = None,
    coverage: Records | None = None,
) -> bool:
    """End the work on a leased chunk. False: the lease was lost, another has done or will do it; write nothing more."""
    settled = session.scalar(
        update(ChunkRow)
        .where(ChunkRow.id == leased.id, ChunkRow.lease_token == leased.token)
        .values(
            state=state.value,
            outcome=outcome.value,
            error=error,
            coverage=coverage,
            finished_at=func.clock_timestamp(),
            **_NO_LEASE,
        )
        .returning(ChunkRow.id)
    )
    return settled is not None


def release_chunk(
    session: Session, leased: LeasedChunk, *, error: str, wait_s: float, counts: bool, is_busy: bool = False
) -> bool:
    """Give a leased chunk back, to be tried again after `wait_s` seconds.

    `counts`: as a failed attempt. `is_busy`: the endpoint turned it away.
    """
    busy_since = func.coalesce(ChunkRow.busy_since, func.now()) if is_busy else ChunkRow.busy_since
    released = session.scalar(
        update(ChunkRow)
        .where(ChunkRow.id == leased.id, ChunkRow.lease_token == leased.token)
        .values(
            state=ChunkState.PENDING.value,
            error=error,
            attempts=ChunkRow.attempts + (1 if counts else 0),
            busy_since=None if counts else busy_since,
            next_attempt_at=func.now() + timedelta(seconds=wait_s),
            **_NO_LEASE,
        )
        .returning(ChunkRow.id)
    )
    return released is not None


def halve_chunk(session: Session, leased: LeasedChunk, halves: tuple[Chunk, Chunk], *, error: str) -> UUID | None:
    """Cut a leased chunk down to the first half, due at once, and add the second as a chunk of its own.

    Returns the id of the new one; None: the lease was lost, nothing was done. `index` of the halves plays no part: the
    first keeps its own, the second gets the next free one of the run.
    """
    first, second = halves
    cut = session.scalar(
        update(ChunkRow)
        .where(ChunkRow.id == leased.id, ChunkRow.lease_token == leased.token)
        .values(
            state=ChunkState.PENDING.value,
            text_to=first.span.end,
            error=error,
            halvings=ChunkRow.halvings + 1,
            next_attempt_at=func.now(),
            **_NO_LEASE,
        )
        .returning(ChunkRow.halvings)
    )
    if cut is None:
        return None
    session.execute(update(RunRow).where(RunRow.id == leased.run_id).values(chunks_total=RunRow.chunks_total + 1))
    last = session.scalars(select(func.max(ChunkRow.index)).where(ChunkRow.run_id == leased.run_id)).one()
    second_id = new_id()
    session.execute(
        insert(ChunkRow).values(
            id=second_id,
            run_id=leased.run_id,
            index=(last or 0) + 1,
            text_from=second.span.start,
            text_to=second.span.end,
            new_from=second.new_from,
            halvings=cut,
            error=error,
        )
    )
    return second_id


def give_up_pending(session: Session, run_id: UUID, outcome: ChunkOutcome, error: str) -> None:
    """Fail the chunks of a run that nobody holds: no call of theirs can succeed."""
    session.execute(
        update(ChunkRow)
        .where(ChunkRow.run_id == run_id, ChunkRow.state == ChunkState.PENDING.value)
        .values(state=ChunkState.FAILED.value, outcome=outcome.value, error=error, finished_at=func.clock_timestamp())
    )


def recover_lost(session: Session, *, lease_s: float) -> None:
    """Free the chunks whose lease ran out; set aside those that were lost `MAX_LOSSES` times.

    A server that was just started gives the workers the time of a lease to renew what they could not meanwhile.
    """
    is_up = func.pg_postmaster_start_time() < func.now() - timedelta(seconds=lease_s)
    lost = (ChunkRow.state == ChunkState.RUNNING.value) & (ChunkRow.lease_until < func.now()) & is_up
    session.execute(
        update(ChunkRow)
        .where(lost, ChunkRow.losses + 1 >= MAX_LOSSES)
        .values(
            state=ChunkState.FAILED.value,
            outcome=ChunkOutcome.POISONED.value,
            error=f"every worker that took it was lost, {MAX_LOSSES} in all",
            losses=ChunkRow.losses + 1,
            finished_at=func.clock_timestamp(),
            **_NO_LEASE,
        )
    )
    session.execute(
        update(ChunkRow).where(lost).values(state=ChunkState.PENDING.value, losses=ChunkRow.losses + 1, **_NO_LEASE)
    )


def due_chunks(session: Session, *, queue_is_empty: bool, limit: int = 1_000) -> list[UUID]:
    """Choose the pending chunks to ring for, and note that they were rung for.

    With an empty queue every due chunk lost its message, or never had one. Otherwise only one that was announced
    `STALE_AFTER` ago: ringing for all that wait doubled a queue of 1,440 in one minute.
    """
    due = select(ChunkRow.id).where(ChunkRow.state == ChunkState.PENDING.value, ChunkRow.next_attempt_at <= func.now())
    if not queue_is_empty:
        due = due.where(ChunkRow.enqueued_at < func.now() - STALE_AFTER)
    chosen = due.order_by(ChunkRow.next_attempt_at, ChunkRow.id).limit(limit).with_for_update(skip_locked=True)
    ids = list(session.scalars(chosen))
    session.execute(update(ChunkRow).where(ChunkRow.id.in_(ids)).values(enqueued_at=func.now()))
    return ids


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


def has_open_chunks(session: Session, run_id: UUID) -> bool:
    is_open = ChunkRow.state.in_([ChunkState.PENDING.value, ChunkState.RUNNING.value])
    return bool(session.scalar(select(exists().where(ChunkRow.run_id == run_id, is_open))))


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


STALE_AFTER = timedelta(minutes=15)
_NO_LEASE: dict[str, object] = {"lease_owner": None, "lease_token": None, "lease_until": None}
