"""What happened when: lives of workers, faults, uploads. Times are seconds since 1970 of the harness's own clock."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID


@dataclass(slots=True)
class Span:
    """`until`: None while it lasts."""

    what: str
    since: float
    until: float | None = None

    def overlaps(self, since: float, until: float) -> bool:
        return self.since <= until and (self.until is None or self.until >= since)


@dataclass(slots=True)
class Life:
    """One process of a worker, from its start to its end. `disturbed`: what was done to it meanwhile.

    `asker`: the API key that it asks models with, which names it in the double's record.
    """

    asker: str
    pid: int
    began: float
    ended: float | None = None
    exit_code: int | None = None
    disturbed: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that was answered with success."""

    run_id: UUID
    marker: str
    at: float


class History:
    """Remembers, and writes each event to a file at once. Safe for threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.faults: list[Span] = []
        self.outages: list[Span] = []  # of the database
        self.thefts: list[Span] = []  # moments in which leases were taken from their holders
        self.lives: dict[str, Life] = {}
        self.uploads: list[Upload] = []
        self.refused_uploads = 0
        self.cancelled: set[UUID] = set()
        self.complaints: list[tuple[float, str]] = []  # what must not happen, seen where it happened
        self.events: list[tuple[float, str]] = []

    def note(self, said: str) -> None:
        at = time.time()
        with self._lock:
            self.events.append((at, said))
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"at": at, "event": said}) + "\n")

    def complain(self, said: str) -> None:
        self.complaints.append((time.time(), said))
        self.note(said)

    def around(self, since: float, until: float) -> list[str]:
        with self._lock:
            return [f"{_clock(at)} {said}" for at, said in self.events if since <= at <= until]

    @contextmanager
    def fault(self, what: str) -> Iterator[Span]:
        span = Span(what, time.time())
        self.faults.append(span)
        self.note(f"{what}: begins")
        try:
            yield span
        finally:
            span.until = time.time()
            self.note(f"{what}: is over after {span.until - span.since:.1f} s")

    @contextmanager
    def outage(self) -> Iterator[None]:
        span = Span("database away", time.time())
        self.outages.append(span)
        try:
            yield
        finally:
            span.until = time.time()

    def theft(self, what: str) -> None:
        now = time.time()
        self.thefts.append(Span(what, now, now))

    def faults_during(self, since: float, until: float) -> list[str]:
        return sorted({span.what for span in list(self.faults) if span.overlaps(since, until)})


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(at)) + f"{at % 1:.2f}"[1:]
