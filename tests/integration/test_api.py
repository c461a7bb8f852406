"""What holds for every route: who may ask, what errors look like, what goes around an answer."""

import gzip
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from notes_pipeline.store.database import Transactions
from tests.integration.api import Api, make_api


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
