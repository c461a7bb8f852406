"""Read guide and transcript lines back out of the messages that `rendering` writes."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from notes_pipeline.core.roles import Role
from notes_pipeline.llm.rendering import GUIDE_CLOSE, GUIDE_OPEN, TRANSCRIPT_CLOSE, TRANSCRIPT_OPEN

_LINE = re.compile(r"\[(\d+)\] (.*)")
_WITH_ROLE = re.compile(rf"(.*?) \(({Role.INTERVIEWER.value}|{Role.PARTICIPANT.value})\): (.*)")


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class AskedQuestion(_Lenient):
    id: str
    text: str
    probes: tuple[str, ...] = ()


class AskedTheme(_Lenient):
    id: str
    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class AskedGuide(_Lenient):
    questions: tuple[AskedQuestion, ...] = ()
    themes: tuple[AskedTheme, ...] = ()


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
    guide = _between(texts, GUIDE_OPEN, GUIDE_CLOSE)
    transcript = _between(texts, TRANSCRIPT_OPEN, TRANSCRIPT_CLOSE)
    if guide is None or transcript is None:
        return None
    try:
        asked = AskedGuide.model_validate(json.loads(guide))
    except (json.JSONDecodeError, ValidationError):
        return None
    return DraftPrompt(asked, tuple(line for text in transcript.split("\n") if (line := _line(text)) is not None))


def _between(texts: Sequence[str], opening: str, closing: str) -> str | None:
    """Give what stands between two lines. Both parts are written so that no line inside can be the closing one."""
    for text in texts:
        if text.startswith(f"{opening}\n") and text.rstrip().endswith(f"\n{closing}"):
            return text.strip()[len(opening) + 1 : -len(closing) - 1]
    return None


def _line(text: str) -> Line | None:
    if (numbered := _LINE.fullmatch(text)) is None:
        return None
    number, rest = int(numbered[1]), numbered[2]
    if (known := _WITH_ROLE.fullmatch(rest)) is not None:
        return Line(number, known[1], Role(known[2]), known[3])
    speaker, _, words = rest.partition(": ")
    return Line(number, speaker, None, words)
