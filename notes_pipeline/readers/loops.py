"""Loops: the same line or words again and again, as speech recognisers invent them on silence."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple


class Loop(NamedTuple):
    """A cycle of `period` items that fills [start, end) of a sequence; its last turn may be cut off."""

    start: int
    end: int
    period: int

    @property
    def times(self) -> int:
        return (self.end - self.start) // self.period


def find_loops(items: Sequence[Hashable], *, longest: int, least: Callable[[int], int]) -> Iterator[Loop]:
    """Yield the cycles of at most `longest` items, in order and without overlap, each by its shortest period.

    `least`: how often a cycle of that period must come in a row.
    """
    start = 0
    while start < len(items):
        loop = _loop_at(items, start, longest, least)
        if loop is not None:
            yield loop
        start = start + 1 if loop is None else loop.end


def _loop_at(items: Sequence[Hashable], start: int, longest: int, least: Callable[[int], int]) -> Loop | None:
    for period in range(1, min(longest, len(items) - 1 - start) + 1):
        if items[start] == items[start + period]:
            loop = Loop(start, _cycle_end(items, start, period), period)
            if loop.times >= least(period):
                return loop
    return None


def _cycle_end(items: Sequence[Hashable], start: int, period: int) -> int:
    end = start + period
    while end < len(items) and items[end] == items[end - period]:
        end += 1
    return end
