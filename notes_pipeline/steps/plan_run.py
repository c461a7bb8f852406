from uuid import UUID

import structlog

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.store.chunks import add_chunks
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.runs import find_run, set_planned, set_state
from notes_pipeline.store.transcripts import load_transcript
from notes_pipeline.telemetry.context import bound
from notes_pipeline.telemetry.tracing import span

log = structlog.get_logger()


def plan_run(transactions: Transactions, run_id: UUID, *, aside_s: float = 0.0) -> NextWork:
    """Cut the transcript of a queued run into chunks. One in any other state, or erased meanwhile, is left alone.

    `aside_s`: how long the chunks are kept from all but the caller.
    """
    with transactions.begin() as session:
        run = find_run(session, run_id, lock=True)
        if run is None or run.state is not RunState.QUEUED:
            return NOTHING
        with (
            bound(run_id=run_id, request_id=run.request_id),
            span("plan", parent=run.traceparent, notes__run_id=str(run_id)),
        ):
            chunks = chunk_transcript(load_transcript(session, run.transcript_id))
            chunk_ids = add_chunks(
                session,
                run_id,
                chunks,
                workspace_id=run.workspace_id,
                is_backfill=run.is_backfill,
                aside_s=aside_s,
            )
            set_planned(session, run_id, len(chunk_ids))
            log.info("run_planned", chunks=len(chunk_ids))
            if not chunk_ids:
                set_state(session, run_id, RunState.FINISHING)
                return NextWork(finish=(run_id,))
    return NextWork(draft=tuple(chunk_ids))
