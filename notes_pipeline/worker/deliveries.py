"""What a worker process does for webhooks, beside chunks and sweeps, so that a slow receiver keeps neither waiting."""

import time
from threading import Condition, Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from notes_pipeline.steps.deliver import deliver, forget_old, lease_due
from notes_pipeline.steps.patience import in_short
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.deliveries import LeasedDelivery
from notes_pipeline.webhooks.sending import Sender

log = structlog.get_logger()

POLL_S = 1.0  # reviews and cancelled runs end in other processes, and nobody rings for events
AT_ONCE = 16  # attempts of this process
AWAY_S = 5.0  # after the database did not answer
FORGET_EVERY_S = 3_600.0


class Deliveries:
    """Sends what is due in threads of its own until stopped. What is not done by then goes on elsewhere."""

    def __init__(self, transactions: Transactions, sender: Sender, *, at_once: int = AT_ONCE) -> None:
        self._transactions = transactions
        self._sender = sender
        self._at_once = at_once
        self._stop = Event()
        self._changed = Condition()
        self._busy = 0
        self._ended = 0  # attempts since the last look: as many may be taken on at once
        self._forgets_at = time.monotonic()
        self._thread = Thread(target=self._run, name="deliveries", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take nothing on any more; returns at once."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait for what is being sent; False: it takes longer, and is sent again by another worker."""
        with self._changed:
            return self._changed.wait_for(lambda: self._busy == 0, timeout=max(0.0, timeout_s))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
                pause_s = POLL_S
            except SQLAlchemyError as error:
                log.warning("deliveries_wait", error=in_short(error))
                pause_s = AWAY_S
            except Exception as error:
                log.error("deliveries_broken", error=error, exc_info=error)
                pause_s = AWAY_S
            self._pause(pause_s)

    def _look(self) -> None:
        if time.monotonic() >= self._forgets_at:
            self._forgets_at = time.monotonic() + (0.0 if forget_old(self._transactions) else FORGET_EVERY_S)
        with self._changed:
            free, self._ended = self._at_once - self._busy, 0
        leased = lease_due(self._transactions, limit=free) if free else ()
        for each in leased:
            with self._changed:
                self._busy += 1
            Thread(target=self._deliver, args=(each,), name="delivery", daemon=True).start()

    def _pause(self, seconds: float) -> None:
        """Wait, but go on when an attempt has ended: its webhook may have more."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._stop.is_set(), timeout=seconds)

    def _deliver(self, leased: LeasedDelivery) -> None:
        try:
            deliver(self._transactions, self._sender, leased)
        except Exception as error:
            log.error("delivery_broken", event_id=str(leased.event_id), error=error, exc_info=error)
        finally:
            with self._changed:
                self._busy -= 1
                self._ended += 1
                self._changed.notify_all()
