"""The queue and its notes: what was claimed, what was said, and the decision."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from notes_pipeline.api.review.access import PATH, Decides, Reviewing, SeesNotes
from notes_pipeline.api.review.decisions import DecisionSent
from notes_pipeline.api.review.filters import Filter, query_of
from notes_pipeline.api.review.note_view import AROUND, MOST_AROUND, bounds, marks_of, view_note
from notes_pipeline.api.review.passages import found_in, passages
from notes_pipeline.api.review.rendering import fragment, media_of, page
from notes_pipeline.core.errors import InputError, InvalidReviewError, NotFoundError, RevisionConflictError
from notes_pipeline.core.reviewing import Decision, ReviewRequest
from notes_pipeline.core.transcript import Span
from notes_pipeline.steps.review_note import review_note
from notes_pipeline.steps.review_queue import (
    MOST_AT_ONCE,
    accept_verbatim,
    count_batch,
    count_verbatim,
    keep_lease,
    next_note,
    open_note,
    previous_note,
    rank_passages,
    try_correction,
    view_queue,
    withdraw_batch,
)
from notes_pipeline.store.notes import StoredNote
from notes_pipeline.store.queue import QueueFilter
from notes_pipeline.store.reviews import StoredReview

router = APIRouter(include_in_schema=False)

MOST_FOUND = 100
EXCERPT_CHARS = 60  # on either side of what was found
SeeOther = HTTPStatus.SEE_OTHER


@router.get("/")
def queue(reviewing: SeesNotes, wanted: Filter, done: UUID | None = None, batch: UUID | None = None) -> Response:
    """Go to the first note of the queue; where there is none, say so."""
    found = next_note(reviewing.caller.transactions, reviewing.who, wanted, None)
    if found is not None and batch is None:
        return _to_note(found, wanted, done=done)
    return _queue_page(reviewing, wanted, done=done, batch=batch)


@router.get("/notes/{note_id}")
def note(
    reviewing: SeesNotes,
    note_id: UUID,
    wanted: Filter,
    done: UUID | None = None,
    around: Annotated[int, Query(ge=1, le=MOST_AROUND)] = AROUND,
) -> Response:
    return _note_page(reviewing, note_id, wanted, around=around, done=done)


@router.get("/notes/{note_id}/next")
def following(reviewing: SeesNotes, note_id: UUID, wanted: Filter) -> Response:
    """Go on without a decision: to the next note that nobody else has open."""
    found = next_note(reviewing.caller.transactions, reviewing.who, wanted, note_id)
    return _to_note(found or note_id, wanted)


@router.get("/notes/{note_id}/previous")
def previous(reviewing: SeesNotes, note_id: UUID, wanted: Filter) -> Response:
    return _to_note(previous_note(reviewing.caller.transactions, reviewing.who, wanted, note_id) or note_id, wanted)


@router.post("/notes/{note_id}/decide")
def decide(reviewing: Decides, note_id: UUID, wanted: Filter, sent: Annotated[DecisionSent, Form()]) -> Response:
    """Take a decision, and go on to the next note; where it cannot be, show the note with what was sent, and why."""
    transactions, who = reviewing.caller.transactions, reviewing.who
    following_id = next_note(transactions, who, wanted, note_id)
    try:
        _review(reviewing, note_id, sent.request(), sent.revision)
    except RevisionConflictError:
        notice = "Somebody decided on this note while you had it open. Yours was not stored; see the history below."
        return _note_page(reviewing, note_id, wanted, HTTPStatus.CONFLICT, notice=notice, sent=sent)
    except InvalidReviewError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _note_page(reviewing, note_id, wanted, status, notice=f"Not stored: {error}.", sent=sent)
    if following_id is None or following_id == note_id:
        return RedirectResponse(f"{PATH}/{query_of(wanted, done=note_id)}", SeeOther)
    return _to_note(following_id, wanted, done=note_id)


@router.post("/notes/{note_id}/undo")
def undo(reviewing: Decides, note_id: UUID, wanted: Filter, revision: Annotated[int, Form(ge=1)]) -> Response:
    """Take the latest decision on a note back, and show the note."""
    try:
        _review(reviewing, note_id, ReviewRequest(Decision.WITHDRAW), revision)
    except (RevisionConflictError, InvalidReviewError) as error:
        notice = f"Not taken back: {error}."
        return _note_page(reviewing, note_id, wanted, HTTPStatus.CONFLICT, notice=notice)
    return _to_note(note_id, wanted)


@router.post("/notes/{note_id}/lease", status_code=HTTPStatus.NO_CONTENT)
def lease(reviewing: Decides, note_id: UUID) -> None:
    """Go on having a note open."""
    keep_lease(reviewing.caller.transactions, reviewing.who, note_id)


@router.get("/notes/{note_id}/candidates")
def candidates(reviewing: SeesNotes, note_id: UUID, quote: Annotated[int, Query(ge=0, le=1_000)] = 0) -> Response:
    """List passages that may take the place of a quote."""
    transcript, ranked = rank_passages(
        reviewing.caller.transactions, reviewing.parts.indexes, reviewing.caller.key.workspace_id, note_id, quote
    )
    shown = []
    for each in ranked:
        utterance = transcript.utterances[transcript.utterance_at(each.span.start)]
        shown.append((each.span, transcript.slice(each.span), utterance, transcript.start_ms(each.span)))
    return fragment("candidates.html", candidates=shown, quote=quote)


@router.post("/notes/{note_id}/check")
def check(reviewing: Decides, note_id: UUID, sent: Annotated[DecisionSent, Form()]) -> Response:
    """Verify a correction before it is stored."""
    try:
        reviewed, against = try_correction(
            reviewing.caller.transactions,
            reviewing.parts.indexes,
            reviewing.caller.key.workspace_id,
            note_id,
            sent.request(is_trial=True),
        )
    except InvalidReviewError as error:
        return fragment("check.html", refused=str(error), reviewed=None, against=[])
    return fragment("check.html", refused=None, reviewed=reviewed, against=against)


@router.get("/notes/{note_id}/passage")
def passage(
    reviewing: SeesNotes,
    note_id: UUID,
    first: int = 0,
    last: int = 0,
    find: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show other utterances of a note's transcript, or where words stand in it."""
    found = open_note(
        reviewing.caller.transactions, reviewing.parts.indexes, reviewing.caller.key.workspace_id, note_id
    )
    transcript = found.transcript
    spans = found_in(transcript, find, MOST_FOUND)
    if find:
        hits = [
            (transcript.utterances[transcript.utterance_at(span.start)], _excerpt(transcript.text, span))
            for span in spans
        ]
        return fragment("found.html", hits=hits, find=find, most=MOST_FOUND)
    shown = bounds(first, last, transcript)
    return fragment(
        "utterances.html",
        said=passages(transcript, shown, marks_of(found.stored.note)),
        has_media=media_of(found.described.media_url) is not None,
    )


