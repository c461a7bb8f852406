"""The slots of a worker process: threads that draft chunks, and the loop that leases chunks for them.

A slot is a call in flight. There are more threads than slots, and as many chunks in hand: what is prepared or settled
needs no slot (`steps.permits`).

Celery's own threads would do, with one message a chunk: that costs 4 ms of CPU for each, binds the order of work to
that of the messages, and stands still while the broker is away. Here the database is asked for as many chunks as there
are free slots, in one statement, whose turn it is; a message only says that it is worth asking now.
"""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from random import random
from threading import Condition, Event, Thread
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from notes_pipeline.steps.draft_chunk import Drafting, draft_leased
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.store.leases import LeasedChunk, give_back, lease_chunks
from notes_pipeline.telemetry import metrics

log = structlog.get_logger()

SPARE = 0.3  # of the slots: so many more chunks are in hand, whose calls are prepared, settled, or about to begin
POLL_S = 1.0  # without a message, so that a lost one costs a second
GATHER_S = 0.05  # under load, slots that become free within it are filled by one statement: 1 in 40 of a call of 2 s
STUCK_S = 120.0  # without one look for chunks, though each takes milliseconds
AWAY_S = 2.0  # after the database did not answer
BACKFILL_SHARE = 0.1  # of the choices in which backfill goes first, so that it never stands still


@dataclass(frozen=True, slots=True)
class Held:
    """What a slot works on: a leased chunk, or another piece of work, by name."""

    name: UUID
    leased: LeasedChunk | None
    work: Callable[[], NextWork]


