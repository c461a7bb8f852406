"""Words with their own times: found again in the text of their utterance, gaps filled from the neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from notes_pipeline.core.transcript import Span, Word
from notes_pipeline.readers.remarks import Remarks

MAX_SKIP = 40  # characters between two words of a list that the text may have: punctuation, a word without an entry


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as a recogniser lists it; a time may be missing (WhisperX gives numerals none)."""

    text: str
    start_ms: int | None
    end_ms: int | None


def place_words(
    text: str, timed: Sequence[TimedWord], start_ms: int | None, end_ms: int | None, remarks: Remarks, place: str
) -> tuple[Word, ...]:
    """Find each word in `text`, in order, and give it a time; those not found are left out and remarked on.

    `start_ms`, `end_ms`: of the utterance, the bounds for words without a time at its edges.
    """
    words: list[Word] = []
    cursor = 0
    lowered = text.lower()
    small = lowered if len(lowered) == len(text) else text  # "İ" grows: then only the same letters are found
    for one, (start, end) in zip(timed, _fill_times(timed, start_ms, end_ms), strict=True):
        if not one.text:
            continue
        at = text.find(one.text, cursor, cursor + len(one.text) + MAX_SKIP)
        if at < 0:
            at = _find_whole(one.text.lower(), small, cursor)
        if at < 0 or start is None or end is None:
            remarks.add("words whose place or time is not clear; the utterance's time counts for them", place)
            continue
        cursor = at + len(one.text)
        words.append(Word(Span(at, cursor), start, max(start, end)))
    return tuple(words)


def _find_whole(word: str, text: str, cursor: int) -> int:
    """Find a word that the list writes small and the text large; as a whole word only, and -1 where it is not."""
    at = text.find(word, cursor, cursor + len(word) + MAX_SKIP)
    end = at + len(word)
    is_inside = at >= 0 and (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
    return -1 if is_inside else at


def _fill_times(
    timed: Sequence[TimedWord], start_ms: int | None, end_ms: int | None
) -> list[tuple[int | None, int | None]]:
    """Give words without times equal shares of the gap that their neighbours leave."""
    times: list[tuple[int | None, int | None]] = [(one.start_ms, one.end_ms) for one in timed]
    at = 0
    while at < len(timed):
        if timed[at].start_ms is not None and timed[at].end_ms is not None:
            at += 1
            continue
        after = at
        while after < len(timed) and (timed[after].start_ms is None or timed[after].end_ms is None):
            after += 1
        left = times[at - 1][1] if at else start_ms
        right = timed[after].start_ms if after < len(timed) else end_ms
        if left is not None and right is not None and left <= right:
            count = after - at
            borders = [left + (right - left) * step // count for step in range(count + 1)]
            times[at:after] = list(pairwise(borders))
        at = after
    return times
