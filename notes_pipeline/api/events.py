"""Progress of runs as server-sent events.

A stream holds neither a thread nor a database connection between two looks.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from http import HTTPStatus
from threading import Lock
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import StreamingResponse

from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.shapes.runs import progress_shape
from notes_pipeline.core.api_keys import ApiKey
from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.steps.patience import is_passing
from notes_pipeline.steps.read_run import read_progress
from notes_pipeline.store.database import Transactions
from notes_pipeline.telemetry import metrics

LOOK_EVERY_S = 1.0
HEARTBEAT_S = 15.0  # proxies close what is silent for longer
LONGEST_S = 600.0  # then it is to be connected anew, and its key looked at again
COME_BACK_MS = 2_000
MOST_OF_PROCESS, MOST_OF_KEY = 500, 20
STOP_CHECK_S = 0.25

LAST_EVENT_ID = "`id` of the last event that arrived: what is known is not sent again."
_EVENT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "To be sent as Last-Event-ID."},
        "event": {"enum": ["progress", "ended"]},
        "data": {"type": "string", "contentMediaType": "application/json", "description": "A RunProgress."},
    },
}
STREAM: dict[str, Any] = {
    "description": "`progress` events while it goes on, and `ended`; the data of both is a RunProgress as JSON.",
    "content": {"text/event-stream": {"schema": _EVENT}},
}
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streams:
    """The open streams of a process. Safe for threads."""

    def __init__(self) -> None:
        self._of_key: Counter[UUID] = Counter()
        self._lock = Lock()
        self._is_stopping = False

    @property
    def number(self) -> int:
        """How many are open."""
        with self._lock:
            return self._of_key.total()

    def stop(self) -> None:
        """End all streams within a moment: whoever watches connects anew, elsewhere."""
        self._is_stopping = True

    def open(self, key: ApiKey, transactions: Transactions, run_id: UUID, *, known: str | None) -> StreamingResponse:
        """Answer with a stream of a run's progress. `known`: id of the last event that the watcher has.

        Raises:
            ProblemError: 429 where the key has too many open, 503 where this process has.
        """
        with self._lock:
            if self._of_key.total() >= MOST_OF_PROCESS:
                detail = "too many streams are open here: ask again in some seconds, or read the run now and then"
                raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, {"Retry-After": "5"})
            if self._of_key[key.id] >= MOST_OF_KEY:
                detail = f"the key {key.hint} has {MOST_OF_KEY} streams open: close one, or read the run now and then"
                raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, "too-many-streams", detail, {"Retry-After": "5"})
            self._of_key[key.id] += 1
        metrics.streams_open.inc()
        return _Watched(
            self._events(transactions, run_id, known),
            media_type="text/event-stream",
            headers=_HEADERS,
            closed=lambda: self._close(key.id),
        )

    def _close(self, key_id: UUID) -> None:
        with self._lock:
            self._of_key[key_id] -= 1
            self._of_key += Counter()  # without keys that have none
        metrics.streams_open.dec()

    async def _events(self, transactions: Transactions, run_id: UUID, known: str | None) -> AsyncIterator[str]:
        until = time.monotonic() + LONGEST_S
        spoken_at = time.monotonic()
        yield f"retry: {COME_BACK_MS}\n\n"
        while time.monotonic() < until and not self._is_stopping:
            event = await to_thread.run_sync(_look, transactions, run_id)
            if event is None:  # the run was erased
                return
            id_, text, is_over = event
            if id_ != known or is_over:
                known, spoken_at = id_, time.monotonic()
                yield text
            if is_over:
                return
            if time.monotonic() - spoken_at > HEARTBEAT_S:
                spoken_at = time.monotonic()
                yield ": still here\n\n"
            await self._rest()

    async def _rest(self) -> None:
        for _ in range(round(LOOK_EVERY_S / STOP_CHECK_S)):
            if not self._is_stopping:
                await asyncio.sleep(STOP_CHECK_S)


class _Watched(StreamingResponse):
    """Says when it is over, however it ends: by its own, or since nobody listens any more."""

    def __init__(self, *args: Any, closed: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._closed = closed

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:
            self._closed()


def _look(transactions: Transactions, run_id: UUID) -> tuple[str, str, bool] | None:
    """Give the id of how a run stands, the event that says it, and whether it is over; None: it is there no more."""
    try:
        progress = read_progress(transactions, run_id)
    except NotFoundError:
        return None
    except SQLAlchemyError as error:
        if not is_passing(error):
            raise
        return "", ": the database is away\n\n", False
    data = progress_shape(progress).model_dump_json()
    id_ = hashlib.sha256(data.encode()).hexdigest()[:16]
    is_over = progress.run.state.is_final
    return id_, f"id: {id_}\nevent: {'ended' if is_over else 'progress'}\ndata: {data}\n\n", is_over
