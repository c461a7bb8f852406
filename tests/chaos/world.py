"""The world of the test: servers behind proxies, the model double, two workers, and uploads all the time."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import redis
import structlog
from alembic import command

from notes_pipeline.bootstrap import Services, migrations_config
from notes_pipeline.embedded import embedded_postgres, embedded_redis
from notes_pipeline.embedded.folders import known_socket_folder
from notes_pipeline.embedded.postgres import SOCKET_NAME as POSTGRES_SOCKET
from notes_pipeline.embedded.postgres import Postgres
from notes_pipeline.embedded.redis import Redis
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.faults import Rule
from notes_pipeline.settings import Settings
from tests.chaos.history import History
from tests.chaos.proxy import Proxy
from tests.chaos.workers import Seat

LEASE_S, SWEEP_S, CALL_TIMEOUT_S, STOP_GRACE_S = 3.0, 1.0, 5.0, 2.0
LATENCY_S = 0.8  # of the model
WORKERS = 2
SLOTS = 8  # of each worker
OURS = ("DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL")


@dataclass
class World:
    """`services`: what uploads go through, by way of the proxies as the workers do. `folder`: logs and records."""

    folder: Path
    history: History
    postgres: Postgres
    redis_server: Redis
    postgres_proxy: Proxy
    redis_proxy: Proxy
    model_url: str
    services: Services
    redis_url: str
    seats: list[Seat] = field(default_factory=list)
    postgres_busy: threading.RLock = field(default_factory=threading.RLock)

    @property
    def record(self) -> Path:
        """What the model double wrote down."""
        return self.folder / "calls.jsonl"

    def connect(self) -> "psycopg.Connection[Any]":
        """Open a connection of the harness's own, past the proxy."""
        return psycopg.connect(host=str(known_socket_folder(self.postgres.home)), user="notes", dbname="notes")

    def broker(self) -> "redis.Redis":
        """Open a client of the harness's own, past the proxy."""
        return redis.Redis.from_url(self.redis_server.urls.client)

    def set_rules(self, *rules: Rule) -> None:
        """Have the model double behave; without a rule it answers well."""
        body = {"rules": [rule.model_dump(mode="json") for rule in rules], "seed": int(time.time())}
        httpx2.post(self.model_url.removesuffix("/v1") + "/control", json=body).raise_for_status()


@contextmanager
def world() -> Iterator[World]:
    """Start everything, and stop it at the end. The folder is kept: remove it when nothing was found."""
    folder = Path(tempfile.mkdtemp(prefix="notes-chaos-"))
    folder.chmod(0o755)
    logs = folder / "logs"
    logs.mkdir()
    history = History(logs / "events.jsonl")
    with ExitStack() as stack:
        said = stack.enter_context((logs / "uploads.log").open("a", encoding="utf-8"))
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=said))
        stack.callback(structlog.reset_defaults)
        # Durable: without it a killed server forgets what it has promised to keep, which nobody can make good.
        direct_url = stack.enter_context(embedded_postgres(folder))
        stack.enter_context(embedded_redis(folder, durable=False))
        postgres, broker = Postgres.at(folder), Redis.at(folder, durable=False)
        command.upgrade(migrations_config(direct_url), "head")
        postgres_proxy = Proxy(lambda: (known_socket_folder(postgres.home) or folder) / POSTGRES_SOCKET)
        redis_proxy = Proxy(lambda: Path(broker.urls.client.removeprefix("unix://").partition("?")[0]))
        for proxy in (postgres_proxy, redis_proxy):
            proxy.start()
            stack.callback(proxy.stop)
        model_url = stack.enter_context(_double(logs / "calls.jsonl", logs / "double.log"))
        redis_url = f"redis://127.0.0.1:{redis_proxy.port}/0"
        # The proxies have no encryption; to be asked for it only costs each connection two more turns.
        database_url = (
            f"postgresql+psycopg://notes@127.0.0.1:{postgres_proxy.port}/notes?sslmode=disable&gssencmode=disable"
        )
        settings = Settings(
            database_url=database_url, redis_url=redis_url, openai_base_url=model_url, notes_model=OFFLINE_MODEL
        )
        services = Services(settings)
        stack.callback(services.engine.dispose)
        made = World(logs, history, postgres, broker, postgres_proxy, redis_proxy, model_url, services, redis_url)
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        environment |= {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "OPENAI_BASE_URL": model_url,
            "NOTES_MODEL": OFFLINE_MODEL,
            "NOTES_CONCURRENCY": str(SLOTS),
            "NOTES_LEASE_S": str(LEASE_S),
            "NOTES_SWEEP_S": str(SWEEP_S),
            "NOTES_CALL_TIMEOUT_S": str(CALL_TIMEOUT_S),
            "NOTES_STOP_GRACE_S": str(STOP_GRACE_S),
        }
        for number in range(1, WORKERS + 1):
            seat = Seat(f"worker-{number}", logs, environment, history)
            seat.start()
            made.seats.append(seat)
        stack.callback(_stop_all, made)
        yield made


def forget(made: World) -> None:
    """Remove what a world has left on disk."""
    shutil.rmtree(made.folder.parent, ignore_errors=True)


def _stop_all(made: World) -> None:
    stoppers = [threading.Thread(target=seat.stop) for seat in made.seats]
    for stopper in stoppers:
        stopper.start()
    for stopper in stoppers:
        stopper.join()


@contextmanager
def _double(record: Path, log: Path) -> Iterator[str]:
    record.touch()
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.double", str(record), str(LATENCY_S)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            if process.stdout is None:
                raise RuntimeError("no pipe")
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
