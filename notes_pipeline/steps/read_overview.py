"""Read how a run stands, without its notes."""

from dataclasses import dataclass
from uuid import UUID

from notes_pipeline.core.guide import Guide
from notes_pipeline.core.notes import Coverage, NoteStatus
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.store import chunks, coverage, guides, model_calls, notes, prompts, runs, summaries, transcripts
from notes_pipeline.store.database import Transactions


@dataclass(frozen=True, slots=True)
class RunOverview:
    """`claims`: of every claim by status, merged ones included. `prompt_versions`: by name."""

    run: runs.StoredRun
    ledger: tuple[chunks.StoredChunk, ...]
    claims: dict[NoteStatus, int]
    quotes: int
    spending: model_calls.Spending
    prompt_versions: dict[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """The passage in which a question was asked."""

    coverage: Coverage
    utterance: Utterance | None
    words: str | None


@dataclass(frozen=True, slots=True)
class RunCoverage:
    """How far the questions of a guide are answered. `asked`: by question; empty while the run has not ended.

    `readable`: how many notes a reader gets on each question and theme.
    """

    run: runs.StoredRun
    guide: Guide
    asked: dict[str, Asked]
    readable: dict[str, int]
    summaries: dict[str, summaries.StoredSummary]


def read_overview(transactions: Transactions, run_id: UUID) -> RunOverview:
    """Read how a run stands.

    Raises:
        NotFoundError: no run has this id.
    """
    with transactions.begin() as session:
        run = runs.load_run(session, run_id)
        return RunOverview(
            run=run,
            ledger=tuple(chunks.chunk_ledger(session, run_id)),
            claims=notes.count_claims(session, run_id),
            quotes=notes.count_quotes(session, run_id),
            spending=model_calls.spending(session, run_id),
            prompt_versions=prompts.versions_of(session, run.prompts),
        )


def read_coverage(transactions: Transactions, run_id: UUID) -> RunCoverage:
    """Read which questions of its guide an interview answers, and what its notes say on each.

    Raises:
        NotFoundError: no run has this id.
    """
    with transactions.begin() as session:
        run = runs.load_run(session, run_id)
        found = coverage.coverage_of(session, run_id)
        transcript = transcripts.load_transcript(session, run.transcript_id)
        return RunCoverage(
            run=run,
            guide=guides.load_guide(session, run.guide_id),
            asked={question_id: _asked(each, transcript) for question_id, each in found.items()},
            readable=notes.count_readable(session, run_id),
            summaries=summaries.summaries_of(session, run_id),
        )


def _asked(coverage: Coverage, transcript: Transcript) -> Asked:
    at, span = coverage.asked_at, coverage.asked_span
    return Asked(
        coverage,
        None if at is None else transcript.utterances[at],
        None if span is None else transcript.slice(span),
    )
