"""`/v1/notes`."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator

from notes_pipeline.api.access import Reader
from notes_pipeline.api.note_places import after_changed, cursor_of, place_of
from notes_pipeline.api.paging import Cursor, Limit
from notes_pipeline.api.routes import PREFIX
from notes_pipeline.api.shapes.base import SentTime
from notes_pipeline.api.shapes.notes import NotePage, NoteShape, SearchText, tag_of
from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.core.reviewing import ReviewState
from notes_pipeline.steps.search_notes import read_note, search_notes
from notes_pipeline.store.notes import NoteFilter

router = APIRouter(prefix=PREFIX, tags=["notes"])

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
WITHIN = AfterValidator(lambda time: _FIRST if time.year < 1970 else min(time, _LAST))  # others have no UTC


@router.get("/notes")
def list_notes(
    caller: Reader,
    transcript_id: UUID | None = None,
    run_id: UUID | None = None,
    question: Annotated[SearchText | None, Query(description="The id of a question of the guide.")] = None,
    theme: Annotated[SearchText | None, Query(description="The id of a theme of the guide.")] = None,
    speaker: Annotated[SearchText | None, Query(description="Whose words are among the evidence.")] = None,
    status: Annotated[
        list[NoteStatus] | None,
        Query(max_length=10, description="May be given twice. Left out: only readable notes (see `is_readable`)."),
    ] = None,
    review_state: ReviewState | None = None,
    updated_since: Annotated[
        Annotated[SentTime, WITHIN] | None,
        Query(description="Changed from then on, by time of change. Go on with `as_of` of the answer."),
    ] = None,
    text: Annotated[
        SearchText | None,
        Query(
            description='Words of the statement, or of one quote; `"a phrase"`, `-without`, `or`. '
            "Not stemmed; without a word it finds nothing."
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> NotePage:
    """List notes, oldest first; those of all runs, also where a later one went over the same transcript.

    By default only notes that are supported and not rejected, or that a reviewer took.
    """
    wanted = NoteFilter(
        transcript_id=transcript_id,
        run_id=run_id,
        question_id=question,
        theme_id=theme,
        speaker=speaker,
        status=None if status is None else frozenset(status),
        review_state=review_state,
    )
    place = place_of(cursor) if updated_since is None else None
    until, changed_place = after_changed(cursor) if updated_since is not None else (None, None)
    found = search_notes(
        caller.transactions,
        caller.workspace,
        wanted,
        words=text,
        since=updated_since,
        until=until,
        after=place or changed_place,
        limit=limit + 1,
    )
    page = found.notes[:limit]
    goes_on = len(found.notes) > limit
    return NotePage(
        items=[NoteShape.of(each) for each in page],
        next=cursor_of(page[-1].stored, found.as_of) if goes_on else None,
        as_of=found.as_of,
    )


@router.get("/notes/{note_id}")
def get_note(caller: Reader, note_id: UUID, response: Response) -> NoteShape:
    """Read a note, whatever its status; its `ETag` is what a review of it gives as `If-Match`."""
    found = read_note(caller.transactions, caller.workspace, note_id)
    response.headers["ETag"] = tag_of(found.stored.revision)
    return NoteShape.of(found)
