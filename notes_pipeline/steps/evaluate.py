"""Judge a model by a gold set: every interview once through the pipeline, then counted."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from uuid import UUID

from notes_pipeline.core.errors import InputError, ModelConfigurationError, NotesPipelineError, OverBudgetError
from notes_pipeline.core.evaluating import Evaluation, InterviewCounts, Observed, count_interview
from notes_pipeline.core.gold import GoldInterview, GoldSet
from notes_pipeline.core.prompts import Prompt
from notes_pipeline.core.runs import ChunkOutcome, RunState
from notes_pipeline.llm.prompts import DRAFT_PROMPT
from notes_pipeline.readers.gold_sets import (
    GOLD_FILE,
    read_gold_set,
)
from notes_pipeline.steps.draft_chunk import Drafting, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.ingest import keep_guide, keep_transcript
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import read_run
from notes_pipeline.steps.request_run import RunOptions, request_run
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.direct import InSession
from notes_pipeline.store.evaluations import Asked, calls_of, save_evaluation, seconds_until_due
from notes_pipeline.store.leases import give_up_pending
from notes_pipeline.store.runs import load_run
from notes_pipeline.store.settling import close_if_complete
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.verification import VERIFIER_VERSION

POLL_S = 0.5  # at most so long until a stop is noticed
ASIDE_MARGIN_S = 600.0  # beyond the time limit; what is open then belongs to a process that was killed

Progress = Callable[[int, int], None]


class EvaluationStoppedError(NotesPipelineError):
    """The process is to end before the evaluation has."""


@dataclass(frozen=True, slots=True)
class Evaluating:
    """What evaluating works with. `workspace`: where evaluations are kept; their runs are kept apart from its own.

    `concurrency`: calls at once. `limit_s`: what is open then has failed. `budget_micro_usd`: of each run. `stop`: set
    by another thread to have it end after the calls in hand.
    """

    drafting: Drafting
    workspace: str
    prompts: Sequence[Prompt]
    concurrency: int
    limit_s: float
    budget_micro_usd: int | None = None
    stop: Event = field(default_factory=Event)

    @property
    def transactions(self) -> Transactions:
        return self.drafting.transactions

    @property
    def aside_s(self) -> float:
        """How long chunks are kept from the workers: one that they drafted would be neither recorded nor replayed.

        Should this process be killed, the workers bring its runs to their end after that.
        """
        return self.limit_s + ASIDE_MARGIN_S

    @property
    def prompt(self) -> Prompt:
        """The one that runs ask with: an evaluation is one of drafts, without repair, judge or summary."""
        return next(prompt for prompt in self.prompts if prompt.name == DRAFT_PROMPT)

    def asked(self, gold: GoldSet, model: str) -> Asked:
        return Asked(gold.name, gold.content_hash, model, {DRAFT_PROMPT: self.prompt.hash}, VERIFIER_VERSION)


def open_gold_set(path: Path) -> GoldSet:
    """Read a set from its file, or from a folder that has one.

    Raises:
        InputError: it cannot be read, or has faults; the message names all of them.
    """
    file = path / GOLD_FILE if path.is_dir() else path
    try:
        data = _read(file)
    except OSError as error:
        raise InputError(f"{file}: {(error.strerror or str(error)).lower()}; name a gold set or its folder") from error
    return read_gold_set(data, file.name, lambda relative: _read(file.parent / relative))


def _read(file: Path) -> bytes:
    if file.exists() and not file.is_file():
        raise OSError(0, "no regular file")  # a pipe would be waited for
    return file.read_bytes()


def evaluate(
    evaluating: Evaluating, gold: GoldSet, model: str, *, progress: Progress = lambda _done, _of: None
) -> Evaluation:
    """Run every interview of a set and count what the notes have of the gold.

    Nothing is taken from the cache and no other model stands in, so that notes, cost and latency are the model's own.
    A run that ends failed or partial counts as what it found, with the reason. `progress`: chunks done, and of how many
    at the start.

    Raises:
        ModelConfigurationError, OverBudgetError: the model was not asked everything; that says nothing of it.
        EvaluationStoppedError: `evaluating.stop` was set.
    """
    asking = replace(evaluating.drafting.asking, fallback=None)
    drafting = replace(evaluating.drafting, asking=asking, aside_s=evaluating.aside_s)
    until = time.monotonic() + evaluating.limit_s
    runs: dict[UUID, GoldInterview] = {}
    try:
        chunks: list[UUID] = []
        for interview in gold.interviews:
            run_id = _request(evaluating, interview, model)
            runs[run_id] = interview
            chunks += plan_run(evaluating.transactions, run_id, aside_s=evaluating.aside_s).draft
        _draft_all(_Drafter(evaluating, drafting, until), chunks, progress)
    finally:
        for run_id in runs:
            _finish(evaluating, run_id)
    if evaluating.stop.is_set():
        raise EvaluationStoppedError("the evaluation was stopped before its end")
    counts = tuple(_count(evaluating.transactions, run_id, interview) for run_id, interview in runs.items())
    return Evaluation(gold.name, gold.content_hash, model, evaluating.prompt.hash, counts)


def keep_evaluation(evaluating: Evaluating, gold: GoldSet, evaluation: Evaluation) -> UUID:
    """Store an evaluation."""
    with evaluating.transactions.begin() as session:
        workspace_id = ensure_workspace(session, evaluating.workspace)
        return save_evaluation(session, workspace_id, evaluating.asked(gold, evaluation.model), evaluation)


def _request(evaluating: Evaluating, interview: GoldInterview, model: str) -> UUID:
    """Ask for a run in a workspace of its own, where no researcher comes upon its notes."""
    workspace = f"{evaluating.workspace}:evaluation"
    transcript = keep_transcript(evaluating.transactions, workspace, interview.transcript, interview.id)
    guide = keep_guide(evaluating.transactions, workspace, interview.guide)
    options = RunOptions(model, uses_cache=False, budget_micro_usd=evaluating.budget_micro_usd)
    return request_run(evaluating.transactions, workspace, transcript, guide, options, list(evaluating.prompts)).id


@dataclass(frozen=True, slots=True)
class _Drafter:
    evaluating: Evaluating
    drafting: Drafting
    until: float

    def draft(self, chunk_id: UUID) -> None:
        """Draft a chunk, with whatever it is cut into, until it has ended or the time is over."""
        to_draft = [chunk_id]
        while to_draft and not self.is_over:
            chunk = to_draft.pop()
            if halves := draft_chunk(self.drafting, chunk).draft:
                to_draft += halves
                continue
            with self.evaluating.transactions.begin() as session:
                wait_s = seconds_until_due(session, chunk, aside_s=self.drafting.aside_s)
            if wait_s is not None:
                self.wait(wait_s)
                to_draft.append(chunk)

    @property
    def is_over(self) -> bool:
        return self.evaluating.stop.is_set() or time.monotonic() > self.until

    def wait(self, wait_s: float) -> None:
        due = time.monotonic() + wait_s
        while (left_s := due - time.monotonic()) > 0 and not self.is_over:
            self.evaluating.stop.wait(min(left_s, POLL_S))


def _draft_all(drafter: _Drafter, chunks: Sequence[UUID], progress: Progress) -> None:
    with ThreadPoolExecutor(drafter.evaluating.concurrency, thread_name_prefix="evaluate") as pool:
        futures = [pool.submit(drafter.draft, chunk) for chunk in chunks]
        try:
            progress(0, len(chunks))
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                progress(done, len(chunks))
        except BaseException:
            drafter.evaluating.stop.set()  # the pool waits for the calls in hand, and starts no other
            raise


def _finish(evaluating: Evaluating, run_id: UUID) -> None:
    """Bring a run to its end, also where it has open chunks: nobody is to pay for them later."""
    with evaluating.transactions.begin() as session:
        load_run(session, run_id, lock=True)
        reason = "the evaluation was stopped" if evaluating.stop.is_set() else f"not done in {evaluating.limit_s:g} s"
        give_up_pending(session, run_id, ChunkOutcome.UNREACHABLE, reason)
        close_if_complete(InSession(session), run_id)
    finish_run(evaluating.transactions, run_id)


def _count(transactions: Transactions, run_id: UUID, interview: GoldInterview) -> InterviewCounts:
    report = read_run(transactions, run_id)
    for chunk in report.ledger:
        match chunk.outcome:
            case ChunkOutcome.NOT_CONFIGURED:
                raise ModelConfigurationError(f"{interview.id}: {chunk.error}")
            case ChunkOutcome.OVER_BUDGET:
                raise OverBudgetError(f"{interview.id}: {chunk.error}")
    with transactions.begin() as session:
        calls = calls_of(session, run_id)
    is_whole = report.run.state is RunState.FINISHED and report.run.reason is None
    return count_interview(
        interview,
        Observed(
            notes=[stored.note for stored in report.notes],
            coverage={question: each.state for question, each in report.coverage.items()},
            calls=calls,
            failure=None if is_whole else f"{report.run.state.value}: {report.run.reason}",
        ),
    )
