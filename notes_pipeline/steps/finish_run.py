from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from notes_pipeline.core.coverage import CoverageClaim, judge_coverage
from notes_pipeline.core.merging import MergedNote, merge_notes
from notes_pipeline.core.notes import CoverageState, NoteStatus
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState, final_state
from notes_pipeline.core.transcript import Span
from notes_pipeline.steps.judging import can_be_judged
from notes_pipeline.store.chunks import StoredChunk, chunk_ledger, coverage_answers
from notes_pipeline.store.coverage import add_coverage
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.notes import drafts_of, publish
from notes_pipeline.store.runs import StoredRun, find_run, set_state
from notes_pipeline.store.tables.base import Record
from notes_pipeline.telemetry import metrics
from notes_pipeline.telemetry.tracing import span

log = structlog.get_logger()

CANCELLED = "cancelled"


def finish_run(transactions: Transactions, run_id: UUID) -> RunState | None:
    """Merge the drafts of a run whose chunks are all done or failed, judge its coverage, publish: in one transaction.

    A run in any other state is left alone. One that is tried again takes the new drafts to its notes. Returns the state
    that the run has afterwards: a final one, or `summarising` where it is asked for and there is something to sum up.
    None: it was erased meanwhile.
    """
    ended = _finish(transactions, run_id)
    if ended is None:
        return None
    run, state = ended
    if state is not run.state:
        tell_of_end(run, state)
    return state


def tell_of_end(run: StoredRun, state: RunState) -> None:
    """Log and count that a run has ended, if it has."""
    if state.is_final:
        metrics.run_ended(state)
        log.info("run_ended", run_id=str(run.id), request_id=run.request_id, state=state.value)


def _finish(transactions: Transactions, run_id: UUID) -> tuple[StoredRun, RunState] | None:
    """Give the run as it was, and its state afterwards. None: there is no such run."""
    with transactions.begin() as session:
        run = find_run(session, run_id, lock=True)
        if run is None:
            return None
        if run.state is not RunState.FINISHING:
            return run, run.state
        with span("finish", parent=run.traceparent, notes__run_id=str(run_id)):
            return run, _publish(session, run)


def _publish(session: Session, run: StoredRun) -> RunState:
    """Merge, judge and publish; gives the state that the run has then."""
    run_id = run.id
    ledger = chunk_ledger(session, run_id)
    merged = merge_notes(drafts_of(session, run_id))
    publish(session, merged)
    notes = [group.kept.note for group in merged if group.kept.note.status is NoteStatus.SUPPORTED]
    supported = Counter(note.question_id for note in notes if note.question_id)
    is_whole = bool(ledger) and all(chunk.outcome is ChunkOutcome.DRAFTED for chunk in ledger)
    guide = load_guide(session, run.guide_id)
    claims = [_claim(answer) for answers in coverage_answers(session, run_id) for answer in answers]
    add_coverage(session, run_id, judge_coverage(guide, claims, supported, is_whole=is_whole))
    reason = "; ".join(filter(None, [why_incomplete(ledger), _unjudged(run, merged)])) or None
    if run.cancelled_at is not None:
        set_state(session, run_id, RunState.CANCELLED, reason=reason or CANCELLED)
        return RunState.CANCELLED
    if run.summarises and notes:
        set_state(session, run_id, RunState.SUMMARISING, reason=reason)
        return RunState.SUMMARISING
    state = final_state(Counter(chunk.state for chunk in ledger))
    set_state(session, run_id, state, reason=reason)
    return state


def why_incomplete(ledger: Sequence[StoredChunk]) -> str | None:
    """Name the chunks that gave no notes; None where all did."""
    silent = [chunk for chunk in ledger if chunk.state is ChunkState.FAILED or chunk.outcome is ChunkOutcome.REFUSED]
    if not silent:
        return None
    numbers = {chunk.id: position + 1 for position, chunk in enumerate(ledger)}
    named = [f"chunk {numbers[chunk.id]} of {len(ledger)}: {chunk.error}" for chunk in silent]
    if len({chunk.error for chunk in silent}) == 1 and len(silent) > 1:
        listed = ", ".join(str(numbers[chunk.id]) for chunk in silent)
        named = [f"chunks {listed} of {len(ledger)}: {silent[0].error}"]
    return "; ".join(named)


def _unjudged(run: StoredRun, merged: Sequence[MergedNote]) -> str | None:
    """Count the notes that the judge was to look at and did not."""
    if run.judge_model is None:
        return None
    notes = [group.kept.note for group in merged]
    number = sum(note.judged is None and can_be_judged(note) for note in notes)
    return f"{number} of {len(notes)} notes were not judged by {run.judge_model}" if number else None


def _claim(answer: Record) -> CoverageClaim:
    span = answer["asked_span"]
    return CoverageClaim(
        answer["question_id"],
        CoverageState(answer["state"]),
        answer["asked_at"],
        None if span is None else Span(span[0], span[1]),
    )
