"""The tasks: each is one duty. A message carries only an id; a lost one costs a second or a sweep."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from celery import Celery, Task

from notes_pipeline.telemetry.context import bound
from notes_pipeline.worker.app import CANARY, DRAFT, FINISH, PLAN, SUMMARISE
from notes_pipeline.worker.duties import Duties


def register_tasks(app: Celery, duties: Duties) -> None:
    @app.task(name=PLAN, bind=True)  # type: ignore[untyped-decorator]
    def plan(self: Task, run_id: str) -> None:
        with _named(self, run_id=run_id):
            duties.plan(UUID(run_id))

    @app.task(name=DRAFT)  # type: ignore[untyped-decorator]
    def draft(_chunk_id: str) -> None:
        """Look for chunks. Which are taken is decided by turns; the id is for workers of older versions."""
        duties.look()

    @app.task(name=FINISH, bind=True)  # type: ignore[untyped-decorator]
    def finish(self: Task, run_id: str) -> None:
        with _named(self, run_id=run_id):
            duties.finish(UUID(run_id))

    @app.task(name=SUMMARISE, bind=True)  # type: ignore[untyped-decorator]
    def summarise(self: Task, run_id: str) -> None:
        with _named(self, run_id=run_id):
            duties.summarise(UUID(run_id))

    @app.task(name=CANARY, bind=True)  # type: ignore[untyped-decorator]
    def watch(self: Task) -> None:
        with _named(self):
            duties.watch()


@contextmanager
def _named(task: Task, **context: str) -> Iterator[None]:
    """Have the lines of a task's log carry its name and the id of its message."""
    with bound(task=task.name, task_id=task.request.id, **context):
        yield
