"""What in a transcript looks like a fault of the recogniser, the export or the recording. Pure.

Thresholds lie above what the honest files of our survey of 54 real exports show; the figure stands beside each.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from notes_pipeline.core.pauses import find_gaps
from notes_pipeline.core.speech_shares import shares_of_speech
from notes_pipeline.core.transcript import Transcript, Utterance
from notes_pipeline.core.wording import clock
from notes_pipeline.readers.loops import find_loops
from notes_pipeline.readers.remarks import shown
from notes_pipeline.readers.said import NO_SPEAKERS, NO_TIMES, OUT_OF_ORDER

MIN_WORDS = 100  # 40 seconds of talk; the shortest whole conversation of the survey has 299
MAX_LETTERS_A_WORD = 12  # on average, with the space; German speech has 6
MAX_WORDS_A_SECOND = 8  # the fastest honest caption of the survey has 14 words in 1.9 s: 7.3
MIN_FAST_WORDS = 8  # shorter captions are cut too tightly to tell: 6 words in 0.76 s are real
MAX_WORDS_A_SECOND_IN_ALL = 6  # of the whole file; the fastest of the survey has 3.9
LONG_SILENCE_MS = 120_000  # the longest pause inside talk of the survey is 21 s; one meeting has a break of 7:22
SLOW_MS = 60_000  # an utterance that lasts a minute
MIN_WORDS_A_MINUTE = 12  # the slowest honest one above half a minute has 81
UNCLEAR_SHARE = 0.01  # marks a word; the survey has one mark in 882 words
MIN_UNCLEAR = 3
ONE_SPEAKER_SHARE = 0.95  # of the words; the most talkative of the survey has 0.87
MIN_SPLIT = 4  # different words; honest files of the survey have up to two: "data bricks" beside "Databricks"
MIN_LOOP_LINES = 3  # the same line; honest files of the survey repeat one twice at most
MIN_PHRASE_REPEATS = 5  # of two words or more inside an utterance; "rounds and rounds and …" comes four times
MIN_WORD_REPEATS = 10  # of one word: "no no no no no" is speech

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_UNCLEAR = re.compile(
    r"[\[(<{]\s*(?:inaudible|unclear|indistinct|unintelligible|crosstalk|unverständlich|unv\b|incompréhensible"
    r"|ininteligible|\?{2,})[^\])>}]{0,40}[\])>}]",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?<![\w'’-])([^\W\d_]{2,})(-?)(?= ([^\W\d_]{2,})(?![\w'’-]))")  # pairs overlap: a b, b c


class Kind(StrEnum):
    """What a finding is about."""

    TOO_SHORT = "too_short"
    NO_SPEAKERS = "no_speakers"
    NO_TIMES = "no_times"
    OUT_OF_ORDER = "times_go_back"
    LOOP = "repeated"
    SPLIT_WORDS = "split_words"
    TOO_FAST = "too_fast"
    SILENCE = "silence"
    UNCLEAR = "unclear"
    ONE_SPEAKER = "one_speaker"
    BEFORE_SPEAKERS = "before_first_speaker"


SAID_BY_READER = {Kind.NO_SPEAKERS: NO_SPEAKERS, Kind.NO_TIMES: NO_TIMES, Kind.OUT_OF_ORDER: OUT_OF_ORDER}
"""The findings of which the reader has a warning too, by its beginning."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt. `place`: of the first case, empty where it is about the whole; `utterances`: all it is about."""

    kind: Kind
    message: str
    place: str = ""
    utterances: tuple[int, ...] = ()


def judge(transcript: Transcript) -> list[Finding]:
    """Give what is doubtful about a transcript: first what is about the whole, then what has a place."""
    return [
        *_on_the_whole(transcript),
        *_on_speakers(transcript),
        *_on_order(transcript),
        *_on_loops(transcript),
        *_on_speed(transcript),
        *_on_silence(transcript),
        *_on_words(transcript),
    ]


