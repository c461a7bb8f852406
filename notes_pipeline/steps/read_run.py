"""Read what is stored of a run."""

from dataclasses import dataclass
from uuid import UUID

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.notes import Coverage, NoteStatus
from notes_pipeline.core.runs import ChunkState
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.store import chunks, coverage, guides, model_calls, notes, runs, summaries, transcripts
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.workspaces import ensure_workspace

EVERY_STATUS = frozenset(NoteStatus)


@dataclass(frozen=True, slots=True)
class RunReport:
    """All of a run. `notes`: published ones of every status; `claims`: of every claim, merged ones included."""

    run: runs.StoredRun
    transcript: transcripts.StoredTranscript
    utterances: Transcript
    guide: Guide
    notes: tuple[notes.StoredNote, ...]
    coverage: dict[str, Coverage]
    ledger: tuple[chunks.StoredChunk, ...]
    claims: dict[NoteStatus, int]
    quotes: int
    spending: model_calls.Spending
    summaries: dict[str, summaries.StoredSummary]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `waiting`: what went wrong last with a chunk that is to be tried again."""

    run: runs.StoredRun
    chunks: dict[ChunkState, int]
    claims: int
    quotes: int
    waiting: str | None = None


def read_run(transactions: Transactions, run_id: UUID) -> RunReport:
    """Read a run with all that belongs to it.

    Raises:
        NotFoundError: no run has this id.
    """
    with transactions.begin() as session:
        run = runs.load_run(session, run_id)
        wanted = notes.NoteFilter(run_id=run_id, status=EVERY_STATUS)
        return RunReport(
            run=run,
            transcript=transcripts.describe_transcript(session, run.transcript_id),
            utterances=transcripts.load_transcript(session, run.transcript_id),
            guide=guides.load_guide(session, run.guide_id),
            notes=tuple(notes.list_notes(session, run.workspace_id, wanted, limit=100_000)),
            coverage=coverage.coverage_of(session, run_id),
            ledger=tuple(chunks.chunk_ledger(session, run_id)),
            claims=notes.count_claims(session, run_id),
            quotes=notes.count_quotes(session, run_id),
            spending=model_calls.spending(session, run_id),
            summaries=summaries.summaries_of(session, run_id),
        )


def read_progress(transactions: Transactions, run_id: UUID) -> Progress:
    with transactions.begin() as session:
        return Progress(
            run=runs.load_run(session, run_id),
            chunks=chunks.count_states(session, run_id),
            claims=sum(notes.count_claims(session, run_id).values()),
            quotes=notes.count_quotes(session, run_id),
            waiting=chunks.last_setback(session, run_id),
        )


def find_run(transactions: Transactions, workspace: str, id_: UUID | None) -> UUID:
    """Find a run by its own id, or the latest of a transcript by the transcript's, or the workspace's latest.

    Raises:
        NotFoundError: there is none.
    """
    with transactions.begin() as session:
        workspace_id = ensure_workspace(session, workspace)
        if id_ is not None and runs.run_exists(session, id_, workspace_id=workspace_id):
            return id_
        latest = runs.latest_runs(session, workspace_id, transcript_id=id_, limit=1)
    if not latest:
        what = "no run is stored yet" if id_ is None else f"no run and no transcript with runs has the id {id_}"
        raise NotFoundError(f"{what}: `notes-pipeline run FILE` makes one")
    return latest[0].id
