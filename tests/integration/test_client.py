"""The client module, over real connections."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from notes_pipeline.api.shapes.reviews import ReviewSent
from notes_pipeline.client import (
    ConflictError,
    NotAllowedError,
    NotesClient,
    NotFoundError,
    Patience,
    RefusedError,
    UnavailableError,
)
from notes_pipeline.core.reviewing import Decision, ReviewState
from notes_pipeline.core.runs import RunState
from notes_pipeline.store.database import Transactions
from tests.integration.api import Api, make_api
from tests.integration.pipeline import GUIDE, SAID, answer, interview
from tests.integration.serving import served

QUICK = Patience(attempts=3, first_wait_s=0.01)


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions, answer())


@pytest.fixture
def notes(api: Api) -> Iterator[NotesClient]:
    with served(api.app) as url, client_of(api, url) as client:
        yield client


def client_of(api: Api, url: str) -> NotesClient:
    key = api.client().headers["Authorization"].removeprefix("Bearer ")
    return NotesClient(url, key, patience=QUICK)


def test_from_upload_to_reviewed_notes(api: Api, notes: NotesClient) -> None:
    guide = notes.add_guide(GUIDE)
    uploaded = notes.upload(
        interview(),
        filename="interview.txt",
        title="The bakery",
        external_id="b-1",
        media_url="https://media.example.com/b.mp3",
        roles={"Ina": "interviewer"},
        guide_id=guide.id,
    )
    assert (uploaded.title, uploaded.version, uploaded.roles) == ("The bakery", 1, {"Ina": "interviewer"})
    api.work()
    run = notes.wait(uploaded.run_id)
    assert (run.state, run.claims.total) == (RunState.FINISHED, 1)
    assert [each.state for each in notes.watch(run.id)] == [RunState.FINISHED]
    (note,) = notes.notes(run_id=run.id)
    assert (note.evidence[0].exact_words, note.evidence[0].stands) == (SAID, True)
    said = " ".join(each.text for each in notes.utterances(uploaded.id))
    span = note.evidence[0].spans[0]
    assert said[span.text_from : span.text_to] == note.evidence[0].exact_words
    assert notes.coverage(run.id).questions[0].readable_notes == 1
    reviewed = notes.review(note.id, ReviewSent(decision=Decision.ACCEPT, reviewer="Rut"), revision=note.revision)
    assert reviewed.review_state is ReviewState.ACCEPTED
    with pytest.raises(ConflictError, match="read it again") as late:
        notes.review(note.id, ReviewSent(decision=Decision.ACCEPT), revision=note.revision)
    assert (late.value.status, late.value.problem["current_revision"]) == (412, reviewed.revision)
    assert [each.reviewer for each in notes.reviews(note.id)] == ["Rut"]
    changed, as_of = notes.changed_notes(datetime.now(UTC) - timedelta(hours=1))
    assert {each.id for each in changed} <= {note.id}
    assert as_of <= datetime.now(UTC)
    receipt = notes.erase(uploaded.id)
    assert receipt.counts["notes"] == 1
    assert list(notes.notes()) == []


def test_all_pages_of_a_list_are_given(notes: NotesClient) -> None:
    ids = [notes.upload(f"Ina: Is it {n}?\n\nBram: It is {n}.".encode(), filename="a.txt").id for n in range(7)]
    import notes_pipeline.client.notes as module

    before, module.PAGE = module.PAGE, 3
    try:
        assert [each.id for each in notes.transcripts()] == ids
    finally:
        module.PAGE = before


def test_errors_say_what_was_wrong(api: Api, notes: NotesClient) -> None:
    with pytest.raises(NotFoundError) as missing:
        notes.run(uuid4())
    assert (missing.value.status, missing.value.type) == (404, "not-found")
    assert missing.value.request_id is not None
    with pytest.raises(RefusedError, match=r"empty\.txt") as refused:
        notes.upload(b"", filename="empty.txt")
    assert refused.value.type == "unreadable-transcript"
    with api.transactions.begin() as session:
        session.execute(text("UPDATE api_key SET revoked_at = now()"))
    with pytest.raises(NotAllowedError, match="unknown or revoked"):
        list(notes.guides())
    with pytest.raises(ValueError, match="no run was asked for"):
        notes.wait(None)


class Failing:
    """An app that answers the first requests with something else."""

    def __init__(self, app: ASGIApp, *answers: Response) -> None:
        self._app = app
        self._answers = list(answers)
        self.keys: list[str | None] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.keys.append(Request(scope).headers.get("idempotency-key"))
        await (self._answers.pop(0) if self._answers else self._app)(scope, receive, send)


def away(status: int = 503, **headers: Any) -> Response:
    return JSONResponse({"type": "about:blank", "detail": "not now"}, status_code=status, headers=headers)


def test_what_is_away_for_a_moment_is_asked_again_and_done_once(api: Api) -> None:
    failing = Failing(api.app, away(), away(429, **{"Retry-After": "0"}))
    with served(failing) as url, client_of(api, url) as notes:
        guide = notes.add_guide(GUIDE)
    assert guide.title == "Orders"
    assert len(set(failing.keys)) == 1
    assert failing.keys[0] is not None


def test_what_stays_away_is_given_up(api: Api) -> None:
    failing = Failing(api.app, *[away() for _ in range(9)])
    with served(failing) as url, client_of(api, url) as notes, pytest.raises(UnavailableError, match="not now"):
        list(notes.guides())
    assert len(failing.keys) == QUICK.attempts


def test_a_server_that_is_not_there_is_named(api: Api) -> None:
    with served(api.app) as url:
        pass
    with client_of(api, url) as notes, pytest.raises(UnavailableError, match=r"127\.0\.0\.1.*does not answer"):
        list(notes.guides())


def test_a_refusal_is_not_asked_again(api: Api) -> None:
    failing = Failing(api.app, away(422))
    with served(failing) as url, client_of(api, url) as notes, pytest.raises(RefusedError):
        list(notes.guides())
    assert len(failing.keys) == 1
