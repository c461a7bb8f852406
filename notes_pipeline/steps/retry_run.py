from uuid import UUID

from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.leases import reopen_failed
from notes_pipeline.store.runs import load_run, reopen


def retry_run(transactions: Transactions, run_id: UUID, *, deadline_s: float | None) -> NextWork:
    """Draft the chunks of a run anew that failed, were cancelled, or never had their turn.

    The notes that are there stay. What is known of the failed chunks is not asked again. A run that is finished, or has
    not ended, is left alone. `deadline_s`: from now; None: no end.

    Raises:
        NotFoundError: no run has this id.
    """
    with transactions.begin() as session:
        run = load_run(session, run_id, lock=True)
        if not run.state.is_incomplete:
            return NOTHING
        if run.chunks_total is None:  # it was never cut into chunks
            reopen(session, run_id, RunState.QUEUED, deadline_s=deadline_s)
            return NextWork(plan=(run_id,))
        chunk_ids = reopen_failed(session, run_id)
        reopen(session, run_id, RunState.RUNNING if chunk_ids else RunState.FINISHING, deadline_s=deadline_s)
    return NextWork(draft=tuple(chunk_ids)) if chunk_ids else NextWork(finish=(run_id,))
