"""Runs: asked for once, planned once, finished once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.runs import ChunkState, RunState
from notes_pipeline.store.events import add_end_of_run
from notes_pipeline.store.tables import ChunkRow, RunRow, TranscriptRow
from notes_pipeline.store.tables.base import table_of

ANNOUNCED_FOR = timedelta(seconds=10)  # a plan or a finish that was rung for takes well under a second
CLOCKS_DIFFER_BY = timedelta(minutes=1)  # at most; a time further ahead was written before the clock jumped back
LONGEST_WAIT = timedelta(minutes=10)  # no summary is put off for longer


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is asked for with; together with the transcript and the guide, model and recipe are its identity.

    `prompts`: hash by name. `judge_model`: None: nobody judges. `budget_micro_usd`: None: no limit. `is_backfill`:
    whatever else waits goes first. `deadline_s`: from now; what is not drafted by then fails; None: no end.
    `traceparent`, `request_id`: see `RunRow`.
    """

    model: str
    prompts: Mapping[str, str]
    recipe: str
    verifier_version: str
    roles: Roles
    uses_cache: bool = True
    repairs: bool = False
    summarises: bool = False
    judge_model: str | None = None
    budget_micro_usd: int | None = None
    is_backfill: bool = False
    deadline_s: float | None = None
    traceparent: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredRun:
    id: UUID
    workspace_id: UUID
    transcript_id: UUID
    guide_id: UUID
    model: str
    prompts: dict[str, str]
    verifier_version: str
    roles: Roles
    uses_cache: bool
    repairs: bool
    summarises: bool
    judge_model: str | None
    budget_micro_usd: int | None
    attempts: int
    state: RunState
    reason: str | None
    chunks_total: int | None
    created_at: datetime
    finished_at: datetime | None
    is_backfill: bool
    cancelled_at: datetime | None
    traceparent: str | None
    request_id: str | None


def request_run(
    session: Session, workspace_id: UUID, transcript_id: UUID, guide_id: UUID, request: RunRequest, *, anew: bool
) -> tuple[UUID, bool]:
    """Give the latest run of the same request, or make a new one where there is none, it is incomplete, or `anew`.

    Returns the id and whether it is new. The transcript's row is locked: two requests at once make one run.

    Raises:
        NotFoundError: the transcript is not there (any more).
    """
    transcript = select(TranscriptRow.id).where(TranscriptRow.id == transcript_id).with_for_update(key_share=True)
    if session.scalar(transcript) is None:
        raise NotFoundError(f"no transcript {transcript_id}")
    latest = session.execute(
        select(RunRow.id, RunRow.ordinal, RunRow.state, RunRow.cancelled_at)
        .where(
            RunRow.transcript_id == transcript_id,
            RunRow.guide_id == guide_id,
            RunRow.model == request.model,
            RunRow.recipe == request.recipe,
        )
        .order_by(RunRow.ordinal.desc())
        .limit(1)
    ).one_or_none()
    is_good = latest is not None and not (RunState(latest.state).is_incomplete or latest.cancelled_at is not None)
    if latest is not None and is_good and not anew:
        return latest.id, False
    run_id = new_id()
    session.execute(
        insert(RunRow).values(
            id=run_id,
            workspace_id=workspace_id,
            transcript_id=transcript_id,
            guide_id=guide_id,
            model=request.model,
            prompts=dict(request.prompts),
            recipe=request.recipe,
            ordinal=0 if latest is None else latest.ordinal + 1,
            verifier_version=request.verifier_version,
            interviewers=sorted(request.roles.interviewers),
            participants=sorted(request.roles.participants),
            roles_guessed=request.roles.guessed,
            uses_cache=request.uses_cache,
            repairs=request.repairs,
            summarises=request.summarises,
            judge_model=request.judge_model,
            budget_micro_usd=request.budget_micro_usd,
            is_backfill=request.is_backfill,
            deadline_at=None if request.deadline_s is None else func.now() + timedelta(seconds=request.deadline_s),
            traceparent=request.traceparent,
            request_id=request.request_id,
        )
    )
    return run_id, True


