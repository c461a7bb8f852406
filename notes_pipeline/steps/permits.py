"""How many calls a process has in flight."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from notes_pipeline.core.errors import NotYetError

LONGEST_WAIT_S = 30.0  # within the margin of the lease on an answer that was taken on to be asked for
COME_BACK_S = 1.0


class Permits:
    """So many calls at once, `number`; None: any number. Whoever comes first is let in first. Safe for threads.

    A worker has more chunks in hand than permits: while one is prepared or settled, another has its call. With as many
    as permits, a quarter of the calls that could be in flight were not, under full load.
    """

    def __init__(self, number: int | None = None) -> None:
        self.number = number
        self._taken = 0
        self._is_closed = False
        self._changed = Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a permit for the block.

        Raises:
            NotYetError: none is free for long, or no further call is to begin here.
        """
        self._take()
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify()

    def close(self) -> None:
        """Let no further call begin; those in flight go on."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _take(self) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_closed or self._is_free, timeout=LONGEST_WAIT_S):
                raise NotYetError(f"all {self.number} calls of this worker take long", retry_after_s=COME_BACK_S)
            if self._is_closed:
                raise NotYetError("the worker stops", retry_after_s=0.0)
            self._taken += 1

    @property
    def _is_free(self) -> bool:
        return self.number is None or self._taken < self.number
