"""Chunks as leased work: taken in turns, renewed, given back, freed when their worker is lost.

Times are the database's own, so a worker whose clock jumps does no harm. The token of a lease proves it: whoever has
not the latest one writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, Row, Uuid, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.runs import ChunkOutcome, ChunkState
from notes_pipeline.core.transcript import Span
from notes_pipeline.store.tables import ChunkRow, RunRow
from notes_pipeline.store.tables.base import table_of

MAX_LOSSES = 3  # workers that may die over a chunk before it is set aside
# Older chunks of runs that others work on, which a worker leaves to them; with more it takes the oldest. So none waits
# for one slow worker, and a transcript is read and indexed (20 ms for an hour of talk) once, not by every worker.
PASSED_OVER = 32
LONGEST_WAIT = timedelta(hours=2)  # no chunk is put off for longer
CLOCKS_DIFFER_BY = timedelta(minutes=1)  # at most; a time further ahead was written before the clock jumped back
STALE_AFTER = timedelta(minutes=15)
_CHOICE_LOCK = 7_701_404  # any number, the same in all workers


@dataclass(frozen=True, slots=True)
class LeasedChunk:
    """A chunk that this process holds until its lease ends. `token` proves it.

    `busy_for_s`: since the endpoint first turned it away; 0 where it did not, or did anything else since. `losses`:
    workers that were lost over it.
    """

    id: UUID
    run_id: UUID
    chunk: Chunk
    token: UUID
    attempts: int
    busy_for_s: float
    losses: int = 0

    @property
    def is_on_last_life(self) -> bool:
        """One more lost worker, and it is set aside."""
        return self.losses + 1 >= MAX_LOSSES


def lease_chunks(
    session: Session,
    *,
    owner: str,
    lease_s: float,
    limit: int,
    most_running: int | None = None,
    backfill_first: bool = False,
    on_last_life: bool = False,
) -> list[LeasedChunk]:
    """Take up to `limit` due chunks, those whose turn it is.

    What is no backfill goes first, unless `backfill_first`. Among equals workspaces take turns, the one with the fewest
    chunks in hand first: one with 1,000 transcripts keeps no other waiting. In a workspace the oldest goes first; but
    sooner than that a chunk of a run that `owner` works on, since it has read that transcript already, and later one of
    a run that only others work on.
    `most_running`: of all workers together. `on_last_life`: take only chunks that one more loss would set aside; else
    only others. Workers take one after the other, so that none chooses what another just takes.
    """
    session.execute(_LOCK_CHOICE)
    rows = session.execute(
        _LEASE_IN_TURN,
        {
            "owner": owner,
            "lease_s": lease_s,
            "limit": limit,
            "most_running": -1 if most_running is None else most_running,
            "backfill_first": backfill_first,
            "on_last_life": on_last_life,
            "max_losses": MAX_LOSSES,
            "passed_over": PASSED_OVER,
        },
    )
    return [_leased(row) for row in rows]


def lease_chunk(
    session: Session, chunk_id: UUID, *, owner: str, lease_s: float, is_aside: bool = False
) -> LeasedChunk | None:
    """Take a chunk that is due, in one statement. None: another has it, it is done, or it is not yet due.

    `is_aside`: it is kept from others by being put off, and this is the one it is kept for.
    """
    values = {"id": chunk_id, "owner": owner, "lease_s": lease_s, "is_aside": is_aside}
    row = session.execute(_LEASE_ONE, values).one_or_none()
    return None if row is None else _leased(row)


def renew_leases(session: Session, tokens: Iterable[UUID], *, lease_s: float) -> set[UUID]:
    """Prolong leases that are still held; returns the tokens for which that was so."""
    return set(session.scalars(_RENEW, {"tokens": list(tokens), "lease": timedelta(seconds=lease_s)}))


def release_chunk(
    session: Session,
    leased: LeasedChunk,
    *,
    error: str,
    wait_s: float,
    counts: bool,
    is_busy: bool = False,
    aside_s: float = 0.0,
) -> bool:
    """Give a leased chunk back, to be tried again after `wait_s` seconds, two hours at most.

    `counts`: as a failed attempt. `is_busy`: the endpoint turned it away. `aside_s`: how much longer others wait for it
    than the one who gives it back.
    """
    busy_since = func.coalesce(ChunkRow.busy_since, func.now()) if is_busy else ChunkRow.busy_since
    wait = min(timedelta(seconds=wait_s), LONGEST_WAIT) + timedelta(seconds=aside_s)
    released = session.scalar(
        update(_CHUNK)
        .where(_CHUNK.c.id == leased.id, _CHUNK.c.lease_token == leased.token)
        .values(
            state=ChunkState.PENDING.value,
            error=error,
            attempts=_CHUNK.c.attempts + (1 if counts else 0),
            busy_since=None if counts else busy_since,
            next_attempt_at=func.now() + wait,
            enqueued_at=func.now(),
            **_NO_LEASE,
        )
        .returning(_CHUNK.c.id)
    )
    return released is not None


def give_back(session: Session, tokens: Iterable[UUID]) -> int:
    """Free chunks that this process will not end, as when it is stopped; at once, and it counts as nothing."""
    given = session.scalars(
        update(_CHUNK)
        .where(_locked(_CHUNK.c.lease_token.in_(list(tokens))))
        .values(**_DUE_NOW, **_NO_LEASE)
        .returning(_CHUNK.c.id)
    )
    return len(given.all())


def lose_chunk(session: Session, leased: LeasedChunk, *, error: str) -> bool:
    """Note that a worker was as good as lost over a chunk, as when it ran out of memory."""
    ends = leased.is_on_last_life
    values: dict[str, object] = _DUE_NOW | {"error": error}
    if ends:
        values = _poisoned(error)
    lost = session.scalar(
        update(_CHUNK)
        .where(_CHUNK.c.id == leased.id, _CHUNK.c.lease_token == leased.token)
        .values(losses=_CHUNK.c.losses + 1, **values, **_NO_LEASE)
        .returning(_CHUNK.c.id)
    )
    return lost is not None


def halve_chunk(
    session: Session, leased: LeasedChunk, halves: tuple[Chunk, Chunk], *, error: str, aside_s: float = 0.0
) -> UUID | None:
    """Cut a leased chunk down to the first half, and add the second as a chunk of its own, both due at once.

    Returns the id of the new one; None: the lease was lost, nothing was done. `index` of the halves plays no part: the
    first keeps its own, the second gets the next free one of the run. `aside_s`: how long they are kept from others.
    """
    due_at = func.now() + timedelta(seconds=aside_s)
    first, second = halves
    cut = session.execute(
        update(_CHUNK)
        .where(_CHUNK.c.id == leased.id, _CHUNK.c.lease_token == leased.token)
        .values(
            state=ChunkState.PENDING.value,
            text_to=first.span.end,
            error=error,
            halvings=_CHUNK.c.halvings + 1,
            next_attempt_at=due_at,
            enqueued_at=func.now(),
            **_NO_LEASE,
        )
        .returning(_CHUNK.c.halvings, _CHUNK.c.workspace_id, _CHUNK.c.is_backfill)
    ).one_or_none()
    if cut is None:
        return None
    session.execute(update(RunRow).where(RunRow.id == leased.run_id).values(chunks_total=RunRow.chunks_total + 1))
    last = session.scalars(select(func.max(_CHUNK.c.index)).where(_CHUNK.c.run_id == leased.run_id)).one()
    second_id = new_id()
    session.execute(
        insert(_CHUNK).values(
            id=second_id,
            run_id=leased.run_id,
            workspace_id=cut.workspace_id,
            is_backfill=cut.is_backfill,
            index=(last or 0) + 1,
            text_from=second.span.start,
            text_to=second.span.end,
            new_from=second.new_from,
            halvings=cut.halvings,
            error=error,
            next_attempt_at=due_at,
        )
    )
    return second_id


def give_up_pending(session: Session, run_id: UUID, outcome: ChunkOutcome, error: str) -> None:
    """Fail the chunks of a run that nobody holds: no call of theirs can succeed, or nobody wants them any more."""
    session.execute(
        update(_CHUNK)
        .where(_locked(_CHUNK.c.run_id == run_id, _CHUNK.c.state == ChunkState.PENDING.value))
        .values(state=ChunkState.FAILED.value, outcome=outcome.value, error=error, finished_at=func.clock_timestamp())
    )


def give_up_open(session: Session, run_id: UUID, outcome: ChunkOutcome, error: str) -> None:
    """Fail all open chunks of a run, also those that are held: their holders find their leases gone."""
    session.execute(
        update(_CHUNK)
        .where(
            _locked(
                _CHUNK.c.run_id == run_id,
                _CHUNK.c.state.in_([ChunkState.PENDING.value, ChunkState.RUNNING.value]),
            )
        )
        .values(
            state=ChunkState.FAILED.value,
            outcome=outcome.value,
            error=error,
            finished_at=func.clock_timestamp(),
            **_NO_LEASE,
        )
    )


def reopen_failed(session: Session, run_id: UUID) -> list[UUID]:
    """Make the failed chunks of a run due again, with all their attempts before them. Returns their ids."""
    reopened = session.scalars(
        update(_CHUNK)
        .where(_CHUNK.c.run_id == run_id, _CHUNK.c.state == ChunkState.FAILED.value)
        .values(
            state=ChunkState.PENDING.value,
            outcome=None,
            error=None,
            attempts=0,
            losses=0,
            busy_since=None,
            next_attempt_at=func.now(),
            enqueued_at=func.now(),
            finished_at=None,
        )
        .returning(_CHUNK.c.id)
    )
    return list(reopened)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a sweep found of lost work: chunks that were freed, and chunks that were set aside."""

    freed: int
    poisoned: int


