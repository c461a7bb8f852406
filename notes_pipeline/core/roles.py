"""Who asks and who answers: an interviewer's words are never a participant's evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"


@dataclass(frozen=True, slots=True)
class Roles:
    """The speakers' names by role, as the transcript spells them.

    A speaker in neither set has no known role and is treated as a participant. `guessed`: nobody named the roles; they
    were inferred from who asks.
    """

    interviewers: frozenset[str] = frozenset()
    participants: frozenset[str] = frozenset()
    guessed: bool = False

    def is_interviewer(self, speaker: str | None) -> bool:
        return speaker is not None and speaker in self.interviewers


NO_ROLES = Roles()


def roles_of(given: Mapping[str, Role]) -> Roles:
    """Put roles together that somebody gave, by speaker."""
    return Roles(
        interviewers=frozenset(name for name, role in given.items() if role is Role.INTERVIEWER),
        participants=frozenset(name for name, role in given.items() if role is Role.PARTICIPANT),
    )
