"""The step that turns a chunk into checked notes."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from notes_pipeline.core.chunking import halve_chunk
from notes_pipeline.core.coverage import CoverageClaim
from notes_pipeline.core.errors import (
    EndpointDownError,
    LeaseLostError,
    ModelAnswerError,
    ModelBusyError,
    ModelConfigurationError,
    ModelError,
    ModelRefusedError,
    NotYetError,
    OverBudgetError,
    RequestNotTakenError,
    RetryableError,
    TooLongError,
)
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.llm.generating import topic_hashes
from notes_pipeline.llm.prompts import DRAFT_PROMPT, JUDGE_PROMPT, REPAIR_PROMPT
from notes_pipeline.llm.rendering import render_chunk
from notes_pipeline.steps.asked import where_asked
from notes_pipeline.steps.asking import Asking
from notes_pipeline.steps.checking import IndexCache, check_claim, shown_utterances
from notes_pipeline.steps.drafting import ChunkToDraft, draft_claims
from notes_pipeline.steps.judging import judge_written
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.steps.patience import insist, is_passing
from notes_pipeline.steps.paying import Who
from notes_pipeline.steps.recent import Recent
from notes_pipeline.steps.repairing import repair_note
from notes_pipeline.store import leases
from notes_pipeline.store.answers import Asker
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.leases import (
    LeasedChunk,
    give_up_pending,
    lease_chunk,
    lose_chunk,
    release_chunk,
)
from notes_pipeline.store.prompts import load_stored_prompt
from notes_pipeline.store.runs import StoredRun, find_run, load_run, lock_state
from notes_pipeline.store.settling import ChunkEnd, Origin, WrittenNote, close_if_complete, settle_chunk
from notes_pipeline.store.tables.base import Records
from notes_pipeline.store.transcripts import load_transcript
from notes_pipeline.telemetry import metrics
from notes_pipeline.telemetry.context import bound
from notes_pipeline.telemetry.tracing import span
from notes_pipeline.verification import VERIFIER_VERSION, TranscriptIndex

log = structlog.get_logger()

MAX_ATTEMPTS = 6  # with the waits below, a good half minute of an endpoint that fails
MAX_WAIT_S = 60.0
BUSY_WAIT_S = 5.0  # where a busy endpoint names no time

Touch = Callable[[], None]


@dataclass(frozen=True, slots=True)
class RunToDraft:
    """What is the same for all chunks of a run, and never changes but for the state: that is of when it was read."""

    run: StoredRun
    guide: Guide
    prompts: dict[str, Prompt]
    topics: dict[str, str]  # hash by id


@dataclass(frozen=True, slots=True)
class Drafting:
    """What `draft_chunk` works with.

    `hold`: keeps a lease alive while its block runs, by token; what it gives is called before each model call, and
    starts the time anew after which a thread is taken for hanging. `aside_s`: how long chunks that are given back are
    kept from others.
    """

    asking: Asking
    indexes: IndexCache
    owner: str
    lease_s: float
    hold: Callable[[UUID], AbstractContextManager[Touch]]
    runs: Recent[UUID, RunToDraft] = field(default_factory=lambda: Recent(64))
    aside_s: float = 0.0

    @property
    def transactions(self) -> Transactions:
        return self.asking.transactions


@dataclass(frozen=True, slots=True)
class _Task:
    leased: LeasedChunk
    run: StoredRun
    guide: Guide
    prompts: dict[str, Prompt]
    topics: dict[str, str]


def draft_chunk(drafting: Drafting, chunk_id: UUID) -> NextWork:
    """Lease a chunk and draft it. Does nothing for one that another holds, that is done, or that is not yet due."""
    with drafting.transactions.begin() as session:
        leased = lease_chunk(
            session, chunk_id, owner=drafting.owner, lease_s=drafting.lease_s, is_aside=drafting.aside_s > 0
        )
    return NOTHING if leased is None else draft_leased(drafting, leased)


def draft_leased(drafting: Drafting, leased: LeasedChunk) -> NextWork:
    """Ask the model for the claims of a chunk, verify every quote, store the notes.

    No transaction is open while the model is asked. What was paid for is written even if the database is away for a
    while.

    Raises:
        MemoryError: there is none left; the chunk is given back, and counts as having lost its worker.
    """
    about = bound(run_id=leased.run_id, chunk_id=leased.id, task="draft")
    with drafting.hold(leased.token) as touch, about, ExitStack() as known_of_run:
        try:
            return _draft_leased(drafting, leased, touch, known_of_run)
        except LeaseLostError:
            return _lost()
        except MemoryError:
            insist(partial(_lose, drafting, leased))
            raise
        except SQLAlchemyError as error:
            if not is_passing(error):
                return _broken(drafting, leased, error)
            away = ModelBusyError("the database was away")
            insist(partial(_release, drafting, leased, away, counts=False))
            return NOTHING
        except Exception as error:  # noqa: BLE001 (a fault of ours must end the chunk with its reason, not lose it)
            return _broken(drafting, leased, error)


def _draft_leased(drafting: Drafting, leased: LeasedChunk, touch: Touch, known_of_run: ExitStack) -> NextWork:
    """`known_of_run`: is left by the caller, so that lines about how the chunk failed have the request, too."""
    began = time.monotonic()
    known = drafting.runs.get(leased.run_id, partial(_load_run, drafting, leased.run_id))
    task = _Task(leased, known.run, known.guide, known.prompts, known.topics)
    run, who = task.run, _who(task, touch)
    known_of_run.enter_context(bound(request_id=run.request_id))
    with span(
        "draft chunk", parent=run.traceparent, notes__run_id=str(run.id), notes__chunk_id=str(leased.id)
    ) as traced:
        if leased.chunk.index == 0 and not (leased.attempts or leased.losses):
            metrics.first_call((datetime.now(UTC) - run.created_at).total_seconds())
        work, outcome = _drafted(drafting, task, who)
        traced.set(notes__outcome=None if outcome is None else outcome.value)
    if outcome is not None:
        metrics.chunk_ended(outcome, time.monotonic() - began)
    return work


def _drafted(drafting: Drafting, task: _Task, who: Who) -> tuple[NextWork, ChunkOutcome | None]:
    """Draft and settle. Returns what is left to be done, and how the chunk ended; None: it did not."""
    run, leased = task.run, task.leased
    load = partial(_load, drafting, run.transcript_id)
    transcript = drafting.indexes.transcript(run.transcript_id, load)
    drafting.indexes.prepare(run.transcript_id, run.roles, load)
    index_of = partial(drafting.indexes.get, run.transcript_id, run.roles, load)
    try:
        end = _draft(drafting.asking, task, who, transcript, index_of)
    except RetryableError as error:
        return _postpone(drafting, task, who, error)
    except TooLongError as error:
        return _halve(drafting, task, transcript, error)
    except ModelError as error:
        end = _failed(error)
    return _ended(drafting, leased, run, end)


def _ended(
    drafting: Drafting, leased: LeasedChunk, run: StoredRun, end: ChunkEnd
) -> tuple[NextWork, ChunkOutcome | None]:
    with span("store notes", notes__number=len(end.notes)):
        if not insist(partial(_settle, drafting, leased, run, end)):
            return _lost(), None
        is_complete = insist(partial(_close, drafting, run.id, end))
    prompt_hash = run.prompts.get(DRAFT_PROMPT, "")
    for written in end.notes:
        metrics.note_checked(written.note, written.model, prompt_hash)
    if end.error is not None:
        log.warning("chunk_gave_no_notes", outcome=end.outcome.value, error=end.error)
    return NextWork(finish=(run.id,)) if is_complete else NOTHING, end.outcome


def _lost() -> NextWork:
    metrics.lease_lost()
    log.warning("lease_lost")
    return NOTHING


def _load_run(drafting: Drafting, run_id: UUID) -> RunToDraft:
    with drafting.transactions.begin() as session:
        run = load_run(session, run_id)
        prompts = {name: load_stored_prompt(session, hash_) for name, hash_ in run.prompts.items()}
        guide = load_guide(session, run.guide_id)
    return RunToDraft(run, guide, prompts, topic_hashes(guide))


def _broken(drafting: Drafting, leased: LeasedChunk, error: Exception) -> NextWork:
    def load() -> StoredRun | None:
        with drafting.transactions.begin() as session:
            return find_run(session, leased.run_id)

    run = insist(load)
    if run is None:  # erased meanwhile: no fault of ours
        return _lost()
    log.error("chunk_broken", error=error, exc_info=error)
    end = ChunkEnd(
        ChunkState.FAILED, ChunkOutcome.BROKEN, f"a fault of ours: {type(error).__name__} (the log has more)"
    )
    work, outcome = _ended(drafting, leased, run, end)
    if outcome is not None:
        metrics.chunk_ended(outcome, None)
    return work


def _lose(drafting: Drafting, leased: LeasedChunk) -> None:
    with drafting.transactions.begin() as session:
        lose_chunk(session, leased, error="the worker ran out of memory")


def _draft(
    asking: Asking, task: _Task, who: Who, transcript: Transcript, index_of: Callable[[], TranscriptIndex]
) -> ChunkEnd:
    """Ask, verify, and, where the run wants it, ask again and have it judged. `index_of`: is built meanwhile."""
    run, chunk = task.run, task.leased.chunk
    shown = shown_utterances(transcript, chunk)
    rendered = render_chunk(transcript, chunk, run.roles)
    to_draft = ChunkToDraft(task.prompts[DRAFT_PROMPT], task.guide, rendered, task.topics)
    drafts = draft_claims(asking, who, to_draft)
    with span("verify"):
        index = index_of()
        notes = [
            WrittenNote(check_claim(claim, index, shown), each.model) for each in drafts for claim in each.draft.claims
        ]
    if run.repairs:
        prompt = task.prompts[REPAIR_PROMPT]
        notes = [repair_note(asking, who, prompt, to_draft, written, index, shown) for written in notes]
    if run.judge_model is not None:
        judge, prompt = replace(who, model=run.judge_model), task.prompts[JUDGE_PROMPT]
        notes = [judge_written(asking, judge, prompt, written) for written in notes]
    coverage = [where_asked(claim, transcript, run.roles, shown) for each in drafts for claim in each.draft.coverage]
    return ChunkEnd(ChunkState.DONE, ChunkOutcome.DRAFTED, notes=notes, coverage=_records(coverage))


def _who(task: _Task, touch: Touch) -> Who:
    run, leased = task.run, task.leased
    asker = Asker(run.workspace_id, run.transcript_id, run.id, leased.token, has_chunk=True, takes_known=run.uses_cache)
    return Who(
        asker,
        run.model,
        leased.id,
        run.budget_micro_usd,
        attempts=leased.attempts,
        is_last_attempt=leased.attempts + 1 >= MAX_ATTEMPTS,
        busy_for_s=leased.busy_for_s,
        touch=touch,
    )


def _load(drafting: Drafting, transcript_id: UUID) -> Transcript:
    with drafting.transactions.begin() as session:
        return load_transcript(session, transcript_id)


def _failed(error: ModelError) -> ChunkEnd:
    match error:
        case ModelRefusedError():
            return ChunkEnd(ChunkState.DONE, ChunkOutcome.REFUSED, str(error))
        case ModelAnswerError():
            return ChunkEnd(ChunkState.FAILED, ChunkOutcome.UNREADABLE_ANSWER, str(error))
        case ModelConfigurationError():
            return ChunkEnd(ChunkState.FAILED, ChunkOutcome.NOT_CONFIGURED, str(error))
        case OverBudgetError():
            return ChunkEnd(ChunkState.FAILED, ChunkOutcome.OVER_BUDGET, str(error))
        case RequestNotTakenError():
            return ChunkEnd(ChunkState.FAILED, ChunkOutcome.REJECTED, str(error))
        case _:
            return ChunkEnd(ChunkState.FAILED, ChunkOutcome.BROKEN, str(error))


def _settle(drafting: Drafting, leased: LeasedChunk, run: StoredRun, end: ChunkEnd) -> bool:
    origin = Origin(run.workspace_id, run.transcript_id, run.id, leased.id, VERIFIER_VERSION)
    with drafting.transactions.direct() as statements:
        return settle_chunk(statements, leased, end, origin)


def _close(drafting: Drafting, run_id: UUID, end: ChunkEnd) -> bool:
    """Tell whether that was the run's last chunk. If this process dies before, the sweep does it."""
    if end.outcome is ChunkOutcome.NOT_CONFIGURED:
        with drafting.transactions.begin() as session:
            if lock_state(session, run_id) is RunState.RUNNING:
                give_up_pending(session, run_id, end.outcome, end.error or "")
    with drafting.transactions.direct() as statements:
        return close_if_complete(statements, run_id)


