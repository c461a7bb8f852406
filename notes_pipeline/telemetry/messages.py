"""What travels with a message of Celery beside its ids: which request asked for the work, and the trace it belongs to.

In headers, so that tasks keep their arguments, and a worker of another version ignores what it does not know.
"""

import re
from collections.abc import Mapping, MutableMapping
from contextlib import ExitStack
from typing import Any

import structlog
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun

from notes_pipeline.telemetry.context import bound
from notes_pipeline.telemetry.tracing import continue_from, traceparent

REQUEST_ID, TRACEPARENT = "notes_request_id", "traceparent"
# Who can write to the broker must not be able to write lines of our logs.
_ID = re.compile(r"[\w.:@-]{1,100}")
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

# By id of the task: what is bound while it runs. A task begins and ends in one thread of the pool, which then takes the
# next: what it leaves bound would stand in the lines of another.
_open: dict[str, ExitStack] = {}


def connect() -> None:
    """Have messages carry the request and the trace of who sends them, and tasks go on with these; once is enough.

    Celery also leaves logging to us: it would else add handlers of its own, whose lines are no JSON.
    """
    # weak=False: the signals would forget functions that nothing else holds.
    before_task_publish.connect(_send, weak=False, dispatch_uid="notes-send")
    task_prerun.connect(_begin, weak=False, dispatch_uid="notes-begin")
    task_postrun.connect(_end, weak=False, dispatch_uid="notes-end")
    setup_logging.connect(_leave_logging, weak=False, dispatch_uid="notes-logging")


def carried(request: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Read request id and traceparent out of a task's request; None: it has none, or none that can be one."""
    return _matching(_ID, request.get(REQUEST_ID)), _matching(_TRACE, request.get(TRACEPARENT))


def _send(headers: MutableMapping[str, Any] | None = None, **_: object) -> None:
    if headers is None:
        return
    request_id, trace = structlog.contextvars.get_contextvars().get("request_id"), traceparent()
    if request_id is not None:
        headers[REQUEST_ID] = request_id
    if trace is not None:
        headers[TRACEPARENT] = trace


def _begin(task_id: str, task: Any, **_: object) -> None:
    request_id, trace = carried(task.request.__dict__)
    stack = ExitStack()
    stack.enter_context(bound(task=task.name, task_id=task_id, request_id=request_id))
    stack.enter_context(continue_from(trace))
    _open[task_id] = stack


def _end(task_id: str, **_: object) -> None:
    stack = _open.pop(task_id, None)
    if stack is not None:
        stack.close()


def _leave_logging(**_: object) -> None:
    """Do nothing: that somebody listens is what Celery looks at."""


def _matching(form: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None