def count_open_runs(session: Session, workspace_id: UUID, *, at_most: int) -> int:
    """Count the runs of a workspace that have not ended; no further than `at_most`."""
    is_open = RunRow.state.in_([state.value for state in RunState if not state.is_final])
    found = select(RunRow.id).where(RunRow.workspace_id == workspace_id, is_open).limit(at_most).subquery()
    return session.scalars(select(func.count()).select_from(found)).one()


def load_run(session: Session, run_id: UUID, *, lock: bool = False) -> StoredRun:
    """Read a run; `lock`: keep its row until the transaction ends.

    Raises:
        NotFoundError: no run has this id.
    """
    query = select(RunRow).where(RunRow.id == run_id).execution_options(populate_existing=True)
    row = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if row is None:
        raise NotFoundError(f"no run {run_id}")
    return _stored(row)


def find_run(session: Session, run_id: UUID, *, lock: bool = False) -> StoredRun | None:
    """Read a run as `load_run` does; None: there is none, as after its transcript was erased."""
    try:
        return load_run(session, run_id, lock=lock)
    except NotFoundError:
        return None


def run_exists(session: Session, run_id: UUID, *, workspace_id: UUID) -> bool:
    row = session.get(RunRow, run_id)
    return row is not None and row.workspace_id == workspace_id


def latest_runs(
    session: Session, workspace_id: UUID, *, transcript_id: UUID | None = None, limit: int = 20
) -> list[StoredRun]:
    """List runs of a workspace, the newest first."""
    query = select(RunRow).where(RunRow.workspace_id == workspace_id).order_by(RunRow.id.desc()).limit(limit)
    if transcript_id is not None:
        query = query.where(RunRow.transcript_id == transcript_id)
    return [_stored(row) for row in session.scalars(query)]


