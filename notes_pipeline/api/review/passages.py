"""A transcript as pages show it: utterances with what is marked in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notes_pipeline.core.transcript import Span, Transcript
from notes_pipeline.core.wording import clock

SPEAKER_COLOURS = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text that is marked. `kind`: how it looks. `label`: what a screen reader says of it."""

    span: Span
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an utterance; `mark`: None where nothing is marked."""

    text: str
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance as it is shown. `text_from`: where it starts in the transcript's text. `is_new_turn`: name it."""

    index: int
    speaker: str | None
    colour: int | None
    is_new_turn: bool
    time: str
    start_s: float | None
    text_from: int
    pieces: Sequence[Piece]


def passages(transcript: Transcript, shown: range, marks: Iterable[Mark]) -> list[Said]:
    """Give the utterances of a range with their marks. Where marks overlap, the first one counts."""
    colours = colours_of(transcript)
    marked: dict[int, list[Mark]] = {}
    for mark in sorted(marks, key=lambda each: each.span):
        if mark.span:
            for index in range(
                transcript.utterance_at(mark.span.start), transcript.utterance_at(mark.span.end - 1) + 1
            ):
                marked.setdefault(index, []).append(mark)
    found = []
    for index in shown:
        utterance, whole = transcript.utterances[index], transcript.utterance_span(index)
        before = transcript.utterances[index - 1].speaker if index > shown.start else None
        found.append(
            Said(
                index=index,
                speaker=utterance.speaker,
                colour=None if utterance.speaker is None else colours[utterance.speaker],
                is_new_turn=index == shown.start or utterance.speaker != before,
                time=clock(utterance.start_ms),
                start_s=None if utterance.start_ms is None else utterance.start_ms / 1000,
                text_from=whole.start,
                pieces=_pieces(utterance.text, whole.start, marked.get(index, ())),
            )
        )
    return found


def colours_of(transcript: Transcript) -> dict[str, int]:
    """Give each speaker one of few colours, in the order of their first words."""
    return {name: position % SPEAKER_COLOURS for position, name in enumerate(transcript.speakers)}


def around(transcript: Transcript, utterances: tuple[int, int] | None, width: int) -> range:
    """Give the utterances to show around a passage; the beginning where there is none."""
    first, last = utterances or (0, 0)
    return range(max(0, first - width), min(len(transcript.utterances), last + width + 1))


def found_in(transcript: Transcript, words: str, most: int) -> list[Span]:
    """Find words in a transcript, whatever their case, at most `most` places."""
    wanted = words.casefold().strip()
    if not wanted:
        return []
    found: list[Span] = []
    for utterance, start in zip(transcript.utterances, transcript.offsets, strict=True):
        folded, places = _folded(utterance.text)
        at = folded.find(wanted)
        while at >= 0 and len(found) < most:
            found.append(Span(start + places[at], start + places[at + len(wanted) - 1] + 1))
            at = folded.find(wanted, at + len(wanted))
    return found


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Give a text without its case, and of each of its characters the place in the text."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded, range(len(text))
    parts = [character.casefold() for character in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def _pieces(text: str, start: int, marks: Sequence[Mark]) -> list[Piece]:
    pieces, at = [], 0
    for mark in marks:
        low, high = max(at, mark.span.start - start), min(len(text), mark.span.end - start)
        if low >= high:
            continue
        if low > at:
            pieces.append(Piece(text[at:low], None))
        pieces.append(Piece(text[low:high], mark))
        at = high
    if at < len(text) or not pieces:
        pieces.append(Piece(text[at:], None))
    return pieces