def recover_lost(session: Session, *, lease_s: float) -> Recovered:
    """Free the chunks whose lease ran out; set aside those that were lost `MAX_LOSSES` times.

    A lease that ends later than any can was given by a clock that has jumped back since; it counts as run out.
    """
    lost = (_CHUNK.c.state == ChunkState.RUNNING.value) & (
        (_CHUNK.c.lease_until < func.now())
        | (_CHUNK.c.lease_until > func.now() + timedelta(seconds=lease_s) + CLOCKS_DIFFER_BY)
    )
    poisoned = session.scalars(
        update(_CHUNK)
        .where(_locked(lost, _CHUNK.c.losses + 1 >= MAX_LOSSES, skips=True))
        .values(
            losses=_CHUNK.c.losses + 1,
            **_poisoned(f"every worker that took it was lost, {MAX_LOSSES} in all"),
            **_NO_LEASE,
        )
        .returning(_CHUNK.c.id)
    ).all()
    freed = session.scalars(
        update(_CHUNK)
        .where(_locked(lost, skips=True))
        .values(losses=_CHUNK.c.losses + 1, **_DUE_NOW, **_NO_LEASE)
        .returning(_CHUNK.c.id)
    ).all()
    return Recovered(len(freed), len(poisoned))


def mend_pending(session: Session) -> None:
    """Set right what waits: chunks put off by a clock that has jumped back since, and those that older code made."""
    session.execute(
        update(_CHUNK)
        .where(
            _locked(
                _CHUNK.c.state == ChunkState.PENDING.value,
                _CHUNK.c.enqueued_at > func.now() + CLOCKS_DIFFER_BY,
                skips=True,
            )
        )
        .values(next_attempt_at=func.now(), enqueued_at=func.now())
    )
    session.execute(
        update(_CHUNK)
        .where(
            _CHUNK.c.state == ChunkState.PENDING.value, _CHUNK.c.workspace_id.is_(None), RunRow.id == _CHUNK.c.run_id
        )
        .values(workspace_id=RunRow.workspace_id, is_backfill=RunRow.is_backfill)
    )


