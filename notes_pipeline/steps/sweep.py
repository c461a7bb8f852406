"""Find work that is stuck or was never announced."""

from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.closing import close_if_complete
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.store.chunks import due_chunks, recover_lost
from notes_pipeline.store.database import Transactions, try_advisory_lock
from notes_pipeline.store.evaluations import canary_is_due
from notes_pipeline.store.runs import running_without_open_chunks, unannounced_runs

_SWEEP_LOCK = 7_701_402  # any number, the same in all workers


def sweep(
    transactions: Transactions, *, queue_is_empty: bool, lease_s: float = 0.0, canary_set: str | None = None
) -> NextWork:
    """Free lost chunks, close runs that nobody closed, and choose what to ring for again.

    Any number of workers may sweep: one at a time does, the others return at once with nothing. `lease_s`: of the
    workers; a database that was just started gives them as long to renew. `canary_set`: hash of the gold set that is to
    be evaluated once a day, None: of none.
    """
    with transactions.begin() as session:
        if not try_advisory_lock(session, _SWEEP_LOCK):
            return NOTHING
        recover_lost(session, lease_s=lease_s)
        closed = [run_id for run_id in running_without_open_chunks(session) if close_if_complete(session, run_id)]
        return NextWork(
            plan=tuple(unannounced_runs(session, RunState.QUEUED)),
            draft=tuple(due_chunks(session, queue_is_empty=queue_is_empty)),
            finish=(*closed, *unannounced_runs(session, RunState.FINISHING)),
            summarise=tuple(unannounced_runs(session, RunState.SUMMARISING)),
            canary=canary_set is not None and canary_is_due(session, canary_set),
        )
