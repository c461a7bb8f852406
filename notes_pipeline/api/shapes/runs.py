"""Runs: how they stand, what they cost, what they cover."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from notes_pipeline.api.shapes.base import NO_NUL, Request, Shape, Time
from notes_pipeline.core.notes import CoverageState, NoteStatus
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.llm.offline import is_offline
from notes_pipeline.steps.read_overview import Asked, RunCoverage, RunOverview
from notes_pipeline.steps.read_run import Progress
from notes_pipeline.store.chunks import StoredChunk
from notes_pipeline.store.model_calls import Spending
from notes_pipeline.store.runs import StoredRun
from notes_pipeline.store.summaries import StoredSummary

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class RunRequest(Request):
    """What notes are asked for with. What is left out is as the server is set."""

    transcript_id: UUID
    guide_id: UUID
    model: Name | None = Field(default=None, description="The model to ask.")
    budget_usd: Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=6)] | None = Field(
        default=None, description="What its calls may cost; it is never exceeded."
    )
    judge_model: Name | None = Field(default=None, description="A second model that may doubt notes.")
    repairs: bool = Field(default=False, description="Ask once more for each note that does not stand.")
    summarises: bool = Field(default=False, description="Sum up what the notes say on each question and theme.")
    is_backfill: bool = Field(default=False, description="All else that waits goes first.")
    anew: bool = Field(default=False, description="Make a new run also where the same one is stored.")


class RunInList(Shape):
    id: UUID
    transcript_id: UUID
    guide_id: UUID
    state: RunState
    reason: str | None = Field(description="Why it did not end whole.")
    model: str = Field(description="The model that was asked for.")
    is_offline_model: bool = Field(description="No language model: the stand-in for trying things out.")
    request_id: str | None = Field(
        description="X-Request-Id of the request that asked for it; in the worker's log, too."
    )
    created_at: Time
    finished_at: Time | None


class Chunk(Shape):
    """A line of the chunk ledger."""

    index: int
    text_from: int
    text_to: int
    state: ChunkState
    outcome: ChunkOutcome | None
    error: str | None
    attempts: int
    losses: int = Field(description="Workers that were lost while they had it.")
    finished_at: Time | None


class Claims(Shape):
    """Every claim that the model made is one of these: `total` = `supported` + `flagged`."""

    total: int
    supported: int
    flagged: int
    quotes: int = Field(description="That were checked.")


class Cost(Shape):
    """`micro_usd`: millionths of a US dollar; null where the price of a call is not known."""

    micro_usd: int | None
    budget_micro_usd: int | None
    calls: int
    known_answers: int = Field(description="That were paid for before.")
    failed_calls: dict[str, int] = Field(description="By how they ended.")
    tokens_in: int
    tokens_cached: int = Field(description="Of tokens_in, by the provider's cache.")
    tokens_out: int


class Run(RunInList):
    """How a run stands."""

    models_served: list[str] = Field(description="What those that answered call themselves.")
    judge_model: str | None
    prompt_versions: dict[str, int]
    prompt_hashes: dict[str, str]
    verifier_version: str
    repairs: bool
    summarises: bool
    is_backfill: bool
    seconds: float | None = Field(description="From asking for it to its end.")
    chunks_total: int | None = Field(description="Null until it is cut into chunks.")
    chunks: list[Chunk]
    claims: Claims
    cost: Cost


class RunProgress(Shape):
    """The data of `progress` and `ended` events."""

    run_id: UUID
    state: RunState
    chunks_total: int | None
    chunks_done: int
    chunks_failed: int
    claims: int
    quotes: int
    waiting: str | None = Field(description="What went wrong last with a chunk that is tried again.")


class AskedAt(Shape):
    """The passage in which a question was asked."""

    utterance: int
    speaker: str | None
    start_ms: int | None
    end_ms: int | None
    text_from: int | None
    text_to: int | None
    words: str | None


class SummarySentence(Shape):
    text: str
    note_ids: list[UUID]


class DroppedSentence(Shape):
    text: str
    reason: str


class Summary(Shape):
    """What the notes say on a question or theme. `dropped`: sentences that do not hold, or not any more, and why."""

    model: str
    sentences: list[SummarySentence]
    dropped: list[DroppedSentence]


class QuestionCoverage(Shape):
    question_id: str
    text: str
    state: CoverageState | None = Field(description="Null until the run has ended.")
    asked: AskedAt | None
    readable_notes: int
    summary: Summary | None


class ThemeCoverage(Shape):
    theme_id: str
    name: str
    readable_notes: int
    summary: Summary | None


class Coverage(Shape):
    """How far an interview answers the questions of its guide."""

    run_id: UUID
    state: RunState
    questions: list[QuestionCoverage]
    themes: list[ThemeCoverage]


def listed_shape(run: StoredRun) -> RunInList:
    return RunInList(
        id=run.id,
        transcript_id=run.transcript_id,
        guide_id=run.guide_id,
        state=run.state,
        reason=run.reason,
        model=run.model,
        is_offline_model=is_offline(run.model),
        request_id=run.request_id,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def run_shape(overview: RunOverview) -> Run:
    run, spending = overview.run, overview.spending
    supported, flagged = (overview.claims.get(status, 0) for status in (NoteStatus.SUPPORTED, NoteStatus.FLAGGED))
    return Run(
        **listed_shape(run).model_dump(),
        models_served=list(spending.models_served),
        judge_model=run.judge_model,
        prompt_versions=overview.prompt_versions,
        prompt_hashes=run.prompts,
        verifier_version=run.verifier_version,
        repairs=run.repairs,
        summarises=run.summarises,
        is_backfill=run.is_backfill,
        seconds=_seconds(run.created_at, run.finished_at),
        chunks_total=run.chunks_total,
        chunks=[_chunk(each) for each in overview.ledger],
        claims=Claims(total=supported + flagged, supported=supported, flagged=flagged, quotes=overview.quotes),
        cost=_cost(spending, run.budget_micro_usd),
    )


def progress_shape(progress: Progress) -> RunProgress:
    run = progress.run
    return RunProgress(
        run_id=run.id,
        state=run.state,
        chunks_total=run.chunks_total,
        chunks_done=progress.chunks.get(ChunkState.DONE, 0),
        chunks_failed=progress.chunks.get(ChunkState.FAILED, 0),
        claims=progress.claims,
        quotes=progress.quotes,
        waiting=progress.waiting,
    )


def coverage_shape(found: RunCoverage) -> Coverage:
    return Coverage(
        run_id=found.run.id,
        state=found.run.state,
        questions=[
            QuestionCoverage(
                question_id=question.id,
                text=question.text,
                state=None if (asked := found.asked.get(question.id)) is None else asked.coverage.state,
                asked=None if asked is None else _asked(asked),
                readable_notes=found.readable.get(question.id, 0),
                summary=_summary(found.summaries.get(question.id)),
            )
            for question in found.guide.questions
        ],
        themes=[
            ThemeCoverage(
                theme_id=theme.id,
                name=theme.name,
                readable_notes=found.readable.get(theme.id, 0),
                summary=_summary(found.summaries.get(theme.id)),
            )
            for theme in found.guide.themes
        ],
    )


def _seconds(begun: datetime, ended: datetime | None) -> float | None:
    return None if ended is None else round((ended - begun).total_seconds(), 3)


def _chunk(chunk: StoredChunk) -> Chunk:
    return Chunk(
        index=chunk.index,
        text_from=chunk.span.start,
        text_to=chunk.span.end,
        state=chunk.state,
        outcome=chunk.outcome,
        error=chunk.error,
        attempts=chunk.attempts,
        losses=chunk.losses,
        finished_at=chunk.finished_at,
    )


def _cost(spending: Spending, budget_micro_usd: int | None) -> Cost:
    return Cost(
        micro_usd=spending.cost_micro_usd,
        budget_micro_usd=budget_micro_usd,
        calls=spending.calls,
        known_answers=spending.cached,
        failed_calls={outcome.value: number for outcome, number in spending.failures.items()},
        tokens_in=spending.tokens_in,
        tokens_cached=spending.tokens_cached,
        tokens_out=spending.tokens_out,
    )


def _asked(asked: Asked) -> AskedAt | None:
    utterance, span = asked.utterance, asked.coverage.asked_span
    if utterance is None:
        return None
    return AskedAt(
        utterance=utterance.index,
        speaker=utterance.speaker,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        text_from=None if span is None else span.start,
        text_to=None if span is None else span.end,
        words=asked.words,
    )


def _summary(stored: StoredSummary | None) -> Summary | None:
    if stored is None:
        return None
    summary = stored.summary
    return Summary(
        model=stored.model,
        sentences=[SummarySentence(text=each.text, note_ids=list(each.note_ids)) for each in summary.sentences],
        dropped=[DroppedSentence(text=each.text, reason=each.reason) for each in summary.dropped],
    )
