"""The filter of a queue, as it stands in the query of every page's address."""

from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from notes_pipeline.core.notes import Flag, Reason
from notes_pipeline.store.queue import Kind, QueueFilter

_Choice = TypeVar("_Choice", bound=StrEnum)
_Text = Annotated[str, Query(max_length=500)]


def _filter(
    kind: _Text = Kind.FLAGGED.value,
    transcript: _Text = "",
    guide: _Text = "",
    question: _Text = "",
    theme: _Text = "",
    reason: _Text = "",
    speaker: _Text = "",
    reviewer: _Text = "",
) -> QueueFilter:
    """Read a filter; what is no value of its kind lets everything through, as an address that is old may have it."""
    return QueueFilter(
        kind=_member(Kind, kind) or Kind.FLAGGED,
        transcript_id=_id(transcript),
        guide_id=_id(guide),
        question_id=_text(question),
        theme_id=_text(theme),
        reason=_member(Reason, reason) or _member(Flag, reason),
        speaker=_text(speaker),
        reviewer=_text(reviewer),
    )


Filter = Annotated[QueueFilter, Depends(_filter)]


def query_of(wanted: QueueFilter, **more: object) -> str:
    """Write a filter as the query of an address, with its question mark; `more`: further parameters; None: left out."""
    values: dict[str, object] = {
        "kind": None if wanted.kind is Kind.FLAGGED else wanted.kind.value,
        "transcript": wanted.transcript_id,
        "guide": wanted.guide_id,
        "question": wanted.question_id,
        "theme": wanted.theme_id,
        "reason": None if wanted.reason is None else wanted.reason.value,
        "speaker": wanted.speaker,
        "reviewer": wanted.reviewer,
        **more,
    }
    written = urlencode({name: str(value) for name, value in values.items() if value is not None})
    return f"?{written}" if written else ""


def _member(kind: type[_Choice], value: str) -> _Choice | None:
    try:
        return kind(value)
    except ValueError:
        return None


def _text(value: str) -> str | None:
    return value.replace("\x00", "") or None


def _id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
