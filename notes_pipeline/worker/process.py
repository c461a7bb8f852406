"""A worker process: Celery hears the bell, slots draft chunks; in the background leases are renewed and work is swept.

Threads, not processes: 100 calls in flight took 99 MB against 1,594 MB for 32 processes, at the same speed. Each worker
sweeps by itself, so there is no scheduler to forget or to run twice.
"""

import ctypes
import gc
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from threading import Event, Thread
from uuid import uuid4

import redis
import structlog
from celery import Celery
from celery.signals import task_failure, worker_ready, worker_shutdown, worker_shutting_down
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from notes_pipeline.bootstrap import Services
from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.diagnosis.revisions import require_schema
from notes_pipeline.llm.gate import Gate, RedisGate
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import Drafting
from notes_pipeline.steps.paying import CALL_MARGIN_S
from notes_pipeline.steps.permits import Permits
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import server_version
from notes_pipeline.store.workers import Worked, count_workers, note_sweep, sign_of_life, sign_off
from notes_pipeline.telemetry.metrics import know_models, serve_metrics
from notes_pipeline.telemetry.tracing import start_tracing, stop_tracing
from notes_pipeline.verification.languages import choose_language
from notes_pipeline.webhooks.sending import Sender
from notes_pipeline.worker.app import CONTROL_QUEUE, DRAFT_QUEUE, create_app
from notes_pipeline.worker.canary import daily_canary
from notes_pipeline.worker.deliveries import Deliveries
from notes_pipeline.worker.doorbell import Doorbell, queue_length, redis_client
from notes_pipeline.worker.duties import Duties
from notes_pipeline.worker.leases import Leases
from notes_pipeline.worker.periodic import Periodic
from notes_pipeline.worker.slots import Slots
from notes_pipeline.worker.tasks import register_tasks

log = structlog.get_logger()

BROKER_WAIT_S = 5.0
CONTROL_THREADS = 4  # for what messages ask: to plan and to finish takes milliseconds, a canary one of them for minutes
_M_ARENA_MAX = -8  # of malloc.h
EXIT_MARGIN_S = 5.0  # beyond the grace of a stop: for Celery to let go of the broker