@router.get("/bulk")
def bulk(reviewing: SeesNotes, wanted: Filter) -> Response:
    """Show how many notes would be accepted at once."""
    number = count_verbatim(reviewing.caller.transactions, reviewing.who, wanted)
    return _queue_page(reviewing, wanted, bulk=number)


@router.post("/bulk")
def accept_all(reviewing: Decides, wanted: Filter, expected: Annotated[int, Form(ge=1)]) -> Response:
    """Accept all verbatim notes of a filter, those that were counted."""
    transactions, who = reviewing.caller.transactions, reviewing.who
    try:
        batch = accept_verbatim(transactions, who, wanted, expected=expected)
    except InputError as error:
        number = count_verbatim(transactions, who, wanted)
        notice = f"Nothing was accepted: {error}."
        return _queue_page(reviewing, wanted, HTTPStatus.CONFLICT, bulk=number, notice=notice)
    return RedirectResponse(f"{PATH}/{query_of(wanted, batch=batch)}", SeeOther)


@router.post("/bulk/{batch_id}/undo")
def undo_all(reviewing: Decides, batch_id: UUID, wanted: Filter) -> Response:
    """Take the decisions of a batch back."""
    withdraw_batch(reviewing.caller.transactions, reviewing.who, batch_id)
    return RedirectResponse(f"{PATH}/bulk{query_of(wanted)}", SeeOther)


def _review(reviewing: Reviewing, note_id: UUID, request: ReviewRequest, revision: int) -> None:
    review_note(
        reviewing.caller.transactions,
        reviewing.parts.indexes,
        reviewing.caller.workspace,
        note_id,
        request,
        reviewer=reviewing.session.reviewer,
        expected_revision=revision,
        sent_by=reviewing.who.sent_by,
    )


def _to_note(note_id: UUID, wanted: QueueFilter, done: UUID | None = None) -> RedirectResponse:
    return RedirectResponse(f"{PATH}/notes/{note_id}{query_of(wanted, done=done)}", SeeOther)


def _queue_page(
    reviewing: Reviewing,
    wanted: QueueFilter,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    done: UUID | None = None,
    batch: UUID | None = None,
    bulk: int | None = None,
    notice: str | None = None,
) -> HTMLResponse:
    transactions = reviewing.caller.transactions
    return page(
        "queue.html",
        reviewing,
        status,
        view=view_queue(transactions, reviewing.who, wanted, None),
        wanted=wanted,
        query_of=query_of,
        done=_done(reviewing, done),
        batch=None if batch is None else (batch, count_batch(transactions, batch)),
        bulk=bulk,
        most_at_once=MOST_AT_ONCE,
        notice=notice,
    )


def _note_page(
    reviewing: Reviewing,
    note_id: UUID,
    wanted: QueueFilter,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    around: int = AROUND,
    done: UUID | None = None,
    notice: str | None = None,
    sent: DecisionSent | None = None,
) -> HTMLResponse:
    transactions, workspace_id = reviewing.caller.transactions, reviewing.caller.key.workspace_id
    found = open_note(transactions, reviewing.parts.indexes, workspace_id, note_id)
    media_url = found.described.media_url
    return page(
        "note.html",
        reviewing,
        status,
        media_url=media_url,
        found=found,
        shown=view_note(found, around),
        view=view_queue(transactions, reviewing.who, wanted, note_id),
        wanted=wanted,
        query_of=query_of,
        media=media_of(media_url),
        around=around,
        done=_done(reviewing, done),
        notice=notice,
        sent=sent,
        bulk=None,
        batch=None,
    )


def _done(reviewing: Reviewing, note_id: UUID | None) -> tuple[StoredNote, StoredReview] | None:
    """Give the note that was decided on last with its latest review; None where there is none, or it is gone."""
    if note_id is None:
        return None
    try:
        found = open_note(
            reviewing.caller.transactions, reviewing.parts.indexes, reviewing.caller.key.workspace_id, note_id
        )
    except NotFoundError:
        return None
    return (found.stored, found.history[-1]) if found.history else None


def _excerpt(text: str, span: Span) -> tuple[str, str, str]:
    """Give what stands before a place, the place, and what stands after it."""
    low, high = max(0, span.start - EXCERPT_CHARS), span.end + EXCERPT_CHARS
    return text[low : span.start], text[span.start : span.end], text[span.end : high]
