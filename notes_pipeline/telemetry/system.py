"""Numbers of the whole system, asked from database and broker when Prometheus scrapes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

log = structlog.get_logger()

PATIENCE_S = 4.0  # Prometheus gives a scrape ten seconds, and database and broker are asked one after the other

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SystemState:
    """What the database knows. Ages in seconds; None: there is nothing of that kind.

    `runs`, `chunks`: open ones by state. `oldest_due_s`: since when the chunk waits that is due for longest.
    `expired_leases`: of workers that are lost, until a sweep frees their chunks. `webhook_due_s`: since when the
    webhook's delivery waits that is due for longest.
    """

    runs: Mapping[str, int] = field(default_factory=dict)
    chunks: Mapping[str, int] = field(default_factory=dict)
    oldest_due_s: float = 0.0
    expired_leases: int = 0
    workers: int = 0
    slots: int = 0
    busy: int = 0
    last_sweep_s: float | None = None
    canary_age_s: float | None = None
    canary_alarms: int = 0
    webhook_due_s: float = 0.0


class Asked(Generic[T]):
    """A question to a part that may be away or hang: a scrape must answer, and must not pile up threads that wait."""

    def __init__(self, part: str, ask: Callable[[], T], patience_s: float) -> None:
        self._part = part
        self._ask = ask
        self._patience_s = patience_s
        self._lock = Lock()
        self._under_way: _Question[T] | None = None

    def answer(self) -> T | None:
        """Ask, or wait for who asks already; None: no answer within the patience, or an error."""
        with self._lock:
            question = self._under_way
            if question is None or question.is_over.is_set():
                question = self._under_way = _Question(self._part, self._ask)
                Thread(target=question.run, name=f"ask {self._part}", daemon=True).start()
        if not question.is_over.wait(self._patience_s):
            log.warning("scrape_incomplete", part=self._part, error=f"no answer within {self._patience_s:g} s")
        return question.answer


class _Question(Generic[T]):
    def __init__(self, part: str, ask: Callable[[], T]) -> None:
        self._part = part
        self._ask = ask
        self.is_over = Event()
        self.answer: T | None = None

    def run(self) -> None:
        try:
            self.answer = self._ask()
        except Exception as error:  # noqa: BLE001 (whatever it is, the part does not answer)
            log.warning("scrape_incomplete", part=self._part, error=error)
        finally:
            self.is_over.set()


class SystemCollector(Collector):
    """Gauges of `state` and of the lengths of the broker's queues. What does not answer in time is told as not up."""

    def __init__(
        self,
        state: Callable[[], SystemState],
        queues: Callable[[], Mapping[str, int]],
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._state = Asked("database", state, patience_s)
        self._queues = Asked("broker", queues, patience_s)

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("notes_up", "Whether a part answers.", labels=["part"])
        state = self._state.answer()
        up.add_metric(["database"], float(state is not None))
        queues = self._queues.answer()
        up.add_metric(["broker"], float(queues is not None))
        yield up
        if state is not None:
            yield from _gauges(state)
        if queues is not None:
            yield _by("notes_queue_messages", "Messages that no worker has taken.", "queue", queues)


def register_system(
    registry: CollectorRegistry, state: Callable[[], SystemState], queues: Callable[[], Mapping[str, int]]
) -> None:
    registry.register(SystemCollector(state, queues))


def _gauges(state: SystemState) -> Iterable[Metric]:
    yield _by("notes_open_runs", "Runs that have not ended, by state.", "state", state.runs)
    yield _by("notes_open_chunks", "Chunks that have not ended, by state.", "state", state.chunks)
    single = {
        "notes_oldest_due_chunk_seconds": ("How long the chunk waits that is due for longest.", state.oldest_due_s),
        "notes_expired_leases": ("Leases that have run out and were not freed yet.", state.expired_leases),
        "notes_workers": ("Worker processes seen in the last minute.", state.workers),
        "notes_system_slots": ("Slots of all workers.", state.slots),
        "notes_system_slots_busy": ("Slots of all workers that draft.", state.busy),
        "notes_last_sweep_seconds": ("Since the last look for stuck work.", state.last_sweep_s),
        "notes_canary_age_seconds": ("Since the last canary.", state.canary_age_s),
        "notes_canary_alarms": ("Alarms of the last canary.", state.canary_alarms),
        "notes_webhook_due_seconds": ("How long the delivery waits that is due for longest.", state.webhook_due_s),
    }
    for name, (text, value) in single.items():
        if value is not None:
            yield GaugeMetricFamily(name, text, value=float(value))


def _by(name: str, text: str, label: str, numbers: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in numbers.items():
        family.add_metric([value], number)
    return family