def run_worker(services: Services) -> None:
    """Work until a signal says stop; then finish what is in hand, give back what takes too long, and return.

    Raises:
        ServiceUnavailableError: database or broker is not set, or the database does not answer or is not migrated. A
            broker that is away is waited for.
    """
    settings = services.settings
    if settings.redis_url is None or settings.database_url is None:
        raise ServiceUnavailableError(
            "a worker needs DATABASE_URL and REDIS_URL; `notes-pipeline run` starts servers and a worker of its own"
        )
    server_version(services.engine)
    require_schema(services.engine)
    _share_arenas()
    _warm_up(services)
    _let_threads_finish()
    know_models(settings.notes_model, settings.notes_fallback_model, settings.notes_judge_model)
    if settings.notes_metrics_port is not None:
        serve_metrics(settings.notes_metrics_host, settings.notes_metrics_port)
    start_tracing("notes-worker")
    app = create_app(settings.redis_url)
    process = WorkerProcess.make(services, app, redis_client(settings.redis_url))
    process.connect_signals()
    process.start()
    _spare_the_collector()
    while not process.is_stopping:
        celery = app.Worker(  # as the command `celery worker` makes it, whose import costs 0.3 s
            hostname=f"notes-{os.getpid()}@{socket.gethostname()}",
            pool_cls="threads",
            concurrency=CONTROL_THREADS,
            queues=[DRAFT_QUEUE, CONTROL_QUEUE],
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        celery.start()
        if not process.is_stopping:
            # Celery waits for a broker that is gone, and ends at one that answers with an error, as Redis does when its
            # disk or memory is full or it has become a replica. The slots go on meanwhile.
            log.error("broker_failed", begins_again_in_s=BROKER_WAIT_S)
            process.wait(BROKER_WAIT_S)


def _share_arenas() -> None:
    """Have the C library serve all threads from two arenas: in eight, 100 threads kept 25 MB in pieces of no use."""
    with suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def _warm_up(services: Services) -> None:
    """Load what the first chunk would wait for: a third of a second."""
    client = services.models.client("")
    client.warm_up()
    client.close()
    choose_language(None, "the")  # loads the tables of all languages


def _let_threads_finish() -> None:
    """Have threads that compute hand over less often: what one does at a stretch takes 5 to 20 ms.

    At Python's 5 ms a burst of answers is worked on in slices, all at once, and each is late: 6 % more time for a
    thousand chunks at 100 slots, and 7 % more CPU. Whoever waits for the network hands over at once anyway.
    """
    sys.setswitchinterval(0.05)


def _spare_the_collector() -> None:
    """Keep the garbage collector from walking through all modules again and again: a tenth of the CPU of a chunk."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)


def make_drafting(
    services: Services, gate: Gate, *, worker: Worked | None = None, slots: "list[Slots] | None" = None
) -> tuple[Drafting, Periodic]:
    """Put together what chunks are drafted with, and what has to run meanwhile to keep their leases.

    `worker`, `slots`: of a worker process, which gives a sign of life with each renewal.
    """
    settings = services.settings

    def sign(session: Session) -> None:
        if worker is not None and all(each.is_turning for each in slots or []):
            sign_of_life(session, worker, busy=sum(each.busy for each in slots or []))
            if isinstance(gate, RedisGate):
                gate.workers = count_workers(session)

    leases = Leases(
        services.transactions,
        lease_s=settings.notes_lease_s,
        longest_s=settings.notes_call_timeout_s + CALL_MARGIN_S,
        sign=sign,
    )
    drafting = Drafting(
        asking=services.asking(gate, Permits(settings.notes_concurrency)),
        indexes=IndexCache(),
        owner=f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}",
        lease_s=settings.notes_lease_s,
        hold=leases.hold,
    )
    return drafting, Periodic("leases", settings.notes_lease_s / 3, leases.renew)


@dataclass
class Contact:
    """Since when the database has answered without a break, as far as this process has seen.

    After a break nobody was able to renew leases, so those that ran out say nothing: their holders get the time of one
    lease. The same holds at the start of a process, which does not know what was before.
    """

    lease_s: float
    sweep_s: float
    _since: float = field(default_factory=time.monotonic)
    _last: float = field(default_factory=time.monotonic)

    def made(self) -> None:
        now = time.monotonic()
        if now - self._last > 2 * self.sweep_s + 1.0:
            self._since = now
        self._last = now

    def lost(self) -> None:
        self._since = self._last = time.monotonic()

    @property
    def is_proven(self) -> bool:
        return time.monotonic() - self._since >= self.lease_s


class WorkerProcess:
    """The parts of a worker, from its start to its end."""

    def __init__(
        self, services: Services, client: redis.Redis, duties: Duties, slots: Slots, renewal: Periodic, worker: Worked
    ) -> None:
        settings = services.settings
        self._services = services
        self._client = client
        self._duties = duties
        self._slots = slots
        self._worker = worker
        self._contact = Contact(settings.notes_lease_s, settings.notes_sweep_s)
        self._background = [renewal, Periodic("sweep", settings.notes_sweep_s, self._sweep)]
        self._deliveries = Deliveries(services.transactions, Sender(allow_private=settings.notes_allow_private_urls))
        self._is_stopped = Event()
        self._stopper: Thread | None = None

    @classmethod
    def make(cls, services: Services, app: Celery, client: redis.Redis) -> "WorkerProcess":
        settings = services.settings
        worker = Worked(
            uuid4(), socket.gethostname(), os.getpid(), version("notes-pipeline"), settings.notes_concurrency
        )
        all_slots: list[Slots] = []
        drafting, renewal = make_drafting(services, services.gate(client), worker=worker, slots=all_slots)
        duties = Duties(drafting, Doorbell(app), daily_canary(services, drafting))
        slots = Slots(
            drafting,
            settings.notes_concurrency,
            then=duties.pass_on,
            most_running=settings.notes_calls_in_flight,
            fatal=lambda: os.kill(os.getpid(), signal.SIGTERM),
        )
        all_slots.append(slots)
        duties.slots = slots
        register_tasks(app, duties)
        return cls(services, client, duties, slots, renewal, worker)

    def connect_signals(self) -> None:
        def ready(**_: object) -> None:
            log.info("worker_ready", pid=self._worker.pid, slots=self._slots.number)

        def shutting_down(**_: object) -> None:
            if self._stopper is None:
                self._stopper = Thread(target=self._stop, name="stop", daemon=True)
                self._stopper.start()

        def shut_down(**_: object) -> None:
            if self.is_stopping:
                self._is_stopped.wait(self._services.settings.notes_stop_grace_s + EXIT_MARGIN_S)

        def report(exception: BaseException | None = None, einfo: object = None, **_: object) -> None:
            log.error("task_failed", error=exception, exception=str(einfo))

        # weak=False: the signals would forget functions that nothing else holds.
        worker_ready.connect(ready, weak=False)
        worker_shutting_down.connect(shutting_down, weak=False)
        worker_shutdown.connect(shut_down, weak=False)
        task_failure.connect(report, weak=False)

    def start(self) -> None:
        """Begin to work, whether or not the broker is there: the database knows what there is to do."""
        self._slots.start()
        for each in self._background:
            each.start()
        self._deliveries.start()

    @property
    def is_stopping(self) -> bool:
        return self._stopper is not None

    def wait(self, seconds: float) -> None:
        self._is_stopped.wait(seconds)

    def _stop(self) -> None:
        """Stop within the grace and a little, whatever hangs: a process that does not end holds up a deployment."""
        grace_s = self._services.settings.notes_stop_grace_s
        if self._duties.canary is not None:
            self._duties.canary.stop()
        self._deliveries.stop()
        until = time.monotonic() + grace_s
        try:
            self._slots.stop(grace_s=grace_s)
            self._deliveries.join(until - time.monotonic())
            for each in self._background:
                each.stop()
            with self._services.transactions.begin() as session:
                sign_off(session, self._worker.id)
        except SQLAlchemyError as error:  # the leases end by themselves
            log.warning("stopped_without_database", error=type(error).__name__)
        stop_tracing()
        self._is_stopped.set()
        time.sleep(EXIT_MARGIN_S)
        log.warning("stopped_by_force", after_s=grace_s + EXIT_MARGIN_S)
        os._exit(0)

    def _sweep(self) -> None:
        services, canary = self._services, self._duties.canary
        try:
            is_empty = queue_length(self._client) == 0
        except redis.RedisError:
            is_empty = True  # nobody hears the bell; what is found is done here

        def frees() -> bool:
            self._contact.made()
            return self._contact.is_proven

        try:
            work = sweep(
                services.transactions,
                queue_is_empty=is_empty,
                lease_s=services.settings.notes_lease_s,
                frees=frees,
                canary_set=None if canary is None else canary.gold.content_hash,
            )
            with services.transactions.begin() as session:
                note_sweep(session, self._worker.id)
        except SQLAlchemyError:
            self._contact.lost()
            raise
        self._contact.made()
        if work.draft:
            self._duties.look()
        self._duties.pass_on_swept(work)