class Slots:
    """So many slots, and what their threads work on. Safe for threads.

    `then`: gets what a piece of work leaves to be done. `most_running`: chunks that all workers together may draft at
    once; None: as many as they have slots. `fatal`: is called when there is no memory left.
    """

    def __init__(
        self,
        drafting: Drafting,
        number: int,
        *,
        then: Callable[[NextWork], None],
        most_running: int | None = None,
        fatal: Callable[[], None] = lambda: None,
    ) -> None:
        self.number = number
        self._threads = number + math.ceil(SPARE * number)
        self._drafting = drafting
        self._then = then
        self._most_running = most_running
        self._fatal = fatal
        self._queue: SimpleQueue[Held] = SimpleQueue()
        self._held: dict[UUID, Held] = {}
        self._changed = Condition()
        self._wake = Event()
        self._stopping = Event()
        self._looked_for_last_lives = 0.0
        self._turned_at = time.monotonic()
        self._loop = Thread(target=self._lease_for_ever, name="slots", daemon=True)

    @property
    def busy(self) -> int:
        return min(self.number, len(self._held))

    @property
    def is_turning(self) -> bool:
        """Tell whether it still looks for chunks; a worker that does not is no sign of life."""
        return self._loop.is_alive() and time.monotonic() - self._turned_at < STUCK_S

    def start(self) -> None:
        metrics.slots_total.set(self.number)
        metrics.slots_busy.set_function(lambda: self.busy)
        for position in range(self._threads):
            Thread(target=self._work_for_ever, name=f"slot-{position}", daemon=True).start()
        self._loop.start()

    def wake(self) -> None:
        """Have it look for due chunks now."""
        self._wake.set()

    def take(self, name: UUID, work: Callable[[], NextWork]) -> bool:
        """Have a slot do another piece of work, before any further chunk. False: it does so already, or stops."""
        with self._changed:
            if name in self._held or self._stopping.is_set():
                return False
            self._put(Held(name, None, work))
        return True

    def stop_leasing(self) -> None:
        self._stopping.set()
        self._drafting.asking.paying.permits.close()
        self._wake.set()

    def stop(self, *, grace_s: float) -> None:
        """Take nothing new, wait for what is in hand, and after `grace_s` seconds give back what is not done."""
        self.stop_leasing()
        deadline = time.monotonic() + grace_s
        if self._loop.ident is not None:
            self._loop.join(timeout=max(grace_s, 1.0))
        self._give_back(self._not_begun())
        with self._changed:
            self._changed.wait_for(lambda: not self._held, timeout=max(0.0, deadline - time.monotonic()))
            left = list(self._held.values())
        if left:
            log.warning("stopped_in_work", pieces=len(left), grace_s=grace_s)
        self._give_back(left)

    def _not_begun(self) -> list[Held]:
        """Take out of the queue what no thread has begun."""
        waiting = []
        with suppress(Empty):
            while True:
                waiting.append(self._queue.get_nowait())
        with self._changed:
            for held in waiting:
                self._held.pop(held.name, None)
        return waiting

    def _give_back(self, pieces: list[Held]) -> None:
        tokens = [held.leased.token for held in pieces if held.leased is not None]
        if not tokens:
            return
        try:
            with self._drafting.transactions.begin() as session:
                log.info("chunks_given_back", number=give_back(session, tokens))
        except SQLAlchemyError as error:  # their leases end by themselves
            log.warning("not_given_back", number=len(tokens), error=error)

    def _lease_for_ever(self) -> None:
        while not self._stopping.is_set():
            try:
                is_more = self._fill()
            except MemoryError:
                self._fatal()
                return
            except Exception as error:  # noqa: BLE001 (whatever it is, a worker that leases no more is none)
                if isinstance(error, SQLAlchemyError):
                    metrics.database_away()
                log.warning("leasing_failed", wait_s=AWAY_S, error=error)
                self._stopping.wait(AWAY_S)
                continue
            self._turned_at = time.monotonic()
            if is_more:
                self._stopping.wait(GATHER_S)  # what becomes free meanwhile is filled together
            self._wake.wait(POLL_S)
            self._wake.clear()

    def _fill(self) -> bool:
        """Lease chunks for the free slots; tell whether all of them were filled, so that there may be more."""
        free = self._threads - len(self._held)
        if free <= 0:
            return True
        with self._drafting.transactions.begin() as session:
            leased = self._lease(session, free)
        with self._changed:
            for each in leased:
                self._put(Held(each.token, each, partial(draft_leased, self._drafting, each)))
        return len(leased) >= free

    def _lease(self, session: Session, free: int) -> list[LeasedChunk]:
        last_life = self._lease_last_life(session)
        others = lease_chunks(
            session,
            owner=self._drafting.owner,
            lease_s=self._drafting.lease_s,
            limit=free - len(last_life),
            most_running=self._most_left(),
            backfill_first=random() < BACKFILL_SHARE,  # noqa: S311 (no secret depends on it)
        )
        return last_life + others

    def _lease_last_life(self, session: Session) -> list[LeasedChunk]:
        """Take one chunk that has been lost twice, if there is any and none is in hand.

        One at a time: what kills this process would else take the others with it, which did nothing. Before the others,
        which may fill all slots for hours.
        """
        now = time.monotonic()
        if now < self._looked_for_last_lives + POLL_S:
            return []
        if any(held.leased is not None and held.leased.is_on_last_life for held in list(self._held.values())):
            return []
        self._looked_for_last_lives = now
        return lease_chunks(
            session,
            owner=self._drafting.owner,
            lease_s=self._drafting.lease_s,
            limit=1,
            most_running=self._most_left(),
            on_last_life=True,
        )

    def _most_left(self) -> int | None:
        """How many chunks may be in hand everywhere: other work of ours asks models, too."""
        if self._most_running is None:
            return None
        return max(0, self._most_running - sum(held.leased is None for held in list(self._held.values())))

    def _put(self, held: Held) -> None:
        self._held[held.name] = held
        self._queue.put(held)

    def _work_for_ever(self) -> None:
        while True:
            held = self._queue.get()
            try:
                self._pass_on(held.work())
            except MemoryError:
                log.error("out_of_memory", busy=len(self._held))
                self._fatal()
            except Exception as error:  # the thread must outlive it; the lease ends, and others go on
                log.error("slot_failed", name=str(held.name), error=error, exc_info=error)
            finally:
                with self._changed:
                    self._held.pop(held.name, None)
                    self._changed.notify_all()
                self._wake.set()

    def _pass_on(self, work: NextWork) -> None:
        try:
            self._then(work)
        except Exception as error:  # noqa: BLE001 (the sweep finds what is left to be done)
            log.warning("not_passed_on", error=error)
