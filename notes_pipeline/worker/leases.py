"""Keep the leases of this process alive, as long as its calls are within their time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

from notes_pipeline.store.chunks import renew_leases
from notes_pipeline.store.database import Transactions


class Leases:
    """The leases that this process holds. Safe for threads.

    `longest_s`: this long after the last model call began a lease is not renewed any more, so that a thread that hangs
    loses its chunk.
    """

    def __init__(self, transactions: Transactions, *, lease_s: float, longest_s: float) -> None:
        self._transactions = transactions
        self._lease_s = lease_s
        self._longest_s = longest_s
        self._lock = Lock()
        self._held: dict[UUID, float] = {}

    @contextmanager
    def hold(self, token: UUID) -> Iterator[Callable[[], None]]:
        """Renew a lease while the block runs. Yields what starts its time anew, to be called before each model call."""

        def touch() -> None:
            with self._lock:
                self._held[token] = time.monotonic() + self._longest_s

        touch()
        try:
            yield touch
        finally:
            with self._lock:
                self._held.pop(token, None)

    def renew(self) -> None:
        """Prolong all leases that are within their time, in one statement."""
        now = time.monotonic()
        with self._lock:
            tokens = [token for token, until in self._held.items() if now < until]
        if tokens:
            with self._transactions.begin() as session:
                renew_leases(session, tokens, lease_s=self._lease_s)
