"""What a step leaves to be done."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NextWork:
    """Ids to ring for: runs to plan, chunks to draft, runs to finish, runs to summarise. `canary`: one is due."""

    plan: tuple[UUID, ...] = ()
    draft: tuple[UUID, ...] = ()
    finish: tuple[UUID, ...] = ()
    summarise: tuple[UUID, ...] = ()
    canary: bool = False


NOTHING = NextWork()