def _halve(
    drafting: Drafting, task: _Task, transcript: Transcript, error: TooLongError
) -> tuple[NextWork, ChunkOutcome | None]:
    """Cut a chunk in two that is too long for the model; fail it where it is as small as a chunk can be."""
    leased = task.leased
    halves = halve_chunk(transcript, leased.chunk)
    if halves is None:
        end = ChunkEnd(
            ChunkState.FAILED, ChunkOutcome.TOO_LONG, f"{error} (and the chunk is too short to be cut in two)"
        )
        return _ended(drafting, leased, task.run, end)

    def cut() -> UUID | None:
        with drafting.transactions.begin() as session:
            lock_state(session, leased.run_id)
            return leases.halve_chunk(session, leased, halves, error=str(error), aside_s=drafting.aside_s)

    second = insist(cut)
    if second is None:
        return _lost(), None
    log.info("chunk_halved", second=str(second), error=error)
    return NextWork(draft=(leased.id, second)), None


def _postpone(drafting: Drafting, task: _Task, who: Who, error: RetryableError) -> tuple[NextWork, ChunkOutcome | None]:
    """Give the chunk back for a later attempt, and fail it when that is in vain."""
    leased = task.leased
    counts = not isinstance(error, ModelBusyError | EndpointDownError)
    if not drafting.asking.is_in_vain(error, who):
        is_busy = isinstance(error, ModelBusyError) and not isinstance(error, NotYetError)
        insist(partial(_release, drafting, leased, error, counts=counts, is_busy=is_busy))
        return NOTHING, None
    tried = f"{MAX_ATTEMPTS} attempts" if counts else f"waited {drafting.asking.patience_s:.0f} s"
    end = ChunkEnd(ChunkState.FAILED, ChunkOutcome.UNREACHABLE, f"{error} ({tried})")
    return _ended(drafting, leased, task.run, end)


def _release(
    drafting: Drafting, leased: LeasedChunk, error: RetryableError, *, counts: bool, is_busy: bool = False
) -> None:
    if error.retry_after_s is not None:
        wait_s = error.retry_after_s
    else:
        wait_s = min(MAX_WAIT_S, 2.0**leased.attempts) if counts else BUSY_WAIT_S
    # Spread, so that what failed together does not come back together; never sooner than the endpoint asked for.
    wait_s *= random.uniform(1.0, 1.5)  # noqa: S311 (no secret depends on it)
    with drafting.transactions.begin() as session:
        release_chunk(
            session,
            leased,
            error=str(error),
            wait_s=wait_s,
            counts=counts,
            is_busy=is_busy,
            aside_s=drafting.aside_s,
        )
    log.info("chunk_released", wait_s=round(wait_s, 1), error=error)


def _records(coverage: Sequence[CoverageClaim]) -> Records:
    return [
        {
            "question_id": claim.question_id,
            "state": claim.state.value,
            "asked_at": claim.asked_at,
            "asked_span": None if claim.asked_span is None else [claim.asked_span.start, claim.asked_span.end],
        }
        for claim in coverage
    ]
