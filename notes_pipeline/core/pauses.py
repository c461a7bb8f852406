"""Where nobody speaks, and where two speak at once, by the times of utterances."""

from collections.abc import Iterator
from dataclasses import dataclass

from notes_pipeline.core.transcript import Transcript, Utterance


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the recording in milliseconds. `index`: the utterance that starts at or after its beginning."""

    index: int
    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def find_gaps(transcript: Transcript) -> list[Stretch]:
    """Find the silences between utterances, in the order of the file; empty where no utterance has an end.

    `index` is the utterance that ends the silence. What stands before the first utterance is none.
    """
    found = []
    for until, utterance in _after_what_was_said(transcript):
        if utterance.start_ms is not None and utterance.start_ms > until:
            found.append(Stretch(utterance.index, until, utterance.start_ms))
    return found


def find_overlaps(transcript: Transcript) -> list[Stretch]:
    """Find where an utterance starts before all above it have ended; `index` is the one that starts.

    An utterance that starts before the one above it counts only from the start of that one: out of order, not at once.
    """
    found = []
    for until, utterance in _after_what_was_said(transcript):
        above = transcript.utterances[utterance.index - 1]
        start = max(above.start_ms or 0, utterance.start_ms or 0)
        end = min(until, utterance.end_ms if utterance.end_ms is not None else start)
        if end > start:
            found.append(Stretch(utterance.index, start, end))
    return found


def _after_what_was_said(transcript: Transcript) -> Iterator[tuple[int, Utterance]]:
    """Give each utterance with the latest end above it. One without an end makes the time behind it unknown."""
    until: int | None = None
    for utterance in transcript.utterances:
        if utterance.start_ms is None:
            until = None
            continue
        if until is not None:
            yield until, utterance
        until = None if utterance.end_ms is None else max(until or 0, utterance.end_ms)
