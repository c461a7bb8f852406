from uuid import UUID

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.store.chunks import add_chunks
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.runs import load_run, set_planned, set_state
from notes_pipeline.store.transcripts import load_transcript


def plan_run(transactions: Transactions, run_id: UUID) -> NextWork:
    """Cut the transcript of a queued run into chunks. A run in any other state is left alone."""
    with transactions.begin() as session:
        run = load_run(session, run_id, lock=True)
        if run.state is not RunState.QUEUED:
            return NOTHING
        chunks = chunk_transcript(load_transcript(session, run.transcript_id))
        chunk_ids = add_chunks(session, run_id, chunks, workspace_id=run.workspace_id, is_backfill=run.is_backfill)
        set_planned(session, run_id, len(chunk_ids))
        if not chunk_ids:
            set_state(session, run_id, RunState.FINISHING)
            return NextWork(finish=(run_id,))
    return NextWork(draft=tuple(chunk_ids))
