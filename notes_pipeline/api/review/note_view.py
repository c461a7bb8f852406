"""What the page of a note shows, in words: quotes with their difference, the passage, the history."""

from collections.abc import Sequence
from dataclasses import dataclass

from notes_pipeline.api.review.passages import Mark, Said, around, passages
from notes_pipeline.core.notes import DiffKind, DiffPart, Evidence, Note, Verdict
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.steps.review_queue import OpenNote
from notes_pipeline.store.reviews import StoredReview

AROUND = 12  # utterances on either side of a passage at first
MOST_AROUND = 5_000


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote as it is shown. `number`: from 1. `diff`: claimed against said. `seek_s`: where to listen from."""

    number: int
    evidence: Evidence
    diff: Sequence[DiffPart]
    seek_s: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of what a review changed."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """`said`: the passage and what is around it. `is_whole`: all of the transcript is shown."""

    quotes: Sequence[QuoteView]
    said: Sequence[Said]
    is_whole: bool
    history: Sequence[tuple[StoredReview, Sequence[Change]]]


LISTEN_BEFORE_S = 2.0


def view_note(found: OpenNote, width: int) -> NoteView:
    note = found.stored.note
    shown = around(found.transcript, place_of(note), width)
    return NoteView(
        [_quote(number, each) for number, each in enumerate(note.evidence, start=1)],
        passages(found.transcript, shown, marks_of(note)),
        len(shown) == len(found.transcript.utterances),
        [(each, changes_of(each)) for each in reversed(found.history)],
    )


def place_of(note: Note) -> tuple[int, int] | None:
    """Give the utterances of the first quote that has a place, else the one that the model named."""
    for each in note.evidence:
        if each.utterances is not None:
            return each.utterances
    hints = [each.quote.utterance_hint for each in note.evidence if each.quote.utterance_hint is not None]
    return (hints[0], hints[0]) if hints else None


def marks_of(note: Note) -> list[Mark]:
    return [
        Mark(span, each.verdict.value, f"quote {number}")
        for number, each in enumerate(note.evidence, start=1)
        for span in each.spans
    ]


def changes_of(review: StoredReview) -> list[Change]:
    """Say what a review changed of a note."""
    before, after = review.before, review.after
    pairs = [
        ("Statement", before.get("statement", ""), after.get("statement", "")),
        ("Status", before.get("status", ""), after.get("status", "")),
        ("Review", before.get("review_state", ""), after.get("review_state", "")),
        ("Quotes", _quoted(before), _quoted(after)),
    ]
    return [Change(what, str(old), str(new)) for what, old, new in pairs if old != new]


def _quoted(record: dict[str, object]) -> str:
    evidence = record.get("evidence", [])
    assert isinstance(evidence, list)  # noqa: S101 (as `store.reviews` writes it)
    return " · ".join(f"“{each['quote']}” ({each['verdict']})" for each in evidence) or "none"


def _quote(number: int, evidence: Evidence) -> QuoteView:
    diff = evidence.diff
    if not diff:
        kind = DiffKind.CLAIMED if evidence.verdict is Verdict.UNSUPPORTED else DiffKind.EQUAL
        diff = (DiffPart(kind, evidence.quote.text),)
    seek = None if evidence.start_ms is None else max(0.0, evidence.start_ms / 1000 - LISTEN_BEFORE_S)
    return QuoteView(number, evidence, diff, seek)


def bounds(first: int, last: int, transcript: Transcript) -> range:
    """Give a range of utterances that somebody asked for, as far as there are any."""
    low = min(max(0, first), max(0, len(transcript.utterances) - 1))
    return range(low, min(len(transcript.utterances), max(low, last) + 1, low + MOST_AROUND))
