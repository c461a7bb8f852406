"""Guides over the API: JSON or YAML, versions by title, the same content once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.database import Transactions
from tests.integration.api import OTHER, Api, body_of, make_api
from tests.integration.pipeline import GUIDE

URL = "/v1/guides"
YAML = {"Content-Type": "application/yaml"}
ONE = {"title": "Orders", "questions": [{"id": "how", "text": "How do orders come in?", "probes": ["By phone?"]}]}


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions)


def post(client: TestClient, guide: Any, status: int = 201) -> Any:
    return body_of(client.post(URL, json=guide), status)


def problem(response: Any, status: int, name: str) -> str:
    body = body_of(response, status)
    assert body["type"] == f"urn:notes-pipeline:problem:{name}"
    return str(body["detail"])


def test_a_guide_of_yaml_is_stored_and_read_again(api: Api) -> None:
    client = api.client()
    response = client.post(URL, content=GUIDE, headers=YAML)
    stored = body_of(response, 201)
    assert response.headers["location"] == f"{URL}/{stored['id']}"
    assert (stored["title"], stored["version"], stored["is_latest"]) == ("Orders", 1, True)
    assert [each["id"] for each in stored["questions"] + stored["themes"]] == ["how", "cost", "trust"]
    assert stored["interviewers"] == ["Ina"]
    assert body_of(client.get(response.headers["location"])) == stored
    (listed,) = body_of(client.get(URL))["items"]
    assert listed == {name: stored[name] for name in listed}
    assert (listed["question_count"], listed["theme_count"]) == (2, 1)


def test_the_same_guide_is_stored_once_in_whatever_form_it_comes(api: Api) -> None:
    client = api.client()
    first = post(client, ONE)
    assert post(client, ONE, 200) == first
    as_yaml = "title: Orders\nquestions:\n- {id: how, text: 'How do orders come in?', probes: ['By phone?']}\n"
    assert body_of(client.post(URL, content=as_yaml, headers=YAML), 200)["id"] == first["id"]


def test_a_changed_guide_is_the_next_version_of_its_title(api: Api) -> None:
    client = api.client()
    first = post(client, ONE)
    second = post(client, ONE | {"goal": "To know"})
    assert (second["version"], second["is_latest"], second["id"] != first["id"]) == (2, True, True)
    assert body_of(client.get(f"{URL}/{first['id']}"))["is_latest"] is False
    assert post(client, ONE | {"title": "Other"})["version"] == 1


def test_guides_sent_at_once_get_numbers_in_a_row(api: Api) -> None:
    client = api.client()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: client.post(URL, json=ONE | {"goal": f"{number % 4}"}), range(8)))
    assert sorted(each.status_code for each in answers) == [200] * 4 + [201] * 4
    assert sorted(each["version"] for each in body_of(client.get(URL))["items"]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"title"',
        b'{"title": "a"}',
        b'{"title": "a", "questions": [{"id": "how"}]}',
        b'{"title": "a", "questions": [{"id": "x", "text": "?"}, {"id": "x", "text": "!"}]}',
        b'{"titel": "a"}',
        b"\xff\xfe\x00",
        json.dumps(ONE | {"title": 6000 * "a"}).encode(),
        b"[" * 5000,
    ],
    ids=range(12),
)
def test_what_is_no_guide_is_one_clear_problem(api: Api, body: bytes) -> None:
    client = api.client()
    assert problem(client.post(URL, content=body, headers={"Content-Type": "application/json"}), 422, "invalid-guide")
    problem(client.post(URL, content=body, headers=YAML), 422, "invalid-guide")
    assert body_of(client.get(URL))["items"] == []


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
def test_characters_that_cannot_be_stored_break_nothing(api: Api, text: str) -> None:
    content = json.dumps(ONE | {"goal": f"a{text}b"})
    response = api.client().post(URL, content=content, headers={"Content-Type": "application/json"})
    assert response.status_code in (201, 422)


def test_other_kinds_of_bodies_are_refused(api: Api) -> None:
    client = api.client()
    for kind in ("text/plain", "multipart/form-data", ""):
        detail = problem(client.post(URL, content=GUIDE, headers={"Content-Type": kind}), 415, "unknown-media-type")
        assert "application/json" in detail


def test_another_workspace_sees_nothing_of_it(api: Api) -> None:
    stored = post(api.client(), ONE)
    other = api.client(OTHER)
    problem(other.get(f"{URL}/{stored['id']}"), 404, "not-found")
    problem(other.get(f"{URL}/{uuid4()}"), 404, "not-found")
    assert body_of(other.get(URL))["items"] == []
    assert post(other, ONE)["id"] != stored["id"]


def test_each_route_asks_for_its_scope(api: Api) -> None:
    reader, uploader, nobody = api.client(OTHER, Scope.READ), api.client(OTHER, Scope.UPLOAD), TestClient(api.app)
    stored = post(uploader, ONE)
    for url in (URL, f"{URL}/{stored['id']}"):
        assert reader.get(url).status_code == 200
        problem(uploader.get(url), 403, "scope-missing")
        problem(nobody.get(url), 401, "key-unknown")
    problem(reader.post(URL, json=ONE), 403, "scope-missing")
    problem(nobody.post(URL, json=ONE), 401, "key-unknown")


def test_a_list_of_guides_comes_in_pages(api: Api) -> None:
    client = api.client()
    ids = [post(client, ONE | {"goal": str(number)})["id"] for number in range(3)]
    first = body_of(client.get(URL, params={"limit": 2}))
    last = body_of(client.get(URL, params={"limit": 2, "cursor": first["next"]}))
    assert [each["id"] for each in first["items"] + last["items"]] == ids
    assert last["next"] is None
    problem(client.get(URL, params={"cursor": "none of ours"}), 422, "invalid-cursor")
