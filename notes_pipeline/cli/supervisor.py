"""Start the parts that no setting names, and stop everything that was started, whatever happens."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.embedded import embedded_postgres, embedded_redis
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.listening import listen_for_child
from notes_pipeline.settings import Settings

WORKER = "worker"
MOST_RESTARTS = 3  # as often as a chunk may lose its worker
STOP_GRACE_S = 5.0  # for a worker to finish what is in hand; after that its chunks go on elsewhere


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """Give settings with a database: the one that is set, else an embedded one for as long as the block runs."""
    if settings.database_url is not None:
        yield settings
        return
    with embedded_postgres(settings.notes_data) as url:
        yield settings.model_copy(update={"database_url": url})


@dataclass(slots=True)
class WorkingParts:
    """What was started beside this process, by name. `settings` say where it is."""

    settings: Settings
    processes: dict[str, subprocess.Popen[bytes]]
    stack: ExitStack
    restarts: int = 0

    def check(self) -> None:
        """Start the worker again that was killed, or that stopped for want of memory.

        Raises:
            ServiceUnavailableError: a process is gone for another reason, or too often.
        """
        for name, process in self.processes.items():
            code = process.poll()
            if code is None:
                continue
            if name == WORKER and code <= 0 and self.restarts < MOST_RESTARTS:
                self.restarts += 1
                self.processes[name] = self.stack.enter_context(_worker(self.settings))
                return
            raise ServiceUnavailableError(f"the {name} ended by itself with {code}: {_last_words(self.settings, name)}")


@contextmanager
def working_parts(settings: Settings) -> Iterator[WorkingParts]:
    """Start a worker process, and broker and model where no setting names them. The database is there already."""
    with ExitStack() as stack:
        if settings.redis_url is None:
            urls = stack.enter_context(embedded_redis(settings.notes_data))
            settings = settings.model_copy(update={"redis_url": urls.celery})
        processes = {}
        if settings.uses_offline_model:
            listener, url = listen_for_child()
            with listener:
                arguments = ["offline-model", "--listen-fd", str(listener.fileno())]
                processes["offline-model"] = stack.enter_context(
                    _process("offline-model", arguments, settings, pass_fds=[listener.fileno()])
                )
            settings = settings.model_copy(
                update={"openai_base_url": url, "notes_model": settings.notes_model or OFFLINE_MODEL}
            )
        processes[WORKER] = stack.enter_context(_worker(settings))
        yield WorkingParts(settings, processes, stack)


def _worker(settings: Settings) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return _process(WORKER, ["worker", "--stop-with-stdin"], settings)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, and let neither interrupt the stopping."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _process(
    name: str, arguments: list[str], settings: Settings, *, pass_fds: Sequence[int] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of our own commands beside this one, in a session of its own so that Ctrl-C reaches only us.

    Its standard input is a pipe that ends with this process, however it ends: a child never outlives it.
    """
    log = _log(settings, name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "notes_pipeline.cli", *arguments],
            stdin=subprocess.PIPE,
            stdout=errors,
            stderr=errors,
            env=os.environ | _environment(settings),
            start_new_session=True,
            pass_fds=pass_fds,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _environment(settings: Settings) -> dict[str, str]:
    """Write settings as the variables that a child of ours reads."""
    values = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "OPENAI_BASE_URL": settings.openai_base_url,
        "OPENAI_API_KEY": None if settings.openai_api_key is None else settings.openai_api_key.get_secret_value(),
        "NOTES_MODEL": settings.notes_model,
        "NOTES_DATA": str(settings.notes_data),
        # The rest of the time is for letting go of database and broker.
        "NOTES_STOP_GRACE_S": f"{min(settings.notes_stop_grace_s, STOP_GRACE_S / 2):g}",
    }
    return {name: value for name, value in values.items() if value is not None}


def _last_words(settings: Settings, name: str) -> str:
    """Quote the last line of a child's log, and say where the rest is."""
    log = _log(settings, name)
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"{lines[-1].strip()[:300] if lines else 'it said nothing'} (more in {log})"


def _log(settings: Settings, name: str) -> Path:
    return settings.notes_data / "logs" / f"{name}.log"
