"""`/v1/transcripts`, and receipts of what was erased: `/v1/erasures`."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from notes_pipeline.api.access import Admin, Caller, Parts, Reader, Uploader, parts_of
from notes_pipeline.api.answers import Answer, IdempotencyKey, once
from notes_pipeline.api.asking import Wishes, ask_for_run
from notes_pipeline.api.described import CREATED, SAME_AGAIN
from notes_pipeline.api.paging import Cursor, Limit, Page, page_of, position_of
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.routes import PREFIX
from notes_pipeline.api.shapes.transcripts import (
    ErasureReceipt,
    ExternalId,
    Transcript,
    UploadedTranscript,
    Utterance,
    receipt_shape,
    transcript_shape,
    uploaded_shape,
    utterance_shape,
)
from notes_pipeline.api.uploads import BODY, Upload, sent_upload
from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.steps.erase import erase
from notes_pipeline.steps.ingest import ingest_transcript
from notes_pipeline.store.erasing import find_erasure, load_erasure
from notes_pipeline.store.guides import load_guide
from notes_pipeline.store.transcripts import describe_transcript, list_transcripts, list_utterances

router = APIRouter(prefix=PREFIX, tags=["transcripts"])
MOST_INDEX = 2**31 - 2  # of an utterance; a cursor can hold more


@router.post(
    "/transcripts",
    status_code=HTTPStatus.CREATED,
    response_model=UploadedTranscript,
    responses={HTTPStatus.CREATED: CREATED, HTTPStatus.OK: SAME_AGAIN | {"model": UploadedTranscript}},
    openapi_extra={"requestBody": BODY},
)
def upload_transcript(
    caller: Uploader,
    parts: Annotated[Parts, Depends(parts_of)],
    upload: Annotated[Upload, Depends(sent_upload)],
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Store a transcript, and ask for notes on it where a guide is named.

    The body is the file itself, with `filename` in the query, or a form with it. Content that is stored already is not
    stored twice: 200 with the one that is there, its title, media URL and roles replaced by those that were sent; its
    external id, if it has one, and its language stay. Other content under an external id is its next version; so is
    content that was there before and comes again after others.
    """

    def do() -> Answer:
        return _uploaded(caller, parts, upload, request.state.request_id)

    return once(caller, idempotency_key, upload.asked, do)


def _uploaded(caller: Caller, parts: Parts, upload: Upload, request_id: str) -> Answer:
    settings, fields = parts.services.settings, upload.fields
    details = upload.details(allow_private=settings.notes_allow_private_urls)
    if fields.guide_id is not None:
        with caller.transactions.begin() as session:
            load_guide(session, fields.guide_id)  # before anything is stored
    stored = ingest_transcript(
        caller.transactions,
        caller.workspace,
        upload.data,
        upload.filename,
        most_characters=settings.notes_max_transcript_characters,
        details=details,
        language=fields.language,
    )
    run_id = None
    if fields.guide_id is not None:
        run_id = ask_for_run(parts, caller, stored.id, fields.guide_id, Wishes(), request_id=request_id).id
    with caller.transactions.begin() as session:
        shape = uploaded_shape(describe_transcript(session, stored.id), run_id)
    status = HTTPStatus.CREATED if stored.is_new else HTTPStatus.OK
    return Answer(shape, status, {"Location": f"/v1/transcripts/{stored.id}"}, stored.id)


@router.get("/transcripts")
def list_all(
    caller: Reader,
    external_id: Annotated[ExternalId | None, Query(description="Only the versions of this one.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Transcript]:
    """List transcripts in the order in which they came."""
    after = position_of(cursor)
    with caller.transactions.begin() as session:
        found = list_transcripts(
            session, caller.key.workspace_id, external_id=external_id, after=after, limit=limit + 1
        )
    listed, following = page_of(found, limit, lambda each: each.id)
    return Page(items=[transcript_shape(each) for each in listed], next=following)


@router.get("/transcripts/{transcript_id}")
def read_transcript(caller: Reader, transcript_id: UUID) -> Transcript:
    """Read what is known of a transcript."""
    with caller.transactions.begin() as session:
        return transcript_shape(describe_transcript(session, transcript_id))


@router.get("/transcripts/{transcript_id}/utterances")
def read_utterances(caller: Reader, transcript_id: UUID, cursor: Cursor = None, limit: Limit = 100) -> Page[Utterance]:
    """Read what was said, in the order of the file."""
    after = position_of(cursor)
    first = 0 if after is None else min(after.int, MOST_INDEX) + 1
    with caller.transactions.begin() as session:
        roles = describe_transcript(session, transcript_id).roles
        found = list_utterances(session, transcript_id, first=first, limit=limit + 1)
    listed, following = page_of(found, limit, lambda each: UUID(int=each.utterance.index))
    return Page(items=[utterance_shape(each, roles) for each in listed], next=following)


@router.delete("/transcripts/{transcript_id}")
def erase_transcript(caller: Admin, transcript_id: UUID) -> ErasureReceipt:
    """Erase a transcript and everything that came of it: utterances, runs, notes, evidence, reviews, kept answers.

    Answers with a receipt, which can be read again. What calls to models cost stays counted against budgets.
    """
    try:
        return receipt_shape(erase(caller.transactions, transcript_id, key_id=caller.key.id))
    except NotFoundError as error:
        with caller.transactions.begin() as session:
            erasure_id = find_erasure(session, transcript_id)
        if erasure_id is None:
            raise
        detail = f"{error}: it was erased before; GET /v1/erasures/{erasure_id} has the receipt"
        more = {"erasure_id": str(erasure_id)}
        raise ProblemError(HTTPStatus.NOT_FOUND, "erased", detail, more=more) from None


@router.get("/erasures/{erasure_id}")
def read_erasure(caller: Reader, erasure_id: UUID) -> ErasureReceipt:
    """Read the receipt of an erasure."""
    with caller.transactions.begin() as session:
        return receipt_shape(load_erasure(session, erasure_id))
