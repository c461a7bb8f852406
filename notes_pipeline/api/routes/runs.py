"""`/v1/runs`."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from notes_pipeline.api.access import Caller, Parts, Reader, Uploader, parts_of
from notes_pipeline.api.answers import Answer, IdempotencyKey, once
from notes_pipeline.api.asking import Wishes, ask_for_run
from notes_pipeline.api.described import CREATED, SAME_AGAIN
from notes_pipeline.api.events import LAST_EVENT_ID, STREAM
from notes_pipeline.api.paging import Cursor, Limit, Page, page_of, position_of
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.routes import PREFIX
from notes_pipeline.api.shapes.runs import (
    Coverage,
    Run,
    RunInList,
    RunRequest,
    coverage_shape,
    listed_shape,
    run_shape,
)
from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.cancel_run import cancel_run
from notes_pipeline.steps.next_work import NOTHING
from notes_pipeline.steps.read_overview import read_coverage, read_overview
from notes_pipeline.steps.read_run import read_progress
from notes_pipeline.steps.retry_run import retry_run
from notes_pipeline.store.runs import list_runs

router = APIRouter(prefix=PREFIX, tags=["runs"])


@router.post(
    "/runs",
    status_code=HTTPStatus.ACCEPTED,
    response_model=Run,
    responses={
        HTTPStatus.ACCEPTED: CREATED | {"description": "It is asked for, and will be worked on."},
        HTTPStatus.OK: SAME_AGAIN | {"model": Run},
    },
)
def ask(
    caller: Uploader,
    parts: Annotated[Parts, Depends(parts_of)],
    wanted: RunRequest,
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Ask for notes on a transcript by a guide.

    Where the same run (transcript, guide, model, options) is stored and has not failed, it is given (200), in whatever
    state; `anew` makes another.
    """

    def do() -> Answer:
        return _asked(caller, parts, wanted, request.state.request_id)

    return once(caller, idempotency_key, {"to": "runs", **wanted.model_dump(mode="json")}, do)


def _asked(caller: Caller, parts: Parts, wanted: RunRequest, request_id: str) -> Answer:
    wishes = Wishes(
        model=wanted.model,
        anew=wanted.anew,
        repairs=wanted.repairs,
        judge=wanted.judge_model,
        summarises=wanted.summarises,
        budget_usd=wanted.budget_usd,
        is_backfill=wanted.is_backfill,
    )
    asked = ask_for_run(parts, caller, wanted.transcript_id, wanted.guide_id, wishes, request_id=request_id)
    status = HTTPStatus.ACCEPTED if asked.is_new else HTTPStatus.OK
    return Answer(_run(caller, asked.id), status, {"Location": f"/v1/runs/{asked.id}"}, wanted.transcript_id)


@router.get("/runs")
def list_all(
    caller: Reader,
    transcript_id: Annotated[UUID | None, Query(description="Only those on this transcript.")] = None,
    state: Annotated[RunState | None, Query(description="Only those in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RunInList]:
    """List runs in the order in which they were asked for."""
    after = position_of(cursor)
    with caller.transactions.begin() as session:
        found = list_runs(
            session,
            caller.key.workspace_id,
            transcript_id=transcript_id,
            state=state,
            after=after,
            limit=limit + 1,
        )
    listed, following = page_of(found, limit, lambda each: each.id)
    return Page(items=[listed_shape(each) for each in listed], next=following)


@router.get("/runs/{run_id}")
def read(caller: Reader, run_id: UUID) -> Run:
    """Read how a run stands: its chunks, claims, cost and times."""
    return _run(caller, run_id)


@router.post("/runs/{run_id}/cancel")
def cancel(caller: Uploader, run_id: UUID) -> Run:
    """Stop a run: it asks nothing more, and what it has is published. Once more does nothing more.

    409 where it had ended otherwise.
    """
    if not cancel_run(caller.transactions, run_id):
        detail = f"run {run_id} had ended before: GET /v1/runs/{run_id} says how"
        raise ProblemError(HTTPStatus.CONFLICT, "run-ended", detail)
    return _run(caller, run_id)


@router.post("/runs/{run_id}/retry", status_code=HTTPStatus.ACCEPTED)
def retry(caller: Uploader, parts: Annotated[Parts, Depends(parts_of)], run_id: UUID) -> Run:
    """Draft what failed or was cancelled anew; the notes that are there stay. One that is going on is left alone."""
    work = retry_run(caller.transactions, run_id, deadline_s=parts.services.settings.notes_run_deadline_s)
    if work != NOTHING:
        parts.ring(work)
        return _run(caller, run_id)
    run = _run(caller, run_id)
    if run.state is RunState.FINISHED:
        raise ProblemError(HTTPStatus.CONFLICT, "run-finished", f"run {run_id} is finished: there is nothing to retry")
    return run


@router.get("/runs/{run_id}/coverage")
def coverage(caller: Reader, run_id: UUID) -> Coverage:
    """Read which questions of the guide the interview answers, and where they were asked."""
    return coverage_shape(read_coverage(caller.transactions, run_id))


@router.get("/runs/{run_id}/events", response_class=StreamingResponse, responses={HTTPStatus.OK: STREAM})
def events(
    caller: Reader,
    parts: Annotated[Parts, Depends(parts_of)],
    run_id: UUID,
    last_event_id: Annotated[str | None, Header(max_length=100, description=LAST_EVENT_ID)] = None,
) -> StreamingResponse:
    """Watch a run by server-sent events: `progress` when something changed, `ended` when it is over.

    The stream ends with `ended`, or after ten minutes; connect again with `Last-Event-ID` to go on.
    """
    read_progress(caller.transactions, run_id)  # 404 before anything is streamed
    return parts.streams.open(caller.key, caller.transactions, run_id, known=last_event_id)


def _run(caller: Caller, run_id: UUID) -> Run:
    return run_shape(read_overview(caller.transactions, run_id))
