"""The tasks: each calls one step and rings for what it leaves to be done."""

from uuid import UUID

import structlog
from celery import Celery

from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.draft_chunk import Drafting, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.store.database import Transactions
from notes_pipeline.worker.app import CANARY, DRAFT, FINISH, PLAN, SUMMARISE
from notes_pipeline.worker.canary import DailyCanary
from notes_pipeline.worker.doorbell import Doorbell


def register_tasks(
    app: Celery, transactions: Transactions, drafting: Drafting, doorbell: Doorbell, canary: DailyCanary | None
) -> None:
    """Bind the tasks to a worker's parts. A message carries only an id; that of the canary nothing."""

    @app.task(name=PLAN)  # type: ignore[untyped-decorator]
    def plan(run_id: str) -> None:
        with structlog.contextvars.bound_contextvars(run_id=run_id):
            doorbell.ring(plan_run(transactions, UUID(run_id)))

    @app.task(name=DRAFT)  # type: ignore[untyped-decorator]
    def draft(chunk_id: str) -> None:
        with structlog.contextvars.bound_contextvars(chunk_id=chunk_id):
            doorbell.ring(draft_chunk(drafting, UUID(chunk_id)))

    @app.task(name=FINISH)  # type: ignore[untyped-decorator]
    def finish(run_id: str) -> None:
        with structlog.contextvars.bound_contextvars(run_id=run_id):
            if finish_run(transactions, UUID(run_id)) is RunState.SUMMARISING:
                doorbell.ring(NextWork(summarise=(UUID(run_id),)))

    @app.task(name=SUMMARISE)  # type: ignore[untyped-decorator]
    def summarise(run_id: str) -> None:
        with structlog.contextvars.bound_contextvars(run_id=run_id):
            summarise_run(drafting.asking, drafting.indexes, UUID(run_id))

    @app.task(name=CANARY)  # type: ignore[untyped-decorator]
    def watch() -> None:
        if canary is not None:  # else the sweep rings until a worker that has the set hears it
            canary.run()
