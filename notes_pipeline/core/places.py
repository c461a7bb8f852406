"""The map of a transcript: from a character or a phrase to the utterance, its speaker, and the time of the words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from notes_pipeline.core.transcript import Span, Transcript, Utterance


class Timing(StrEnum):
    """Where the time of a place comes from."""

    WORDS = "words"  # the file times the words themselves
    SHARE = "share"  # reckoned from how far into its utterance it stands
    UTTERANCE = "utterance"  # all that is known is when the utterance starts or ends
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a transcript. `utterance`: the one they start in; `span` counts in the text of the transcript.

    `last`: the index of the utterance they end in. `where`: the line in the file, empty where it is not known.
    """

    utterance: Utterance
    last: int
    span: Span
    start_ms: int | None
    end_ms: int | None
    timing: Timing
    where: str = ""


def map_utterances(transcript: Transcript) -> Iterator[Place]:
    """Give the place of every utterance. Between two stands one character, the border."""
    for utterance in transcript.utterances:
        span = transcript.utterance_span(utterance.index)
        timing = Timing.NONE if utterance.start_ms is None else Timing.UTTERANCE
        where = _where(transcript, utterance.index)
        yield Place(utterance, utterance.index, span, utterance.start_ms, utterance.end_ms, timing, where)


def place_at(transcript: Transcript, offset: int) -> Place | None:
    """Find the word that holds the character; None where the transcript ends before it.

    White space belongs to the word before it.
    """
    text = transcript.text
    if not 0 <= offset < len(text):
        return None
    held = offset
    while held and text[held].isspace():
        held -= 1
    start = end = held
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return place_of(transcript, Span(start, end))


def find_phrase(transcript: Transcript, words: str) -> Iterator[Place]:
    """Find the words wherever they are said, also over borders of utterances; case and apostrophes are free."""
    pattern = r"\s+".join(re.sub(r"['’]", "['’]", re.escape(word)) for word in words.split())
    if not pattern:
        return
    for match in re.finditer(pattern, transcript.text, re.IGNORECASE):
        yield place_of(transcript, Span(*match.span()))


def place_of(transcript: Transcript, span: Span) -> Place:
    """Tell by whom and when a span of the transcript's text was said."""
    first, last = transcript.utterance_at(span.start), transcript.utterance_at(max(span.start, span.end - 1))
    utterance = transcript.utterances[first]
    start_ms, end_ms = transcript.start_ms(span), transcript.end_ms(span)
    if start_ms is None:
        timing = Timing.NONE
    elif utterance.words:
        timing = Timing.WORDS
    elif utterance.start_ms is not None and utterance.end_ms is not None:
        timing = Timing.SHARE
    else:
        timing = Timing.UTTERANCE
    return Place(utterance, last, span, start_ms, end_ms, timing, _where(transcript, first))


def _where(transcript: Transcript, index: int) -> str:
    return transcript.places[index] if index < len(transcript.places) else ""
