"""The one step that talks to the model."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from notes_pipeline.core.coverage import CoverageClaim
from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    ModelAnswerError,
    ModelBusyError,
    ModelConfigurationError,
    ModelError,
    ModelRefusedError,
    RetryableError,
)
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.model_calls import ModelCall
from notes_pipeline.core.notes import Note
from notes_pipeline.core.runs import ChunkOutcome, ChunkState
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.llm.generating import Model, generate_claims
from notes_pipeline.steps.checking import IndexCache, check_claim, shown_utterances
from notes_pipeline.steps.closing import close_if_complete
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.steps.patience import insist
from notes_pipeline.store.chunks import LeasedChunk, give_up_pending, lease_chunk, release_chunk, settle_chunk
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.model_calls import add_calls
from notes_pipeline.store.notes import Origin, add_drafts
from notes_pipeline.store.runs import StoredRun, load_run
from notes_pipeline.store.tables.base import Records
from notes_pipeline.store.transcripts import load_transcript
from notes_pipeline.verification import VERIFIER_VERSION

log = structlog.get_logger()

MAX_ATTEMPTS = 6  # with the waits below, a good half minute of an endpoint that fails
MAX_WAIT_S = 60.0
BUSY_WAIT_S = 5.0  # where a busy endpoint names no time


@dataclass(frozen=True, slots=True)
class Drafting:
    """What `draft_chunk` works with. `hold`: keeps a lease alive while its block runs, by token."""

    transactions: Transactions
    model: Callable[[str], Model]
    indexes: IndexCache
    owner: str
    lease_s: float
    hold: Callable[[UUID], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class _Task:
    leased: LeasedChunk
    run: StoredRun
    guide: Guide


@dataclass(frozen=True, slots=True)
class _End:
    """How a chunk ends: done with notes, or failed."""

    state: ChunkState
    outcome: ChunkOutcome
    error: str | None = None
    notes: tuple[Note, ...] = ()
    coverage: tuple[CoverageClaim, ...] = ()


def draft_chunk(drafting: Drafting, chunk_id: UUID) -> NextWork:
    """Ask the model for the claims of a chunk, verify every quote, store the notes.

    Does nothing for a chunk that another holds, that is done, or that is not yet due. No transaction is open while the
    model is asked. What was paid for is written even if the database is away for a while.
    """
    with drafting.transactions.begin() as session:
        leased = lease_chunk(session, chunk_id, owner=drafting.owner, lease_s=drafting.lease_s)
        if leased is None:
            return NOTHING
        run = load_run(session, leased.run_id)
        task = _Task(leased, run, load_guide(session, run.guide_id))
    calls: list[ModelCall] = []
    with drafting.hold(leased.token):
        try:
            end = _draft(drafting, task, calls)
        except RetryableError as error:
            return _postpone(drafting, task, calls, error)
        return insist(lambda: _settle(drafting, task, calls, end))


def _draft(drafting: Drafting, task: _Task, calls: list[ModelCall]) -> _End:
    """Ask and verify; what cannot get better by trying again is an end, not an exception."""
    run, chunk = task.run, task.leased.chunk
    index = drafting.indexes.get(run.transcript_id, run.roles, lambda: _load(drafting.transactions, run.transcript_id))
    transcript = index.transcript
    try:
        model = drafting.model(run.model)
        draft = generate_claims(model, task.guide, transcript, chunk, run.roles, record=calls.append)
    except ModelError as error:
        return _failed(error)
    shown = shown_utterances(transcript, chunk)
    return _End(
        ChunkState.DONE,
        ChunkOutcome.DRAFTED,
        notes=tuple(check_claim(claim, index, shown) for claim in draft.claims),
        coverage=tuple(claim for claim in draft.coverage if claim.asked_at is None or claim.asked_at in shown),
    )


def _load(transactions: Transactions, transcript_id: UUID) -> Transcript:
    with transactions.begin() as session:
        return load_transcript(session, transcript_id)


def _failed(error: ModelError) -> _End:
    match error:
        case ModelRefusedError():
            return _End(ChunkState.DONE, ChunkOutcome.REFUSED, str(error))
        case AnswerTruncatedError():
            return _End(ChunkState.FAILED, ChunkOutcome.TOO_LONG, str(error))
        case ModelAnswerError():
            return _End(ChunkState.FAILED, ChunkOutcome.UNREADABLE_ANSWER, str(error))
        case ModelConfigurationError():
            return _End(ChunkState.FAILED, ChunkOutcome.NOT_CONFIGURED, str(error))
        case _:
            return _End(ChunkState.FAILED, ChunkOutcome.BROKEN, str(error))


def _settle(drafting: Drafting, task: _Task, calls: list[ModelCall], end: _End) -> NextWork:
    """Write the end of a chunk in one transaction: calls, notes, its state, and the run's if it was the last."""
    leased, run = task.leased, task.run
    with drafting.transactions.begin() as session:
        load_run(session, run.id, lock=True)
        _add_calls(session, task, calls)
        if not settle_chunk(session, leased, end.state, end.outcome, error=end.error, coverage=_records(end.coverage)):
            log.warning("lease_lost", chunk_id=str(leased.id))
            return NOTHING
        served = next((call.model_served for call in reversed(calls) if call.model_served), run.model)
        origin = Origin(run.workspace_id, run.transcript_id, run.id, leased.id, served, VERIFIER_VERSION)
        add_drafts(session, origin, end.notes)
        if end.outcome is ChunkOutcome.NOT_CONFIGURED:
            give_up_pending(session, run.id, end.outcome, end.error or "")
        is_complete = close_if_complete(session, run.id)
    return NextWork(finish=(run.id,)) if is_complete else NOTHING


def _postpone(drafting: Drafting, task: _Task, calls: list[ModelCall], error: RetryableError) -> NextWork:
    """Give the chunk back for a later attempt; fail it when it had them all. Being turned away is no attempt."""
    if isinstance(error, ModelBusyError) or task.leased.attempts + 1 < MAX_ATTEMPTS:
        insist(lambda: _release(drafting, task, calls, error))
        return NOTHING
    end = _End(ChunkState.FAILED, ChunkOutcome.UNREACHABLE, f"{error} ({MAX_ATTEMPTS} attempts)")
    return insist(lambda: _settle(drafting, task, calls, end))


def _release(drafting: Drafting, task: _Task, calls: list[ModelCall], error: RetryableError) -> None:
    is_busy = isinstance(error, ModelBusyError)
    wait_s = min(MAX_WAIT_S, 2.0**task.leased.attempts)
    if is_busy:
        wait_s = BUSY_WAIT_S if error.retry_after_s is None else error.retry_after_s
    # Spread, so that what failed together does not come back together; never sooner than the endpoint asked for.
    wait_s *= random.uniform(1.0, 1.5)  # noqa: S311 (no secret depends on it)
    with drafting.transactions.begin() as session:
        _add_calls(session, task, calls)
        release_chunk(session, task.leased, error=str(error), wait_s=wait_s, counts=not is_busy)
    log.info("chunk_released", chunk_id=str(task.leased.id), wait_s=round(wait_s, 1), error=str(error))


def _add_calls(session: Session, task: _Task, calls: list[ModelCall]) -> None:
    add_calls(session, calls, workspace_id=task.run.workspace_id, run_id=task.run.id, chunk_id=task.leased.id)


def _records(coverage: tuple[CoverageClaim, ...]) -> Records:
    return [
        {"question_id": claim.question_id, "state": claim.state.value, "asked_at": claim.asked_at} for claim in coverage
    ]
