"""Notes over HTTP: what is there by default, pages, changes that none misses, evidence that can be verified again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.transcripts import load_transcript
from tests.integration.api import OTHER, Api, body_of, ids_of, make_api
from tests.integration.pipeline import SAID, WORKSPACE, answer, interview

INVENTED = "The new app has paid for itself within two years."
LONG_AGO = "2020-01-01T00:00:00Z"
MEDIA = "https://media.example/1.mp3"


def both() -> str:
    """An answer with a note that stands, and one whose quote was invented."""
    said, invented = json.loads(answer()), json.loads(answer(INVENTED))
    said["notes"] += invented["notes"]
    said["notes"][1]["statement"] = "The app has paid off."
    return json.dumps(said)


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions, both())


@pytest.fixture
def client(api: Api) -> TestClient:
    api.made.run(interview())
    return api.client(WORKSPACE, Scope.READ)


def notes_of(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    return list(body_of(client.get("/v1/notes", params=query))["items"])


def copies(api: Api, number: int) -> None:
    """Let there be more notes."""
    with api.transactions.begin() as session:
        columns = (
            "workspace_id, transcript_id, run_id, chunk_id, stage, question_id, statement, status, flags, speakers, "
            "model, review_state"
        )
        session.execute(
            text(
                f"INSERT INTO note (id, ordinal, {columns}) SELECT gen_random_uuid(), 100 + g, {columns} "  # noqa: S608
                "FROM note, generate_series(1, :number) g WHERE status = 'supported' AND ordinal < 100"
            ),
            {"number": number},
        )


def age(api: Api) -> None:
    """Let the second pass in which a change may not show yet."""
    with api.transactions.begin() as session:
        session.execute(text("UPDATE note SET updated_at = updated_at - interval '10 s'"))


def test_by_default_only_notes_that_stand_are_given(client: TestClient) -> None:
    (note,) = notes_of(client)
    assert (note["status"], note["statement"], note["is_readable"]) == ("supported", "Orders come in by phone.", True)
    assert note["question"] == {"id": "how", "text": "How do orders come in?"}
    (flagged,) = notes_of(client, status="flagged")
    assert flagged["is_readable"] is False
    (evidence,) = flagged["evidence"]
    assert (evidence["verdict"], evidence["stands"], evidence["quote"]) == ("unsupported", False, INVENTED)
    assert evidence["reasons"][0] == {"code": "not_found", "words": "no passage says it"}
    assert len(notes_of(client, status=["flagged", "supported"])) == 2


def test_each_evidence_can_be_verified_again_by_what_is_given(api: Api, client: TestClient) -> None:
    for note in notes_of(client, status=["flagged", "supported"]):
        with api.transactions.begin() as session:
            transcript = load_transcript(session, UUID(note["transcript_id"]))
        said = " ".join(utterance.text for utterance in transcript.utterances)
        for evidence in note["evidence"]:
            assert evidence["transcript_hash"] == transcript.content_hash
            assert evidence["verifier_version"]
            there = [said[span["text_from"] : span["text_to"]] for span in evidence["spans"]]
            assert " … ".join(there) == evidence["exact_words"]
            if evidence["verdict"] == "verbatim":
                start, end = evidence["spans"][0]["text_from"], evidence["spans"][-1]["text_to"]
                assert evidence["exact_words"] == SAID
                assert said[:start].endswith(evidence["prefix"])
                assert said[end:].startswith(evidence["suffix"])
                assert transcript.utterances[evidence["utterances"][0]].speaker == evidence["speaker"] == "Bram"


def test_the_link_goes_to_the_second_of_the_recording(api: Api, client: TestClient) -> None:
    assert notes_of(client)[0]["evidence"][0]["link"] is None
    with api.transactions.begin() as session:
        session.execute(text("UPDATE transcript SET media_url = :url"), {"url": MEDIA})
        session.execute(text("UPDATE evidence SET start_ms = 61500, end_ms = 3600000"))
    assert notes_of(client)[0]["evidence"][0]["link"] == f"{MEDIA}#t=61.5,3600"


def test_a_note_has_a_strong_tag_of_its_revision(client: TestClient) -> None:
    (note,) = notes_of(client)
    found = client.get(f"/v1/notes/{note['id']}")
    assert (body_of(found), found.headers["etag"]) == (note, '"r1"')
    assert client.get(f"/v1/notes/{note['id']}", headers={"If-None-Match": '"r1"'}).status_code == 304


@pytest.mark.parametrize("wanted", [{}, {"updated_since": LONG_AGO}, {"text": "phone"}, {"speaker": "Bram"}])
def test_pages_give_each_note_once(api: Api, client: TestClient, wanted: dict[str, str]) -> None:
    copies(api, 6)
    with api.transactions.begin() as session:  # some of one time of change
        session.execute(text("UPDATE note SET updated_at = now() - interval '1 h' WHERE ordinal > 103"))
    age(api)
    seen: list[UUID] = []
    cursor: dict[str, str] = {}
    for _ in range(9):
        page = body_of(client.get("/v1/notes", params={**wanted, **cursor, "limit": 2}))
        seen += ids_of(page)
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == len(set(seen)) == 7


FILTERS: list[tuple[dict[str, str], int]] = [
    ({"question": "how"}, 1), ({"question": "cost"}, 0), ({"theme": "trust"}, 0), ({"speaker": "Bram"}, 1),
    ({"speaker": "Ina"}, 0), ({"review_state": "unreviewed"}, 1), ({"review_state": "rejected"}, 0),
    ({"run_id": str(uuid4())}, 0), ({"transcript_id": str(uuid4())}, 0), ({"updated_since": "3000-01-01T00:00:00Z"}, 0),
    ({"speaker": "Bram", "text": "phone", "question": "how", "updated_since": LONG_AGO}, 1),
    ({"updated_since": "0001-01-01T00:00:00+14:00"}, 1), ({"updated_since": "9999-12-31T23:59:59-14:00"}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "number"), FILTERS, ids=[str(list(wanted)) for wanted, _ in FILTERS])
def test_filters_let_through_what_fits(api: Api, client: TestClient, wanted: dict[str, str], number: int) -> None:
    age(api)
    assert len(notes_of(client, **wanted)) == number


def test_who_polls_misses_no_change_that_is_committed_late(api: Api, client: TestClient) -> None:
    age(api)
    touch = text("UPDATE note SET updated_at = now() WHERE status = :status")
    later = api.transactions.begin()
    slow = later.__enter__()  # opens first, and commits last
    slow.execute(touch, {"status": "supported"})
    since = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
    with api.transactions.begin() as session:
        session.execute(touch, {"status": "flagged"})
    query = {"status": ["supported", "flagged"], "updated_since": since}
    early = body_of(client.get("/v1/notes", params=query))
    later.__exit__(None, None, None)
    with api.transactions.begin() as session:
        session.execute(text("SELECT pg_sleep(1.1)"))
    late = body_of(client.get("/v1/notes", params={**query, "updated_since": early["as_of"]}))
    assert early["items"] == []
    assert len(set(ids_of(late))) == 2
    assert late["as_of"] > early["as_of"]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"}, {"cursor": "AAAA"}, {"cursor": "é"}, {"updated_since": LONG_AGO, "cursor": "AAAA"},
        {"updated_since": LONG_AGO, "cursor": "A" * 43}, {"updated_since": LONG_AGO, "cursor": "_" * 43},
        {"text": "a\x00b"}, {"speaker": "\x00"}, {"question": "\x00"}, {"limit": "101"}, {"limit": "0"},
        {"status": "rejected"}, {"updated_since": "2020-01-01T00:00:00"}, {"updated_since": "2020"},
        {"updated_since": "1.5e9"}, {"run_id": "1"}, {"text": "x" * 2_001},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_asked_wrongly_is_a_problem(client: TestClient, query: dict[str, str]) -> None:
    found = client.get("/v1/notes", params=query)
    if query.get("cursor") == "A" * 43:
        assert body_of(found)["items"] == []
        return
    assert body_of(found, 422)["type"].startswith("urn:notes-pipeline:problem:invalid-")
    assert found.headers["content-type"] == "application/problem+json"


def test_notes_of_another_workspace_do_not_exist(api: Api, client: TestClient) -> None:
    (note,) = notes_of(client)
    other = api.client(OTHER)
    body_of(other.get(f"/v1/notes/{note['id']}"), 404)
    for query in ({}, {"text": "phone"}, {"speaker": "Bram"}, {"updated_since": LONG_AGO}, {"run_id": note["run_id"]}):
        assert notes_of(other, **query) == []
    body_of(client.get(f"/v1/notes/{uuid4()}"), 404)


def test_notes_are_for_keys_that_may_read(api: Api) -> None:
    body_of(api.client(WORKSPACE, Scope.UPLOAD).get("/v1/notes"), 403)
    body_of(TestClient(api.app).get("/v1/notes"), 401)
    body_of(TestClient(api.app).get(f"/v1/notes/{uuid4()}"), 401)