def list_runs(
    session: Session,
    workspace_id: UUID,
    *,
    transcript_id: UUID | None = None,
    state: RunState | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[StoredRun]:
    """List runs of a workspace in the order in which they were asked for; `after`: the last id of the page before."""
    query = select(RunRow).where(RunRow.workspace_id == workspace_id).order_by(RunRow.id).limit(limit)
    if transcript_id is not None:
        query = query.where(RunRow.transcript_id == transcript_id)
    if state is not None:
        query = query.where(RunRow.state == state.value)
    if after is not None:
        query = query.where(RunRow.id > after)
    return [_stored(row) for row in session.scalars(query)]


def set_state(session: Session, run_id: UUID, state: RunState, *, reason: str | None = None) -> None:
    """Set the state of a run, whose row must be locked. Of a final one webhooks are told: its notes must be there."""
    values: dict[str, object] = {"state": state.value, "reason": reason, "enqueued_at": func.now()}
    if state.is_final:
        values["finished_at"] = func.clock_timestamp()
    session.execute(update(RunRow).where(RunRow.id == run_id).values(**values))
    add_end_of_run(session, run_id, state)


def lock_state(session: Session, run_id: UUID) -> RunState | None:
    """Keep the row of a run until the transaction ends, and give its state; None: there is no such run."""
    state = session.scalar(_LOCK_STATE, {"of": run_id})
    return None if state is None else RunState(state)


def stored_reason(session: Session, run_id: UUID) -> str | None:
    return session.scalar(select(RunRow.reason).where(RunRow.id == run_id))


def mark_cancelled(session: Session, run_id: UUID) -> None:
    session.execute(update(RunRow).where(RunRow.id == run_id).values(cancelled_at=func.now()))


def reopen(session: Session, run_id: UUID, state: RunState, *, deadline_s: float | None) -> None:
    """Take a run that has ended up again, with a deadline of its own."""
    session.execute(
        update(RunRow)
        .where(RunRow.id == run_id)
        .values(
            state=state.value,
            reason=None,
            attempts=0,
            enqueued_at=func.now(),
            finished_at=None,
            cancelled_at=None,
            deadline_at=None if deadline_s is None else func.now() + timedelta(seconds=deadline_s),
        )
    )


def overdue_runs(session: Session) -> list[tuple[UUID, RunState]]:
    """Find the open runs whose deadline is over, and that wait for chunks or for a summary."""
    waiting = [RunState.QUEUED.value, RunState.RUNNING.value, RunState.SUMMARISING.value]
    rows = session.execute(
        select(RunRow.id, RunRow.state).where(RunRow.state.in_(waiting), RunRow.deadline_at < func.now()).limit(1_000)
    )
    return [(id_, RunState(state)) for id_, state in rows]


def postpone_summary(session: Session, run_id: UUID, *, wait_s: float, counts: bool) -> None:
    """Have a summary tried again after `wait_s` seconds: that is when the sweep finds the run unannounced."""
    rings_at = func.now() + min(timedelta(seconds=wait_s), LONGEST_WAIT) - ANNOUNCED_FOR
    session.execute(
        update(RunRow)
        .where(RunRow.id == run_id)
        .values(enqueued_at=rings_at, attempts=RunRow.attempts + (1 if counts else 0))
    )


def set_planned(session: Session, run_id: UUID, chunks: int) -> None:
    session.execute(update(RunRow).where(RunRow.id == run_id).values(state=RunState.RUNNING.value, chunks_total=chunks))


def unannounced_runs(session: Session, state: RunState) -> list[UUID]:
    """Choose the runs in a state that wait for a step for a while, and note that they were rung for."""
    ahead = CLOCKS_DIFFER_BY + (LONGEST_WAIT if state is RunState.SUMMARISING else timedelta())
    rung_a_while_ago = (RunRow.enqueued_at < func.now() - ANNOUNCED_FOR) | (RunRow.enqueued_at > func.now() + ahead)
    chosen = select(RunRow.id).where(RunRow.state == state.value, rung_a_while_ago).order_by(RunRow.id).limit(1_000)
    ids = list(session.scalars(chosen.with_for_update(key_share=True, skip_locked=True)))
    session.execute(update(RunRow).where(RunRow.id.in_(ids)).values(enqueued_at=func.now()))
    return ids


def running_without_open_chunks(session: Session) -> list[UUID]:
    """Find the runs of which the last chunk ended without closing them, as when it was set aside."""
    is_open = ChunkRow.state.in_([ChunkState.PENDING.value, ChunkState.RUNNING.value])
    has_open = select(ChunkRow.id).where(ChunkRow.run_id == RunRow.id, is_open).exists()
    return list(session.scalars(select(RunRow.id).where(RunRow.state == RunState.RUNNING.value, ~has_open)))


def _stored(row: RunRow) -> StoredRun:
    return StoredRun(
        id=row.id,
        workspace_id=row.workspace_id,
        transcript_id=row.transcript_id,
        guide_id=row.guide_id,
        model=row.model,
        prompts=row.prompts,
        verifier_version=row.verifier_version,
        roles=Roles(frozenset(row.interviewers), frozenset(row.participants), row.roles_guessed),
        uses_cache=row.uses_cache,
        repairs=row.repairs,
        summarises=row.summarises,
        judge_model=row.judge_model,
        budget_micro_usd=row.budget_micro_usd,
        attempts=row.attempts,
        state=RunState(row.state),
        reason=row.reason,
        chunks_total=row.chunks_total,
        created_at=row.created_at,
        finished_at=row.finished_at,
        is_backfill=row.is_backfill,
        cancelled_at=row.cancelled_at,
        traceparent=row.traceparent,
        request_id=row.request_id,
    )


# The statements of every chunk are made once: building one costs ten times what running it does.
_RUN = table_of(RunRow)
_LOCK_STATE = select(_RUN.c.state).where(_RUN.c.id == bindparam("of")).with_for_update(key_share=True)
