"""A worker process that tells what its threads spend their CPU on.

    python -m tests.benchmarks.metered FILE      as `notes-pipeline worker`; on SIGUSR2 it writes FILE, and begins anew

The time of a part leaves out the parts that are called inside it. Reading the clock of a thread takes 0.3 to 1
microsecond, twice for each call: a hundred calls a chunk, under 0.2 ms.
"""

import json
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from notes_pipeline.bootstrap import Services
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.completion import Completion
from notes_pipeline.llm.gate import RedisGate
from notes_pipeline.llm.requests import ModelRequest
from notes_pipeline.logs import configure_logging
from notes_pipeline.settings import read_settings
from notes_pipeline.steps import draft_chunk, drafting
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.store import answers
from notes_pipeline.store.direct import Direct
from notes_pipeline.worker import duties, process, slots
from notes_pipeline.worker.doorbell import Doorbell


class _Stack(threading.local):
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.since = 0.0


class Meter:
    """CPU seconds of threads by part. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stack = _Stack()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._began = time.process_time()

    def wrap(self, owner: object, name: str, part: str) -> None:
        inner: Callable[..., object] = getattr(owner, name)

        @wraps(inner)
        def outer(*args: object, **options: object) -> object:
            self._turn()
            self._stack.parts.append(part)
            try:
                return inner(*args, **options)
            finally:
                self._turn()
                self._stack.parts.pop()

        setattr(owner, name, outer)

    def _turn(self) -> None:
        """Count what has passed since the last turn to the part that is on top."""
        now = time.thread_time()
        if self._stack.parts:
            with self._lock:
                self._seconds[self._stack.parts[-1]] += now - self._stack.since
        self._stack.since = now

    def report(self) -> dict[str, float]:
        """Give CPU seconds by part, `rest` being what is in none, and begin anew."""
        with self._lock:
            found, self._seconds = dict(self._seconds), defaultdict(float)
        now = time.process_time()
        found["rest"] = now - self._began - sum(found.values())
        self._began = now
        return found


def metered() -> Meter:
    """Put a meter into the parts of a worker."""
    meter = Meter()
    meter.wrap(draft_chunk, "_draft_leased", "steps")
    meter.wrap(slots, "draft_leased", "steps")
    meter.wrap(slots.Slots, "_fill", "leasing")
    for name in ("plan_run", "finish_run"):
        meter.wrap(duties, name, "planning and finishing")
    meter.wrap(process, "sweep", "sweeping")
    meter.wrap(ModelClient, "complete", "HTTP client")
    meter.wrap(Completion, "model_validate_json", "parsing")
    meter.wrap(drafting, "read_draft", "parsing")
    meter.wrap(drafting, "draft_request", "request")
    meter.wrap(ModelRequest, "key", "request")
    meter.wrap(drafting.ChunkToDraft, "context", "request")
    meter.wrap(draft_chunk, "render_chunk", "request")
    for name in ("check_claim", "where_asked"):
        meter.wrap(draft_chunk, name, "verification")
    meter.wrap(IndexCache, "get", "verification")
    for name in ("execute", "scalar", "scalars", "close"):
        meter.wrap(Session, name, "database client")
    meter.wrap(SessionTransaction, "commit", "database client")
    meter.wrap(sessionmaker, "begin", "database client")
    meter.wrap(Direct, "run", "database client")
    meter.wrap(draft_chunk, "settle_chunk", "database client")
    meter.wrap(answers, "store_answer", "database client")
    meter.wrap(RedisGate, "_run", "gate")
    meter.wrap(Doorbell, "ring", "doorbell")
    return meter


def main() -> None:
    target = Path(sys.argv[1])
    meter = metered()

    def write(_signal: int, _frame: object) -> None:
        made = target.with_suffix(".new")
        made.write_text(json.dumps(meter.report()))
        made.replace(target)

    configure_logging(as_json=True)
    signal.signal(signal.SIGUSR2, write)
    process.run_worker(Services(read_settings()))


if __name__ == "__main__":
    main()
