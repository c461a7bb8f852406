"""What holds for every route: who may ask, what errors look like, what goes around an answer."""

import gzip
import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from notes_pipeline.api import around
from notes_pipeline.store import database
from notes_pipeline.store.database import Transactions, connect
from tests.integration.api import Api, make_api
from tests.integration.serving import served


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions)


def test_what_is_not_there_is_a_problem_with_a_request_id(api: Api) -> None:
    answer = api.client().get("/v1/nothing", headers={"X-Request-Id": "mine-1"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.json()["type"] == "urn:notes-pipeline:problem:not-found"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_description_is_read_without_a_key_and_has_a_tag(api: Api) -> None:
    client = api.client()
    answer = client.get("/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")
    again = client.get("/v1/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(("path", "announced"), [("/v1/transcripts", "10000001"), ("/v1/guides", "2000001")])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(api: Api, path: str, announced: str) -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    answer = api.client().post(path, content=never(), headers={"Content-Length": announced})
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:notes-pipeline:problem:too-large"


def test_a_packed_body_is_refused_whatever_it_holds(api: Api) -> None:
    answer = api.client().post("/v1/guides", content=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:notes-pipeline:problem:packed-body")


def test_long_answers_are_packed_for_who_takes_that(api: Api) -> None:
    client = api.client()
    packed = client.get("/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/v1/openapi.json", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3


def test_while_the_database_is_away_who_asks_is_told_to_come_back(engine: Engine, transactions: Transactions) -> None:
    api = make_api(engine, transactions)
    client = api.client()
    away = connect("postgresql+psycopg://nobody@127.0.0.1:9/nothing?connect_timeout=1")
    vars(api.app.state.parts.services)["transactions"] = database.transactions(away)
    answer = client.get("/v1/notes")
    away.dispose()
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:notes-pipeline:problem:unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "nobody" not in answer.text


def test_a_body_that_does_not_arrive_is_not_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "BODY_S", 0.2)
    token = api.client().headers["Authorization"]
    with served(api.app) as url, socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 10) as slow:
        slow.sendall(
            b"POST /v1/guides HTTP/1.1\r\nHost: a\r\nContent-Type: application/yaml\r\nContent-Length: 100\r\n"
            + f"Authorization: {token}\r\n\r\ntitle".encode()
        )
        assert slow.recv(1000).startswith(b"HTTP/1.1 408 ")
