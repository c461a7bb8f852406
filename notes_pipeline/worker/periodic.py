"""Repeat a small action in the background of a worker process."""

from collections.abc import Callable
from threading import Event, Thread

import structlog

log = structlog.get_logger()


class Periodic:
    """Runs `action` at once and then every `interval_s` seconds in a thread of its own, until stopped.

    An error is logged and the next turn tried: what it takes care of is never given up for a moment's failure.
    """

    def __init__(self, name: str, interval_s: float, action: Callable[[], None]) -> None:
        self._name = name
        self._interval_s = interval_s
        self._action = action
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._action()
            except Exception as error:  # noqa: BLE001 (the thread must outlive whatever a turn runs into)
                log.warning("periodic_failed", name=self._name, error=error)
            self._stop.wait(self._interval_s)
