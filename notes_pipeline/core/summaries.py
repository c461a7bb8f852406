"""What the notes of an interview say on one question or theme, sentence by sentence."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Sentence:
    """`note_ids`: what it rests on, at least one."""

    text: str
    note_ids: tuple[UUID, ...]


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
