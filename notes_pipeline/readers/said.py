"""What every reader hands over, and the rules that hold for all: times are sane, names are short, nothing is silent."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notes_pipeline.core.errors import UnreadableTranscriptError
from notes_pipeline.core.transcript import Transcript, Utterance, Word
from notes_pipeline.readers.remarks import Remarks, shown

MAX_NAME = 100  # the longest real name in the survey has 41 characters
MAX_TIME_MS = 1000 * 3600 * 1000  # a thousand hours: later times are a fault of units, not a recording
MIN_REPEATED = 2  # utterances, each with a time of its own
MANY_SPEAKERS = 100  # the largest real meeting of the survey has 31 who speak
NO_SPEAKERS = "no speakers in the file: whose words they are is not known"
NO_TIMES = "no times in the file: quotes are tied to their text only"
OUT_OF_ORDER = "utterances that start before the one above them; the order is the file's"


@dataclass(slots=True)
class Said:
    """One utterance as a reader finds it. `place`: where it stands in the file, for warnings."""

    text: str
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    words: tuple[Word, ...] = ()
    place: str = ""


@dataclass(slots=True)
class Reading:
    """What a reader found, before the common rules.

    `is_exact`: others count its utterances and characters, so none is set aside or changed. `seen`: what in the text
    speaks for the format, where nobody but the reader saw it.
    """

    source_format: str
    said: Sequence[Said]
    language: str | None = None
    is_exact: bool = False
    seen: str = ""


def to_transcript(reading: Reading, name: str, remarks: Remarks, because: str = "") -> Transcript:
    """Number the utterances and apply the common rules. `because`: why it was read as this format.

    Raises:
        UnreadableTranscriptError: there is no speech.
    """
    said = [one for one in reading.said if reading.is_exact or _has_speech(one, remarks)]
    if not any(is_visible(one.text) for one in said):
        raise UnreadableTranscriptError(
            f"{name}: no speech found, though it looks like {reading.source_format}. Export the transcript again."
        )
    if not reading.is_exact:
        said = _read_once(said, remarks)
    utterances = tuple(
        _to_utterance(index, one, remarks, keeps_zero_length=reading.is_exact) for index, one in enumerate(said)
    )
    _remark_on_order(said, utterances, remarks)
    _remark_on_whole(utterances, remarks)
    places = tuple(one.place for one in said)
    return Transcript(utterances, reading.language, reading.source_format, remarks.sentences(), because, places)


def clean_name(raw: str, remarks: Remarks, place: str) -> str | None:
    """Give a speaker's name on one line, None where it is empty, cut where it is absurdly long."""
    name = re.sub(r"\s+", " ", raw[: 4 * MAX_NAME]).strip()
    if len(name) > MAX_NAME:
        remarks.add(f"speaker names longer than {MAX_NAME} characters, cut", place)
        name = name[:MAX_NAME].rstrip()
    return name or None


def _read_once(said: list[Said], remarks: Remarks) -> list[Said]:
    """Leave out the second half where it is the first half again, with the same times: the file holds itself twice."""
    half = len(said) // 2
    starts = [one.start_ms for one in said if one.start_ms is not None]
    if len(said) % 2 or half < MIN_REPEATED or len(starts) < len(said) or len(set(starts)) < half:
        return said
    if any(_content(one) != _content(again) for one, again in zip(said[:half], said[half:], strict=True)):
        return said
    remarks.add(
        "the file holds the same transcript twice, read once; utterances left out", said[half].place, times=half
    )
    return said[:half]


def _content(one: Said) -> tuple[str, str | None, int | None, int | None]:
    return one.text, one.speaker, one.start_ms, one.end_ms


def is_visible(text: str) -> bool:
    """Tell whether the text shows anything: more than spaces, joiners and marks of direction."""
    return any(not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf") for character in text)


def _has_speech(one: Said, remarks: Remarks) -> bool:
    if is_visible(one.text):
        return True
    remarks.add("utterances without text, set aside", one.place)
    return False


def _to_utterance(index: int, one: Said, remarks: Remarks, *, keeps_zero_length: bool) -> Utterance:
    start, end = _sane(one.start_ms, one, remarks), _sane(one.end_ms, one, remarks)
    if start is not None and end is not None and end < start:
        remarks.add("utterances that end before they start; the end is left out", one.place)
        end = None
    elif start is not None and end == start and not keeps_zero_length:
        remarks.add("utterances of no length; the end is left out", one.place)
        end = None
    words = tuple(word for word in one.words if 0 <= word.start_ms <= word.end_ms <= MAX_TIME_MS)
    if len(words) < len(one.words):
        remarks.add("words with impossible times; the time is left out", one.place, times=len(one.words) - len(words))
    return Utterance(index, one.speaker, start, end, one.text, words)


def _sane(time_ms: int | None, one: Said, remarks: Remarks) -> int | None:
    if time_ms is None or 0 <= time_ms <= MAX_TIME_MS:
        return time_ms
    if time_ms < 0:
        remarks.add("negative times, read as 0", one.place)
        return 0
    remarks.add("times of more than a thousand hours, left out", one.place)
    return None


def _remark_on_order(said: Sequence[Said], utterances: Sequence[Utterance], remarks: Remarks) -> None:
    latest = 0
    for one, utterance in zip(said, utterances, strict=True):
        if utterance.start_ms is None:
            continue
        if utterance.start_ms < latest:
            remarks.add(OUT_OF_ORDER, one.place)
        latest = utterance.start_ms


def _remark_on_whole(utterances: Iterable[Utterance], remarks: Remarks) -> None:
    speakers = {utterance.speaker for utterance in utterances}
    if speakers == {None}:
        remarks.add(NO_SPEAKERS)
    if len(speakers) > MANY_SPEAKERS:
        names = ", ".join(sorted(shown(speaker, 20) for speaker in speakers if speaker)[:3])
        remarks.add(f"{len(speakers)} speakers ({names}, …): is this a transcript?")
    if all(utterance.start_ms is None for utterance in utterances):
        remarks.add(NO_TIMES)
