"""Tiers, as ELAN and Praat keep them: one for each speaker, or one for each level of description."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notes_pipeline.core.transcript import Span, Word
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import Said, clean_name

MAX_DRIFT_MS = 50  # by which a word may lie outside of its utterance, where borders were set by hand

NOT_MATCHING = "tiers of words that are not those of the speech, set aside"


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a tier; a time is None where the file has none."""

    start_ms: int | None
    end_ms: int | None
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Tier:
    """`speaker`: whose speech it is; empty where unknown. `intervals`: in the order of the file, those with text.
    `only_times_words`: another tier has the same speech whole.
    """

    name: str
    speaker: str
    intervals: Sequence[Interval]
    only_times_words: bool = False

    @property
    def place(self) -> str:
        return f"tier {shown(self.name, 40)}"


def read_tiers(tiers: Sequence[Tier], remarks: Remarks) -> list[Said]:
    """Give the utterances of all tiers in the order of their times.

    A tier with the same words as another one in smaller pieces is no second speech: it gives that one's words times.
    """
    said: list[tuple[int, Said]] = []
    for tier, words in _pair(tiers, remarks):
        at = 0
        for one, inside in zip(tier.intervals, words, strict=True):
            at = max(at, one.start_ms) if one.start_ms is not None else at
            speaker = clean_name(tier.speaker, remarks, one.place)
            timed = _place_words(one.text, inside)
            said.append((at, Said(one.text, speaker, one.start_ms, one.end_ms, timed, one.place)))
    return [one for _, one in sorted(said, key=lambda pair: pair[0])]


def _pair(tiers: Sequence[Tier], remarks: Remarks) -> Iterator[tuple[Tier, Sequence[Sequence[Interval]]]]:
    """Give each tier of speech, and for each of its intervals those words of another tier that it consists of."""
    groups: dict[str, list[Tier]] = {}
    for tier in tiers:
        groups.setdefault(_letters("".join(one.text for one in tier.intervals)), []).append(tier)
    for letters, same in groups.items():
        coarse, *others = sorted(same, key=lambda tier: (tier.only_times_words, len(tier.intervals)))
        words: Sequence[Sequence[Interval]] = [()] * len(coarse.intervals)
        for tier in others:
            shared = _share_out(coarse, tier) if letters and len(tier.intervals) > len(coarse.intervals) else None
            if shared is None and not tier.only_times_words:
                yield tier, [()] * len(tier.intervals)
            elif shared is None:
                remarks.add(NOT_MATCHING, tier.place)
            else:
                remarks.add(
                    "tiers that repeat the speech in smaller pieces; they give its words their times", tier.place
                )
                words = shared
        if coarse.only_times_words:
            remarks.add(NOT_MATCHING, coarse.place)
        else:
            yield coarse, words


def _share_out(coarse: Tier, fine: Tier) -> list[list[Interval]] | None:
    """Give each interval its words; None where letters or times do not agree, so that both are speech."""
    words = iter(fine.intervals)
    shared: list[list[Interval]] = []
    for one in coarse.intervals:
        inside, wanted = [], len(_letters(one.text))
        while wanted > 0:
            word = next(words, None)
            if word is None or not _lies_in(word, one):
                return None
            inside.append(word)
            wanted -= len(_letters(word.text))
        if wanted:
            return None
        shared.append(inside)
    return shared


def _lies_in(word: Interval, one: Interval) -> bool:
    """Tell whether the word was said during the interval; what has no time may have been."""
    if word.start_ms is not None and one.start_ms is not None and word.start_ms < one.start_ms - MAX_DRIFT_MS:
        return False
    return word.end_ms is None or one.end_ms is None or word.end_ms <= one.end_ms + MAX_DRIFT_MS


def _place_words(text: str, words: Sequence[Interval]) -> tuple[Word, ...]:
    """Find the words in the text by their letters: aligners write them small and without punctuation."""
    placed, at = [], 0
    for word in words:
        wanted = len(_letters(word.text))
        while at < len(text) and not text[at].isalnum():
            at += 1
        start = at
        while at < len(text) and wanted > 0:
            wanted -= len(_letters(text[at]))
            at += 1
        if at > start and word.start_ms is not None and word.end_ms is not None:
            placed.append(Word(Span(start, at), word.start_ms, max(word.start_ms, word.end_ms)))
    return tuple(placed)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
