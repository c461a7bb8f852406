"""A transcript: an immutable version of what was said, and the map from its characters to utterance and time."""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

UTTERANCE_BORDER = " "  # one character between utterances, so a quote over a border reads as running text


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of Unicode code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def overlap(self, other: "Span") -> int:
        """Count the code points that both spans hold."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an utterance with its own time. `span` counts from the start of the utterance's text."""

    span: Span
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech as the recogniser or caption file gives it.

    `speaker`: the name in the file, None where unknown. `start_ms`, `end_ms`: milliseconds from the start of the
    recording, None where the file has no time. `words`: in order, only those that have times; empty where none has.
    """

    index: int
    speaker: str | None
    start_ms: int | None
    end_ms: int | None
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """Consecutive utterances of one speaker: those with first <= index <= last."""

    speaker: str | None
    first: int
    last: int


@dataclass(frozen=True)
class Transcript:
    """Utterances in the order of the file, numbered from 0 without gaps.

    `text` is all utterances joined by `UTTERANCE_BORDER`; every span of the project counts in it. `language`: a BCP 47
    tag where the file says one. `source_format`, `warnings`, `because` (why it was taken for this format) and `places`
    (where each utterance stands in the file) tell how it was read and are not part of its identity; the last two are
    empty where it does not come from a reader.
    """

    utterances: tuple[Utterance, ...]
    language: str | None = None
    source_format: str = field(default="", compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)
    because: str = field(default="", compare=False)
    places: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        for position, utterance in enumerate(self.utterances):
            if utterance.index != position:
                raise ValueError(f"utterance {position} is numbered {utterance.index}")

    @cached_property
    def text(self) -> str:
        return UTTERANCE_BORDER.join(utterance.text for utterance in self.utterances)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each utterance starts in `text`."""
        offsets, at = [], 0
        for utterance in self.utterances:
            offsets.append(at)
            at += len(utterance.text) + len(UTTERANCE_BORDER)
        return tuple(offsets)

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal SHA-256 over speakers, times, texts and word times: the identity of this version."""
        content = [
            [
                utterance.speaker,
                utterance.start_ms,
                utterance.end_ms,
                utterance.text,
                [[word.span.start, word.span.end, word.start_ms, word.end_ms] for word in utterance.words],
            ]
            for utterance in self.utterances
        ]
        canonical = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """The names, each once, in the order of their first words."""
        return tuple(dict.fromkeys(u.speaker for u in self.utterances if u.speaker is not None))

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        turns: list[Turn] = []
        for utterance in self.utterances:
            if turns and turns[-1].speaker == utterance.speaker:
                turns[-1] = Turn(utterance.speaker, turns[-1].first, utterance.index)
            else:
                turns.append(Turn(utterance.speaker, utterance.index, utterance.index))
        return tuple(turns)

    @property
    def duration_ms(self) -> int | None:
        """The latest time that any utterance names, None where there is none."""
        times = [t for u in self.utterances for t in (u.start_ms, u.end_ms) if t is not None]
        return max(times, default=None)

    @property
    def word_count(self) -> int:
        """Count the words, split at white space."""
        return sum(len(utterance.text.split()) for utterance in self.utterances)

    def utterance_at(self, offset: int) -> int:
        """Give the index of the utterance that holds the code point; a border belongs to the utterance before it."""
        return max(0, bisect_right(self.offsets, offset) - 1)

    def utterance_span(self, index: int) -> Span:
        start = self.offsets[index]
        return Span(start, start + len(self.utterances[index].text))

    def turn_span(self, turn: Turn) -> Span:
        offsets = self.offsets
        return Span(offsets[turn.first], offsets[turn.last] + len(self.utterances[turn.last].text))

    def parts(self, span: Span) -> Iterator[tuple[Utterance, Span]]:
        """Cut a span of `text` at the utterance borders.

        Yields each utterance it touches with the part in that utterance's own text; empty parts are left out.
        """
        if not span:
            return
        for index in range(self.utterance_at(span.start), self.utterance_at(span.end - 1) + 1):
            whole = self.utterance_span(index)
            start, end = max(span.start, whole.start), min(span.end, whole.end)
            if start < end:
                yield self.utterances[index], Span(start - whole.start, end - whole.start)

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def start_ms(self, span: Span) -> int | None:
        """Tell when the first word of the span starts: its own time, else interpolated by characters."""
        if not span:
            return None
        utterance = self.utterances[self.utterance_at(span.start)]
        offset = span.start - self.offsets[utterance.index]
        if offset >= len(utterance.text):  # on the border behind it
            return next((_time_at(later, part.start, starting=True) for later, part in self.parts(span)), None)
        return _time_at(utterance, offset, starting=True)

    def end_ms(self, span: Span) -> int | None:
        """Tell when the last word of the span ends: its own time, else interpolated by characters."""
        if not span:
            return None
        utterance = self.utterances[self.utterance_at(span.end - 1)]
        offset = min(span.end - self.offsets[utterance.index], len(utterance.text))
        return _time_at(utterance, offset, starting=False)


def _time_at(utterance: Utterance, offset: int, *, starting: bool) -> int | None:
    """Give the time of a border between characters of an utterance.

    With word times: the start of the first word that ends after `offset`, or the end of the last word that starts
    before it. Without: a share of the utterance's length in proportion to the characters before `offset`.
    """
    words = utterance.words
    if words:
        if starting:
            at = bisect_right(words, offset, key=lambda word: word.span.end)
            return words[at].start_ms if at < len(words) else words[-1].end_ms
        at = bisect_left(words, offset, key=lambda word: word.span.start)
        return words[at - 1].end_ms if at else words[0].start_ms
    if utterance.start_ms is None or utterance.end_ms is None or not utterance.text:
        return utterance.start_ms if starting else utterance.end_ms
    share = offset / len(utterance.text)
    return round(utterance.start_ms + share * (utterance.end_ms - utterance.start_ms))
