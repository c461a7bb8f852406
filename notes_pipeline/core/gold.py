"""Interviews with what people found in them, to judge models by."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from notes_pipeline.core.guide import Guide
from notes_pipeline.core.notes import CoverageState
from notes_pipeline.core.transcript import Span, Transcript


@dataclass(frozen=True, slots=True)
class GoldPassage:
    """Words that a note on this question or theme should quote. `is_essential`: without them the answer is wrong."""

    topic: str
    span: Span
    is_essential: bool = False


@dataclass(frozen=True)
class GoldInterview:
    """An interview with what people found in it.

    `negatives`: passages that a person rejected as evidence for the topic. `coverage`: by question, never
    undetermined; only the questions that were judged.
    """

    id: str
    transcript: Transcript
    guide: Guide
    passages: tuple[GoldPassage, ...]
    coverage: Mapping[str, CoverageState]
    negatives: tuple[GoldPassage, ...] = ()

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal SHA-256 over words, guide and gold: counts are comparable only where this is the same."""
        passages = [
            sorted([passage.topic, passage.span.start, passage.span.end, passage.is_essential] for passage in each)
            for each in (self.passages, self.negatives)
        ]
        content = [
            self.id,
            self.transcript.content_hash,
            self.guide.content_hash,
            passages,
            sorted(self.coverage.items()),
        ]
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class GoldSet:
    """Interviews with gold, at least one; ids are unique. `name`: of the file."""

    name: str
    interviews: tuple[GoldInterview, ...]

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal SHA-256 over the interviews, whatever their order: the identity of this version."""
        hashes = sorted(interview.content_hash for interview in self.interviews)
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
