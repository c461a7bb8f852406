"""Keep what was used last, since work on one thing comes in a row."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class _Entry(Generic[V]):
    def __init__(self) -> None:
        self.lock = Lock()
        self.value: V | None = None


class Recent(Generic[K, V]):
    """The last `size` values by key. Safe for threads: of those that want the same one, one makes it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._entries: dict[K, _Entry[V]] = {}

    def __contains__(self, key: K) -> bool:
        """Tell whether a value is kept, or is being made."""
        with self._lock:
            return key in self._entries

    def get(self, key: K, make: Callable[[], V]) -> V:
        with self._lock:
            entry = self._entries.pop(key, None) or _Entry()
            self._entries[key] = entry
            while len(self._entries) > self._size:
                del self._entries[next(iter(self._entries))]
        with entry.lock:
            if entry.value is None:
                entry.value = make()
            return entry.value
