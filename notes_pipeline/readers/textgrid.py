"""Praat TextGrid, long and short: both are the same row of values, one with more words around them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.readers.decoding import Source, to_lines
from notes_pipeline.readers.remarks import Remarks, shown
from notes_pipeline.readers.said import Reading
from notes_pipeline.readers.tiers import Interval, Tier, read_tiers
from notes_pipeline.readers.xml_trees import flatten

# A value stands free between spaces: `xmin = 0.5` has one, `intervals [2]:` has none. A " inside is doubled.
_VALUE = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"|(?<!\S)(-?\d{1,15}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?)(?!\S)')
_LEVEL = re.compile(  # what aligners and phoneticians call levels below the words
    r"(?:.*[\s_-])?(?:phones?|phonemes?|phons?|segments?|syll(?:able)?s?|mau|kan|kas|sampa|ipa|tones?|pitch|breaks?)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?:(.*?)[\s_-]+)?(?:words?|ort(?:-mau)?|wor)", re.IGNORECASE)
_SPEECH = re.compile(
    r"(?:(.*?)[\s_-]+)?(?:utt|utterances?|sentences?|phrases?|turns?|speech|text|transcript(?:ion)?|trn|orthography)",
    re.IGNORECASE,
)
_SILENCES = frozenset({"<eps>", "sil", "<sil>", "sp", "<p:>", "<p>", "_"})
MAX_TIER_NAME = 200
MAX_GAP_MS = 300  # between words of one utterance where nothing else cuts them; a breath takes longer


@dataclass(slots=True)
class _Values:
    """The values of the file in order; asking for another kind than comes next is a fault of the file."""

    source: Source
    text: str
    matches: Iterator[re.Match[str]]
    counted: int = 0
    line: int = 1

    def _next(self) -> re.Match[str]:
        match = next(self.matches, None)
        if match is None:
            raise self.fault("the TextGrid ends early")
        self.line += self.text.count("\n", self.counted, match.start())
        self.counted = match.start()
        return match

    def fault(self, what: str) -> UnreadableTranscriptError:
        return UnreadableTranscriptError(f"{self.source.name}: line {self.line}: {what}. Save it again in Praat.")

    def string(self) -> str:
        match = self._next()
        if match[1] is None:
            raise self.fault("a number where a text should stand")
        return match[1].replace('""', '"')

    def number(self) -> float:
        match = self._next()
        if match[2] is None:
            raise self.fault("a text where a number should stand")
        return float(match[2])

    def count(self) -> int:
        number = self.number()
        if number != int(number) or number < 0:
            raise self.fault("a number of pieces that is none")
        return int(number)

    def time_ms(self) -> int:
        return round(min(max(self.number(), -1e12), 1e12) * 1000)


def read_textgrid(source: Source, remarks: Remarks) -> Reading:
    """Read interval tiers as speech; tiers of points, of sounds and such levels are set aside.

    Raises:
        UnreadableTranscriptError: it ends early, or is no list of tiers.
    """
    text = "\n".join(to_lines(source.text, remarks))
    values = _Values(source, text, _VALUE.finditer(text))
    if not values.string().startswith("ooTextFile") or values.string() != "TextGrid":
        raise UnreadableTranscriptError(
            f"{source.name}: a Praat file, but no TextGrid. Save the TextGrid as a text file."
        )
    values.number(), values.number()
    tiers = [tier for _ in range(values.count()) if (tier := _read_tier(values, remarks)) is not None]
    spoken = [tier for tier in tiers if not _LEVEL.fullmatch(tier.name.strip())] or tiers
    kept = {id(tier) for tier in spoken}
    for tier in tiers:
        if id(tier) not in kept:
            remarks.add("tiers of sounds and other levels set aside", tier.place)
    said = read_tiers([*_with_utterances(spoken)], remarks)
    return Reading("praat-textgrid", said)


def _read_tier(values: _Values, remarks: Remarks) -> Tier | None:
    """Read a tier; None for one of points, which mark moments and no speech."""
    kind, name = values.string(), flatten(values.string())[:MAX_TIER_NAME]
    values.time_ms(), values.time_ms()
    if kind not in ("IntervalTier", "TextTier"):
        raise values.fault("a tier of a kind that is not known")
    intervals = []
    for _ in range(values.count()):
        start = values.time_ms()
        end = values.time_ms() if kind == "IntervalTier" else start
        text = flatten(values.string())
        if text:
            intervals.append(Interval(start, end, text, f"line {values.line}"))
    if kind == "TextTier":
        if intervals:
            remarks.add("tiers of points set aside", f"tier {shown(name, 40)}")
        return None
    return Tier(name, _speaker(name), intervals)


def _speaker(name: str) -> str:
    """Give the name of a tier without its level: "Ann - words" is Ann, "words" is nobody known."""
    match = _WORDS.fullmatch(name) or _SPEECH.fullmatch(name)
    return name if match is None else match[1] or ""


def _with_utterances(tiers: Sequence[Tier]) -> Iterator[Tier]:
    """Give the tiers, and for a tier of words by itself another one of utterances, cut where there is a silence."""
    has_utterances = {tier.speaker for tier in tiers if not _WORDS.fullmatch(tier.name) and tier.intervals}
    for tier in tiers:
        if not _WORDS.fullmatch(tier.name):
            yield tier
            continue
        words = replace(tier, intervals=[one for one in tier.intervals if one.text not in _SILENCES])
        if words.speaker in has_utterances:
            yield replace(words, only_times_words=True)
        else:
            yield replace(words, intervals=list(_join(words.intervals)))
            yield words


def _join(words: Sequence[Interval]) -> Iterator[Interval]:
    """Join words to utterances; in a TextGrid every interval has both its times."""
    joined: list[Interval] = []
    for word in words:
        if joined and (word.start_ms or 0) - (joined[-1].end_ms or 0) > MAX_GAP_MS:
            yield _one_interval(joined)
            joined = []
        joined.append(word)
    if joined:
        yield _one_interval(joined)


def _one_interval(words: Sequence[Interval]) -> Interval:
    text = " ".join(word.text for word in words)
    return Interval(words[0].start_ms, words[-1].end_ms, text, words[0].place)