def _on_the_whole(transcript: Transcript) -> Iterator[Finding]:
    count, characters = transcript.word_count, len(transcript.text)
    has_spaces = characters <= MAX_LETTERS_A_WORD * count  # Chinese and Thai have none between words
    if has_spaces and count < MIN_WORDS:
        yield Finding(Kind.TOO_SHORT, f"only {_count(count, 'word')}: is this the whole interview?")
    elif not has_spaces and characters < 2 * MIN_WORDS:
        yield Finding(Kind.TOO_SHORT, f"only {_count(characters, 'character')}: is this the whole interview?")
    if not transcript.speakers:
        yield Finding(Kind.NO_SPEAKERS, NO_SPEAKERS)
    if all(one.start_ms is None for one in transcript.utterances):
        yield Finding(Kind.NO_TIMES, NO_TIMES)


def _on_speakers(transcript: Transcript) -> Iterator[Finding]:
    if len(transcript.speakers) > 1 and transcript.word_count >= MIN_WORDS:
        most = max(shares_of_speech(transcript), key=lambda one: one.words)
        if most.share > ONE_SPEAKER_SHARE:
            message = f"{most.share:.0%} of the words are by {shown(most.speaker)}: were the speakers told apart?"
            yield Finding(Kind.ONE_SPEAKER, message)
    first = next((one.index for one in transcript.utterances if one.speaker is not None), 0)
    if first:
        said = sum(len(one.text.split()) for one in transcript.utterances[:first])
        message = f"{_count(said, 'word')} before the first speaker is named: whose they are is not known"
        yield _finding(transcript, Kind.BEFORE_SPEAKERS, message, range(first))


def _on_order(transcript: Transcript) -> Iterator[Finding]:
    timed = [one for one in transcript.utterances if one.start_ms is not None]
    back = [later.index for one, later in pairwise(timed) if (later.start_ms or 0) < (one.start_ms or 0)]
    if back:
        message = f"times go backwards at {_count(len(back), 'place')}: the order kept is the file's"
        yield _finding(transcript, Kind.OUT_OF_ORDER, message, back)


def _on_loops(transcript: Transcript) -> Iterator[Finding]:
    utterances = transcript.utterances
    lines: list[tuple[str, ...]] = []
    for one in utterances:
        words = tuple(_WORD.findall(one.text.casefold()))
        # "Yes." by one after the other is talk; of nobody or one and the same, it is a loop.
        lines.append(words if len(words) > 1 else (*words, f"\0{one.speaker}") if words else (f"\0{one.index}",))
    for loop in find_loops(lines, longest=4, least=lambda _: MIN_LOOP_LINES):
        line = " / ".join(_short(utterances[loop.start + step].text, 40) for step in range(loop.period))
        message = f"said {loop.times:,} times in a row, as recognisers invent it on silence: “{line}”"
        yield _finding(transcript, Kind.LOOP, message, range(loop.start, loop.end))
    for one in utterances:
        words = tuple(_WORD.findall(one.text.casefold()))
        if len(words) < MIN_WORD_REPEATS:  # too short for any loop
            continue
        for loop in find_loops(words, longest=8, least=_least_repeats):
            phrase = " ".join(words[loop.start : loop.start + loop.period])
            message = f"said {loop.times:,} times in a row within an utterance: “{_short(phrase, 40)}”"
            yield _finding(transcript, Kind.LOOP, message, [one.index])


def _least_repeats(period: int) -> int:
    return MIN_WORD_REPEATS if period == 1 else MIN_PHRASE_REPEATS