def due_chunks(session: Session, *, queue_is_empty: bool, limit: int) -> list[UUID]:
    """Choose pending chunks to ring for, and note that they were rung for.

    With an empty queue every due chunk lost its message, or never had one. Otherwise only one that was announced
    `STALE_AFTER` ago. A few are enough: who hears a bell takes all that it has slots for.
    """
    due = select(_CHUNK.c.id).where(_CHUNK.c.state == ChunkState.PENDING.value, _CHUNK.c.next_attempt_at <= func.now())
    if not queue_is_empty:
        due = due.where(_CHUNK.c.enqueued_at < func.now() - STALE_AFTER)
    chosen = due.order_by(_CHUNK.c.next_attempt_at, _CHUNK.c.id).limit(limit)
    ids = list(session.scalars(chosen.with_for_update(key_share=True, skip_locked=True)))
    if ids:
        session.execute(update(_CHUNK).where(_CHUNK.c.id.in_(ids)).values(enqueued_at=func.now()))
    return ids


def _locked(*conditions: ColumnElement[bool], skips: bool = False) -> ColumnElement[bool]:
    """Choose chunks, locked in the order of their ids as all who lock many do: so that none waits in a ring.

    `skips`: leave out what another transaction just changes; not what it only refers to, as with a note of the chunk.
    """
    chosen = (
        select(_CHUNK.c.id).where(*conditions).order_by(_CHUNK.c.id).with_for_update(key_share=True, skip_locked=skips)
    )
    return _CHUNK.c.id.in_(chosen)


def _leased(row: Row[tuple[object, ...]]) -> LeasedChunk:
    chunk = Chunk(row.position, Span(row.text_from, row.text_to), row.new_from)
    return LeasedChunk(row.id, row.run_id, chunk, row.lease_token, row.attempts, float(row.busy_for_s), row.losses)


def _poisoned(error: str) -> dict[str, object]:
    return {
        "state": ChunkState.FAILED.value,
        "outcome": ChunkOutcome.POISONED.value,
        "error": error,
        "finished_at": func.clock_timestamp(),
    }


# The statements of every chunk are made once: building one costs ten times what running it does.
_CHUNK = table_of(ChunkRow)
_NO_LEASE: dict[str, object] = {"lease_owner": None, "lease_token": None, "lease_until": None}
_DUE_NOW: dict[str, object] = {
    "state": ChunkState.PENDING.value,
    "next_attempt_at": func.now(),
    "enqueued_at": func.now(),
}
_LOCK_CHOICE = select(func.pg_advisory_xact_lock(_CHOICE_LOCK))

