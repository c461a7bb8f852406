"""What the notes of an interview say on one question or theme, sentence by sentence."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Sentence:
    """`note_ids`: what it rests on, at least one. `revisions`: of each of them when it was written."""

    text: str
    note_ids: tuple[UUID, ...]
    revisions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DroppedSentence:
    """A sentence that was not taken; `reason`: why, in words."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    topic_id: str
    sentences: tuple[Sentence, ...]
    dropped: tuple[DroppedSentence, ...] = ()


REJECTED_SINCE = "it cites a note that a reviewer rejected, or that stands only because one overrode the checks"
CORRECTED_SINCE = "it cites a note that a reviewer corrected after it was written"


def without_withdrawn(summary: Summary, believed: Set[UUID], corrected: Mapping[UUID, int]) -> Summary:
    """Drop the sentences that rest on a note which was rejected, or corrected, after they were written.

    One such note is enough: nobody has checked what the sentence says against the others alone. `believed`: notes that
    readers may take as supported. `corrected`: the revision that the last correction of a note made.
    """
    kept, dropped = [], list(summary.dropped)
    for sentence in summary.sentences:
        if not believed >= set(sentence.note_ids):
            dropped.append(DroppedSentence(sentence.text, REJECTED_SINCE))
        elif any(
            corrected.get(note_id, 0) > revision
            for note_id, revision in zip(sentence.note_ids, sentence.revisions, strict=True)
        ):
            dropped.append(DroppedSentence(sentence.text, CORRECTED_SINCE))
        else:
            kept.append(sentence)
    return Summary(summary.topic_id, tuple(kept), tuple(dropped))
