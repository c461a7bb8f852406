"""The tasks: each is one duty. A message carries only an id; a lost one costs a second or a sweep."""

from uuid import UUID

from celery import Celery

from notes_pipeline.telemetry.context import bound
from notes_pipeline.worker.app import CANARY, DRAFT, FINISH, PLAN, SUMMARISE
from notes_pipeline.worker.duties import Duties


def register_tasks(app: Celery, duties: Duties) -> None:
    @app.task(name=PLAN)  # type: ignore[untyped-decorator]
    def plan(run_id: str) -> None:
        with bound(run_id=run_id):
            duties.plan(UUID(run_id))

    @app.task(name=DRAFT)  # type: ignore[untyped-decorator]
    def draft(_chunk_id: str) -> None:
        """Look for chunks. Which are taken is decided by turns; the id is for workers of older versions."""
        duties.look()

    @app.task(name=FINISH)  # type: ignore[untyped-decorator]
    def finish(run_id: str) -> None:
        with bound(run_id=run_id):
            duties.finish(UUID(run_id))

    @app.task(name=SUMMARISE)  # type: ignore[untyped-decorator]
    def summarise(run_id: str) -> None:
        with bound(run_id=run_id):
            duties.summarise(UUID(run_id))

    @app.task(name=CANARY)  # type: ignore[untyped-decorator]
    def watch() -> None:
        duties.watch()
