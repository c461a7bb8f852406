"""`/v1/notes/{id}/reviews`."""

import re
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response

from notes_pipeline.api.access import Parts, Reader, Reviewer, parts_of
from notes_pipeline.api.answers import Answer, IdempotencyKey, once
from notes_pipeline.api.paging import Cursor, Limit, Page, cursor_at, position_of
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.routes import PREFIX
from notes_pipeline.api.shapes.notes import NoteShape, tag_of
from notes_pipeline.api.shapes.reviews import ReviewSent, ReviewShape
from notes_pipeline.steps.review_note import list_reviews as list_stored
from notes_pipeline.steps.review_note import review_note
from notes_pipeline.steps.search_notes import source_note

router = APIRouter(prefix=PREFIX, tags=["reviews"])

_TAG = re.compile(r'(?:W/)?"r([1-9][0-9]{0,8})"')  # a proxy that packs answers makes strong tags weak
_OF_NO_REVISION = 0
_LAST_REVISION = 2**31 - 1
CREATED: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The note as it is now.",
        "headers": {"ETag": {"description": "Of its new revision.", "schema": {"type": "string"}}},
    }
}

IfMatch = Annotated[
    str | None, Header(max_length=200, description="Required: the `ETag` of the note as the reviewer saw it.")
]


@router.post("/notes/{note_id}/reviews", status_code=201, response_model=NoteShape, responses=CREATED)
def review(
    caller: Reviewer,
    parts: Annotated[Parts, Depends(parts_of)],
    note_id: UUID,
    sent: ReviewSent,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Decide on a note: accept, correct or reject it, or take the latest decision back (`withdraw`).

    A correction is verified as the model's claims are: what is not in the transcript is refused, or overridden with a
    reason and shown as that.
    """
    revision = _revision(if_match)

    def do() -> Answer:
        reviewed = review_note(
            caller.transactions,
            parts.indexes,
            caller.workspace,
            note_id,
            sent.request(),
            reviewer=sent.reviewer or caller.key.name,
            sent_by=f"{caller.key.name} {caller.key.hint}",
            expected_revision=revision,
        )
        found = source_note(caller.transactions, reviewed)
        headers = {"ETag": tag_of(found.stored.revision)}
        return Answer(NoteShape.of(found), HTTPStatus.CREATED, headers, found.stored.transcript_id)

    asked = {"review": str(note_id), "of": revision, **sent.model_dump(mode="json")}
    return once(caller, idempotency_key, asked, do)


@router.get("/notes/{note_id}/reviews")
def list_reviews(caller: Reader, note_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> Page[ReviewShape]:
    """List the decisions on a note, oldest first."""
    position = position_of(cursor)
    after = 0 if position is None else min(position.int, _LAST_REVISION)
    found = list_stored(caller.transactions, caller.workspace, note_id, after=after, limit=limit + 1)
    goes_on = len(found) > limit
    items = [ReviewShape.of(each) for each in found[:limit]]
    return Page(items=items, next=cursor_at(UUID(int=items[-1].revision)) if goes_on else None)


def _revision(if_match: str | None) -> int:
    """Give the revision that a tag names; one that none has where it is no tag of ours, which no note matches.

    Raises:
        ProblemError: 428, none is named.
    """
    if if_match is None or if_match.strip() == "*":
        detail = "send `If-Match` with the ETag of the note as the reviewer saw it, so that no decision is overlooked"
        raise ProblemError(HTTPStatus.PRECONDITION_REQUIRED, "revision-required", detail)
    named = _TAG.fullmatch(if_match.strip())
    return _OF_NO_REVISION if named is None else int(named[1])
