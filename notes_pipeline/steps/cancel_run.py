from uuid import UUID

from notes_pipeline.core.runs import ChunkOutcome, RunState
from notes_pipeline.steps.finish_run import CANCELLED, finish_run
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.leases import give_up_open
from notes_pipeline.store.runs import load_run, mark_cancelled, set_state


def cancel_run(transactions: Transactions, run_id: UUID) -> bool:
    """Stop a run: from now on it asks nothing. What was drafted stays, and is published; the rest has failed.

    Calls in flight cannot be called back; their answers are kept, so that a later run need not pay for them again.
    Returns whether it is stopped, now or since before; False: it had ended otherwise.

    Raises:
        NotFoundError: no run has this id.
    """
    with transactions.begin() as session:
        run = load_run(session, run_id, lock=True)
        if run.state.is_final:
            return run.state is RunState.CANCELLED
        mark_cancelled(session, run_id)
        if run.state is RunState.SUMMARISING:  # the notes are there already
            reason = "; ".join(filter(None, [run.reason, CANCELLED]))
            set_state(session, run_id, RunState.CANCELLED, reason=reason)
            return True
        give_up_open(session, run_id, ChunkOutcome.CANCELLED, CANCELLED)
        set_state(session, run_id, RunState.FINISHING)
    finish_run(transactions, run_id)
    return True
