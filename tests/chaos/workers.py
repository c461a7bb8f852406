"""Worker processes, and a supervisor that starts each again when it ends, as a deployment would."""

import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.chaos.history import History, Life, Span

CLOCK_FOLDER = Path(__file__).resolve().parent / "clock"
RESTART_S, RESTART_AFTER_FAILURE_S = 0.2, 1.0
FAILED_START_S = 5.0  # a process that ends sooner did not start, as while the database is away
STOP_S = 20.0
MEMORY_MARGIN = 1_000_000  # bytes that a worker may still take before it has no more


class Seat:
    """Where a worker sits: one process at a time, followed by the next."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str], history: History) -> None:
        self.name = name
        self._history = history
        self._clock = folder / f"{name}.clock"
        self._clock.write_bytes(struct.pack("d", 0.0))
        self._logs = folder
        path = os.pathsep.join(filter(None, (str(CLOCK_FOLDER), environment.get("PYTHONPATH"))))
        self._environment = dict(environment) | {"PYTHONPATH": path, "CHAOS_CLOCK": str(self._clock)}
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._supervisor = threading.Thread(target=self._supervise, name=f"supervisor of {name}", daemon=True)
        self.life: Life | None = None
        self.busy = threading.Lock()  # one fault at a time

    def start(self) -> None:
        self._supervisor.start()

    def stop(self) -> None:
        """End the worker by SIGTERM, and by force if it does not hear."""
        self._stopping.set()
        self._send(signal.SIGCONT)
        self._send(signal.SIGTERM)
        self._supervisor.join(STOP_S)
        if self._supervisor.is_alive():
            self._history.complain(f"{self.name} does not stop within {STOP_S:g} s of SIGTERM")
            self._send(signal.SIGKILL)
            self._supervisor.join()

    def kill(self) -> None:
        self._disturb("worker killed", time.time())
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        self._disturb("worker stopped", time.time())
        self._send(signal.SIGTERM)

    def freeze(self, seconds: float) -> None:
        since, life = time.time(), self.life
        self._send(signal.SIGSTOP)
        span = self._disturb("worker frozen", since)
        time.sleep(seconds)
        if life is self.life:  # else there is another by now, which is not frozen
            self._send(signal.SIGCONT)
        if span is not None:
            span.until = time.time()

    @contextmanager
    def starved(self) -> Iterator[None]:
        """Let every allocation fail that needs more memory from the system."""
        life = self.life
        span = self._disturb("worker out of memory", time.time())
        gone = (psutil.Error, ProcessLookupError)  # it has just ended, or did not survive
        try:
            with suppress(*gone):
                if life is not None:
                    taken = psutil.Process(life.pid).memory_info().vms + MEMORY_MARGIN
                    resource.prlimit(life.pid, resource.RLIMIT_AS, (taken, resource.RLIM_INFINITY))
            yield
        finally:
            with suppress(*gone):
                if life is not None:
                    resource.prlimit(life.pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            if span is not None:
                span.until = time.time()

    def set_clock(self, wrong_by_s: float) -> None:
        with self._clock.open("r+b") as file:
            file.write(struct.pack("d", wrong_by_s))

    def _send(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(number)

    def _disturb(self, what: str, since: float) -> Span | None:
        life = self.life
        if life is None:
            return None
        span = Span(what, since)
        life.disturbed.append(span)
        self._history.note(f"{what}: {life.asker}, pid {life.pid}")
        return span

    def _supervise(self) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            asker = f"{self.name}-{number}"
            log = self._logs / f"{asker}.log"
            with log.open("wb") as errors:
                process = subprocess.Popen(
                    [sys.executable, "-m", "notes_pipeline.cli", "worker"],
                    env=self._environment | {"OPENAI_API_KEY": asker},
                    stdin=subprocess.DEVNULL,
                    stdout=errors,
                    stderr=errors,
                    start_new_session=True,
                )
            self._process = process
            self.life = life = Life(asker, process.pid, time.time())
            self._history.lives[asker] = life
            life.exit_code = process.wait()
            life.ended = time.time()
            lived_s = life.ended - life.began
            self._history.note(f"{asker} ended with {life.exit_code} after {lived_s:.1f} s")
            self._stopping.wait(RESTART_S if lived_s > FAILED_START_S else RESTART_AFTER_FAILURE_S)