_TAKE = """
UPDATE chunk SET state = 'running', lease_owner = :owner, lease_token = gen_random_uuid(),
                 lease_until = now() + make_interval(secs => :lease_s)
"""
_GIVE = """
RETURNING chunk.id, chunk.run_id, chunk.index AS position, chunk.text_from, chunk.text_to, chunk.new_from,
          chunk.lease_token, chunk.attempts, chunk.losses,
          coalesce(extract(epoch FROM now() - chunk.busy_since), 0) AS busy_for_s
"""
_LEASE_ONE = text(f"""{_TAKE}
    WHERE id = :id AND state = 'pending' AND (next_attempt_at <= now() OR :is_aside) {_GIVE}""")
# `place`: each workspace with pending chunks, one probe of ix_chunk_pending apiece, however many chunks it has. `turn`:
# how many chunks the workspace will have in hand with this one. Arrays instead of joins: the planner takes a LIMIT that
# it cannot see for a tenth of all, and would read the whole table.
_LEASE_IN_TURN = text(f"""
WITH RECURSIVE place AS (
    (SELECT is_backfill, workspace_id FROM chunk
     WHERE state = 'pending' AND workspace_id IS NOT NULL
     ORDER BY is_backfill, workspace_id LIMIT 1)
    UNION ALL
    SELECT beyond.is_backfill, beyond.workspace_id
    FROM place CROSS JOIN LATERAL (
        SELECT is_backfill, workspace_id FROM chunk
        WHERE state = 'pending' AND workspace_id IS NOT NULL
              AND (is_backfill, workspace_id) > (place.is_backfill, place.workspace_id)
        ORDER BY is_backfill, workspace_id LIMIT 1
    ) AS beyond
), in_hand AS (
    SELECT workspace_id, count(*) AS number FROM chunk WHERE state = 'running' GROUP BY workspace_id
), room AS (
    SELECT CASE WHEN :most_running < 0 THEN :limit
                ELSE least(:limit, :most_running - coalesce((SELECT sum(number) FROM in_hand), 0)) END AS number
), mine AS (
    SELECT DISTINCT run_id FROM chunk WHERE state = 'running' AND lease_owner = :owner
), theirs AS (
    SELECT DISTINCT run_id FROM chunk WHERE state = 'running' AND lease_owner <> :owner
), begun AS (
    SELECT each.* FROM mine CROSS JOIN LATERAL (
        SELECT id, next_attempt_at, is_backfill, workspace_id FROM chunk
        WHERE run_id = mine.run_id AND state = 'pending'
              AND next_attempt_at <= now() AND (losses + 1 >= :max_losses) = :on_last_life
        ORDER BY index LIMIT :limit
    ) AS each
), due AS (
    SELECT each.id, each.next_attempt_at, place.is_backfill, coalesce(in_hand.number, 0) + row_number() OVER (
               PARTITION BY place.is_backfill, place.workspace_id
               ORDER BY each.rank, each.next_attempt_at, each.id) AS turn
    FROM place LEFT JOIN in_hand USING (workspace_id) CROSS JOIN LATERAL (
        SELECT id, next_attempt_at, 0 AS rank FROM begun
        WHERE is_backfill = place.is_backfill AND workspace_id = place.workspace_id
        UNION (
            SELECT id, next_attempt_at, CASE WHEN run_id = ANY (ARRAY(SELECT run_id FROM mine)) THEN 0
                                             WHEN run_id = ANY (ARRAY(SELECT run_id FROM theirs)) THEN 2 ELSE 1 END
            FROM chunk
            WHERE state = 'pending' AND is_backfill = place.is_backfill AND workspace_id = place.workspace_id
                  AND next_attempt_at <= now() AND (losses + 1 >= :max_losses) = :on_last_life
            ORDER BY next_attempt_at, id LIMIT :limit + :passed_over
        )
    ) AS each
), wanted AS (
    SELECT id FROM due ORDER BY is_backfill <> :backfill_first, turn, next_attempt_at, id
    LIMIT (SELECT greatest(number, 0) FROM room)
), chosen AS (
    SELECT id FROM chunk WHERE id = ANY (ARRAY(SELECT id FROM wanted)) AND state = 'pending'
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
{_TAKE} WHERE chunk.id = ANY (ARRAY(SELECT id FROM chosen)) AND chunk.state = 'pending' {_GIVE}
""")  # noqa: S608
_RENEW = (
    update(_CHUNK)
    .where(_locked(_CHUNK.c.lease_token == func.any(bindparam("tokens", type_=ARRAY(Uuid()))), skips=True))
    .values(lease_until=func.now() + bindparam("lease", type_=Interval()))
    .returning(_CHUNK.c.lease_token)
)
