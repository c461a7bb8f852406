"""The study's guide: what notes are asked for."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the guide. `id`: stable over versions. `probes`: follow-ups that belong to it."""

    id: str
    text: str
    probes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of the study. `include`, `exclude`: what counts as it and what does not, in words."""

    id: str
    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """Questions and themes, with at least one of either; ids are unique over both.

    `interviewers`, `participants`: speakers' names or labels as they stand in transcripts; empty where not named.
    """

    title: str
    goal: str = ""
    questions: tuple[Question, ...] = ()
    themes: tuple[Theme, ...] = ()
    interviewers: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal SHA-256 over all fields: the identity of this version."""
        canonical = json.dumps(asdict(self), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def topics(self) -> tuple[Question | Theme, ...]:
        return (*self.questions, *self.themes)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(topic.id for topic in self.topics)

    def only(self, ids: Collection[str]) -> "Guide":
        """The same guide with no other questions and themes than these."""
        return replace(
            self,
            questions=tuple(question for question in self.questions if question.id in ids),
            themes=tuple(theme for theme in self.themes if theme.id in ids),
        )