def _on_speed(transcript: Transcript) -> Iterator[Finding]:
    """Judge by ends only: the next one may start while somebody still speaks, so starts alone tell nothing."""
    fast: list[tuple[float, int]] = []
    for one in transcript.utterances:
        if one.start_ms is None or one.end_ms is None:
            continue
        count, length_ms = len(one.text.split()), one.end_ms - one.start_ms
        if count >= MIN_FAST_WORDS and count * 1000 > MAX_WORDS_A_SECOND * length_ms:
            fast.append((count * 1000 / max(1, length_ms), one.index))
        if length_ms >= SLOW_MS and count * 60_000 < MIN_WORDS_A_MINUTE * length_ms and " " in one.text:
            message = f"only {_count(count, 'word')} in {clock(length_ms)}: is speech missing here?"
            yield _finding(transcript, Kind.SILENCE, message, [one.index])
    if fast:
        speed = max(fast)[0]
        rate = f"{speed:.0f} words a second" if speed < 100 else "words in no time"
        message = f"{_count(len(fast), 'utterance')} faster than anybody speaks, up to {rate}: are the times right?"
        yield _finding(transcript, Kind.TOO_FAST, message, [index for _, index in fast])
    words, whole_ms = transcript.word_count, transcript.duration_ms
    if whole_ms is not None and words >= MIN_WORDS and words * 1000 > MAX_WORDS_A_SECOND_IN_ALL * whole_ms:
        message = f"{words:,} words in {clock(whole_ms)} are more than anybody says: are the times right?"
        yield Finding(Kind.TOO_FAST, message)


def _on_silence(transcript: Transcript) -> Iterator[Finding]:
    for gap in find_gaps(transcript):
        if gap.length_ms >= LONG_SILENCE_MS:
            how_long, since = clock(gap.length_ms), clock(gap.start_ms)
            message = f"nobody speaks for {how_long} from {since} on: a break, or is speech missing?"
            yield _finding(transcript, Kind.SILENCE, message, [gap.index])


def _on_words(transcript: Transcript) -> Iterator[Finding]:
    marked = [one.index for one in transcript.utterances for _ in _UNCLEAR.finditer(one.text)]
    if len(marked) >= max(MIN_UNCLEAR, UNCLEAR_SHARE * transcript.word_count):
        share = len(marked) / transcript.word_count
        message = (
            f"{len(marked):,} marks such as [inaudible], {share:.0%} of the words: notes on those parts will miss words"
        )
        yield _finding(transcript, Kind.UNCLEAR, message, sorted(set(marked)))
    split = list(_find_split_words(transcript.utterances))
    if len({example for _, example in split}) >= MIN_SPLIT:
        example = split[0][1]
        message = (
            f"{_count(len(split), 'word')} cut in two, such as “{example}”: quotes will not match what people read"
        )
        yield _finding(transcript, Kind.SPLIT_WORDS, message, sorted({index for index, _ in split}))


def _find_split_words(utterances: Sequence[Utterance]) -> Iterator[tuple[int, str]]:
    """Give each pair of words that elsewhere is one word, and of which a part stands nowhere else by itself.

    With a hyphen it needs no such proof when the second part stands nowhere else and does not take up the first
    again: "exam- ple" is cut, "go- going" is a stutter.
    """
    vocabulary = Counter(word for one in utterances for word in _WORD.findall(one.text.casefold()))
    pairs = [
        (one.index, match[1], match[2], match[3]) for one in utterances for match in _PAIR.finditer(one.text.casefold())
    ]
    parts = Counter(part for _, first, _, second in pairs if first + second in vocabulary for part in (first, second))
    for index, first, hyphen, second in pairs:
        if first + second in vocabulary:
            is_cut = any(vocabulary[part] <= parts[part] for part in (first, second))
        else:
            is_cut = bool(hyphen) and vocabulary[second] == 1 and not second.startswith(first[:2])
        if is_cut:
            yield index, f"{first}{hyphen} {second}"


def _finding(transcript: Transcript, kind: Kind, message: str, indexes: Sequence[int]) -> Finding:
    return Finding(kind, message, place_of(transcript, indexes[0]), tuple(indexes))


def place_of(transcript: Transcript, index: int) -> str:
    """Say where an utterance stands: its number, its time and its line, as far as there are any."""
    time = clock(transcript.utterances[index].start_ms)
    line = transcript.places[index] if index < len(transcript.places) else ""
    return ", ".join(filter(None, (f"utterance {index}", time, line)))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
