"""What commands hand to whatever prints it."""

from dataclasses import dataclass

from notes_pipeline.core.notes import Evidence
from notes_pipeline.verification import Relocation


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the system. `answers`: None where it is not asked, since it only runs with a command."""

    name: str
    place: str
    answers: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim of somebody's notes after checking. `line`: in their file. `statement`: what they say beside it."""

    id: str
    line: int
    statement: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Relocated:
    """What became of a piece of evidence. `cut`: its place in the new version as [utterance, from, to]."""

    id: str
    words: str
    relocation: Relocation
    cut: tuple[tuple[int, int, int], ...]
