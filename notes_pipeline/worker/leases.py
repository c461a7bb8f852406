"""Keep the leases of this process alive, as long as its calls are within their time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import LeaseLostError
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.leases import renew_leases

log = structlog.get_logger()


class Leases:
    """The leases that this process holds. Safe for threads.

    `longest_s`: this long after the last model call began a lease is not renewed any more, so that a thread that hangs
    loses its chunk. `sign`: what else is written with each renewal.
    """

    def __init__(
        self,
        transactions: Transactions,
        *,
        lease_s: float,
        longest_s: float,
        sign: Callable[[Session], None] = lambda _session: None,
    ) -> None:
        self._transactions = transactions
        self._lease_s = lease_s
        self._longest_s = longest_s
        self._sign = sign
        self._lock = Lock()
        self._held: dict[UUID, float] = {}
        self._lost: set[UUID] = set()

    @contextmanager
    def hold(self, token: UUID) -> Iterator[Callable[[], None]]:
        """Renew a lease while the block runs. Yields what starts its time anew, to be called before each model call.

        That raises LeaseLostError when the lease is known to be lost: its run was cancelled, or it ran out.
        """

        def touch() -> None:
            with self._lock:
                if token in self._lost:
                    raise LeaseLostError("the chunk is no longer this worker's")
                self._held[token] = time.monotonic() + self._longest_s

        touch()
        try:
            yield touch
        finally:
            with self._lock:
                self._held.pop(token, None)
                self._lost.discard(token)

    def renew(self) -> None:
        """Prolong all leases that are within their time, in one statement, and give the process's sign of life."""
        now = time.monotonic()
        with self._lock:
            tokens = {token for token, until in self._held.items() if now < until}
        with self._transactions.begin() as session:
            renewed = renew_leases(session, tokens, lease_s=self._lease_s) if tokens else set()
            self._sign(session)
        with self._lock:
            # One that was settled meanwhile is no longer in hand, or will not be touched again.
            self._lost |= (tokens - renewed) & self._held.keys()
