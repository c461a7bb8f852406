"""Find work that is stuck, overdue or was never announced."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from notes_pipeline.core.runs import ChunkOutcome, RunState, final_state
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.store.chunks import chunk_ledger
from notes_pipeline.store.database import Transactions, try_advisory_lock
from notes_pipeline.store.direct import InSession
from notes_pipeline.store.evaluations import canary_is_due
from notes_pipeline.store.leases import Recovered, due_chunks, give_up_pending, mend_pending, recover_lost
from notes_pipeline.store.runs import (
    lock_state,
    overdue_runs,
    running_without_open_chunks,
    set_state,
    stored_reason,
    unannounced_runs,
)
from notes_pipeline.store.settling import close_if_complete
from notes_pipeline.telemetry import metrics

log = structlog.get_logger()

RINGS = 16  # at most, for chunks: workers look for themselves every second, and take all that they have slots for
OVERDUE = "the run's deadline was over before its turn came"
_SWEEP_LOCK = 7_701_402  # any number, the same in all workers


def sweep(
    transactions: Transactions,
    *,
    queue_is_empty: bool,
    lease_s: float = 30.0,
    frees: Callable[[], bool] = lambda: True,
    canary_set: str | None = None,
) -> NextWork:
    """Free lost chunks, end what is overdue, close runs that nobody closed, and choose what to ring for again.

    Any number of workers may sweep: one at a time does, the others return at once with nothing. `frees`: is asked once
    the database has answered; False where workers may not have been able to renew their leases, as after it was away.
    `canary_set`: hash of the gold set that is to be evaluated once a day, None: of none.
    """
    with transactions.begin() as session:
        if not try_advisory_lock(session, _SWEEP_LOCK):
            return NOTHING
        recovered = recover_lost(session, lease_s=lease_s) if frees() else Recovered(0, 0)
        mend_pending(session)
        for run_id, _ in overdue_runs(session):
            _end_overdue(session, run_id)
        here = InSession(session)
        closed = [run_id for run_id in running_without_open_chunks(session) if close_if_complete(here, run_id)]
        work = NextWork(
            plan=tuple(unannounced_runs(session, RunState.QUEUED)),
            draft=tuple(due_chunks(session, queue_is_empty=queue_is_empty, limit=RINGS)),
            finish=(*closed, *unannounced_runs(session, RunState.FINISHING)),
            summarise=tuple(unannounced_runs(session, RunState.SUMMARISING)),
            canary=canary_set is not None and canary_is_due(session, canary_set),
        )
    if recovered != Recovered(0, 0):
        log.warning("chunks_freed", freed=recovered.freed, poisoned=recovered.poisoned)
    found = {
        "plan": len(work.plan),
        "draft": len(work.draft),
        "finish": len(work.finish),
        "summarise": len(work.summarise),
    }
    metrics.swept(found, freed=recovered.freed, poisoned=recovered.poisoned)
    if work != NOTHING:
        log.info("swept", **found, canary=work.canary)
    return work


def _end_overdue(session: Session, run_id: UUID) -> None:
    """End what waits of a run; chunks that are being drafted end by themselves, and are paid for."""
    match lock_state(session, run_id):
        case RunState.QUEUED:
            set_state(session, run_id, RunState.FAILED, reason=OVERDUE)
        case RunState.RUNNING:
            give_up_pending(session, run_id, ChunkOutcome.OVERDUE, OVERDUE)
        case RunState.SUMMARISING:
            reason = "; ".join(filter(None, [stored_reason(session, run_id), f"no summary: {OVERDUE}"]))
            state = final_state(Counter(chunk.state for chunk in chunk_ledger(session, run_id)))
            set_state(session, run_id, state, reason=reason)
        case _:
            return
    log.warning("run_overdue", run_id=str(run_id))
