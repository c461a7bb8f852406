"""Pages by cursor: stable while rows come in, and as fast at the end as at the start."""

import base64
import binascii
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from notes_pipeline.api.problems import ProblemError

T = TypeVar("T")

MOST = 100
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many to give at most.")]
Cursor = Annotated[str | None, Query(max_length=64, description="`next` of the page before.")]


class Page(BaseModel, Generic[T]):
    """A page of a list. `next`: the cursor of the page behind it; null on the last."""

    items: list[T]
    next: str | None = Field(description="Give it as `cursor` for the next page; null: this is the last.")


def position_of(cursor: str | None) -> UUID | None:
    """Give the id behind which a page starts.

    Raises:
        ProblemError: it is no cursor of ours.
    """
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (binascii.Error, ValueError):
        detail = "cursor: is none of ours; take `next` of a page as it is, or leave it out to begin anew"
        raise invalid_cursor(detail) from None


def invalid_cursor(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-cursor", detail)


def cursor_at(position: UUID) -> str:
    return written(position.bytes)


def written(place: bytes) -> str:
    """Write a place as it can stand in a URL."""
    return base64.urlsafe_b64encode(place).rstrip(b"=").decode()


def page_of(found: Sequence[T], limit: int, id_of: Callable[[T], UUID]) -> tuple[Sequence[T], str | None]:
    """Cut one more than a page, which says whether there is a next one, to a page and its cursor."""
    if len(found) <= limit:
        return found, None
    return found[:limit], cursor_at(id_of(found[limit - 1]))
