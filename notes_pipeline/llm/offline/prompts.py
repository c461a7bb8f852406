"""Read guide, transcript lines and other blocks back out of the messages that `rendering` writes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from notes_pipeline.core.roles import Role
from notes_pipeline.llm.rendering import (
    GUIDE_CLOSE,
    GUIDE_OPEN,
    NOTE_OPEN,
    NOTES_OPEN,
    TOPIC_OPEN,
    TRANSCRIPT_CLOSE,
    TRANSCRIPT_OPEN,
)

T = TypeVar("T")

_LINE = re.compile(r"\[(\d+)\] (.*)")
_WITH_ROLE = re.compile(rf"(.*?) \(({Role.INTERVIEWER.value}|{Role.PARTICIPANT.value})\): (.*)")

_OPENINGS = frozenset({GUIDE_OPEN, TRANSCRIPT_OPEN, NOTE_OPEN, NOTES_OPEN, TOPIC_OPEN})


class Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class AskedQuestion(Lenient):
    id: str
    text: str
    probes: tuple[str, ...] = ()


class AskedTheme(Lenient):
    id: str
    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class AskedGuide(Lenient):
    questions: tuple[AskedQuestion, ...] = ()
    themes: tuple[AskedTheme, ...] = ()


_GUIDE = TypeAdapter(AskedGuide)


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance as the prompt shows it. `role`: None where the prompt names none."""

    number: int
    speaker: str
    role: Role | None
    words: str


@dataclass(frozen=True, slots=True)
class DraftPrompt:
    guide: AskedGuide
    lines: tuple[Line, ...]


def read_draft_prompt(contents: Iterable[str]) -> DraftPrompt | None:
    """Find the guide and the transcript in the texts of the messages; None: this is another kind of prompt."""
    texts = list(contents)
    guide = read_block(texts, GUIDE_OPEN, GUIDE_CLOSE, _GUIDE)
    lines = read_lines(texts)
    return None if guide is None or lines is None else DraftPrompt(guide, lines)


def read_lines(texts: Sequence[str]) -> tuple[Line, ...] | None:
    """Find the lines of the transcript; None: there is no transcript."""
    transcript = _between(texts, TRANSCRIPT_OPEN, TRANSCRIPT_CLOSE)
    if transcript is None:
        return None
    return tuple(line for text in transcript if (line := _line(text)) is not None)


def read_block(texts: Sequence[str], opening: str, closing: str, reader: TypeAdapter[T]) -> T | None:
    """Find the JSON between two marks; None: it is not there, or not of this form."""
    content = _between(texts, opening, closing)
    if content is None:
        return None
    try:
        return reader.validate_json("\n".join(content))
    except ValidationError:
        return None


def _between(texts: Sequence[str], opening: str, closing: str) -> list[str] | None:
    """Give the lines between two others. All data is written so that no line of it can be a mark.

    A message that does not start with a mark is the prompt, or talk.
    """
    for text in texts:
        lines = text.rstrip().split("\n")
        if lines[0] in _OPENINGS and opening in lines:
            start = lines.index(opening) + 1
            if closing in lines[start:]:
                return lines[start : lines.index(closing, start)]
    return None


def _line(text: str) -> Line | None:
    if (numbered := _LINE.fullmatch(text)) is None:
        return None
    number, rest = int(numbered[1]), numbered[2]
    if (known := _WITH_ROLE.fullmatch(rest)) is not None:
        return Line(number, known[1], Role(known[2]), known[3])
    speaker, _, words = rest.partition(": ")
    return Line(number, speaker, None, words)
