"""Every route of the API, attacked: without a key, with too small a one, with another workspace's ids, with junk.

The routes are taken from the app's own description; one that is new here fails until it is named in the tables below.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.database import Transactions
from tests.integration.api import OneOfEach, body_of, make_api, one_of_each
from tests.integration.pipeline import GUIDE, WORKSPACE, interview

Route = tuple[str, str]  # method, path template

# What each route needs. `admin` may do everything.
SCOPES: dict[Route, Scope] = {
    ("POST", "/v1/transcripts"): Scope.UPLOAD,
    ("GET", "/v1/transcripts"): Scope.READ,
    ("GET", "/v1/transcripts/{transcript_id}"): Scope.READ,
    ("GET", "/v1/transcripts/{transcript_id}/utterances"): Scope.READ,
    ("DELETE", "/v1/transcripts/{transcript_id}"): Scope.ADMIN,
    ("GET", "/v1/erasures/{erasure_id}"): Scope.READ,
    ("POST", "/v1/guides"): Scope.UPLOAD,
    ("GET", "/v1/guides"): Scope.READ,
    ("GET", "/v1/guides/{guide_id}"): Scope.READ,
    ("POST", "/v1/runs"): Scope.UPLOAD,
    ("GET", "/v1/runs"): Scope.READ,
    ("GET", "/v1/runs/{run_id}"): Scope.READ,
    ("POST", "/v1/runs/{run_id}/cancel"): Scope.UPLOAD,
    ("POST", "/v1/runs/{run_id}/retry"): Scope.UPLOAD,
    ("GET", "/v1/runs/{run_id}/coverage"): Scope.READ,
    ("GET", "/v1/runs/{run_id}/events"): Scope.READ,
    ("GET", "/v1/notes"): Scope.READ,
    ("GET", "/v1/notes/{note_id}"): Scope.READ,
    ("POST", "/v1/notes/{note_id}/reviews"): Scope.REVIEW,
    ("GET", "/v1/notes/{note_id}/reviews"): Scope.READ,
    ("POST", "/v1/webhooks"): Scope.ADMIN,
    ("GET", "/v1/webhooks"): Scope.ADMIN,
    ("GET", "/v1/webhooks/{webhook_id}"): Scope.ADMIN,
    ("DELETE", "/v1/webhooks/{webhook_id}"): Scope.ADMIN,
    ("POST", "/v1/webhooks/{webhook_id}/replay"): Scope.ADMIN,
    ("POST", "/v1/webhooks/{webhook_id}/rotate-secret"): Scope.ADMIN,
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): Scope.ADMIN,
}
BODIES: dict[Route, dict[str, Any]] = {
    ("POST", "/v1/notes/{note_id}/reviews"): {"json": {"decision": "accept"}, "headers": {"If-Match": '"r1"'}},
    ("POST", "/v1/webhooks/{webhook_id}/replay"): {"json": {}},
}
ROUTES = list(SCOPES)
WITH_IDS = [route for route in ROUTES if "{" in route[1]]


@pytest.fixture
def attacked(engine: Engine, transactions: Transactions) -> OneOfEach:
    return one_of_each(engine, transactions)


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path)


def ask(client: TestClient, route: Route, path: str) -> tuple[int, Any]:
    method = route[0]
    asked = client.request(method, path, **BODIES.get(route, {}))
    return asked.status_code, asked.json() if asked.content else None


def test_every_route_is_attacked(engine: Engine, transactions: Transactions) -> None:
    paths = make_api(engine, transactions).app.openapi()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {route for route in described if route[1].startswith("/v1/")} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer npk_" + "0" * 32 + "_guess"},
        {"Authorization": "Basic bnBrOm5waw=="},
        {"Authorization": "Bearer " + "a" * 5000},
        {"X-Api-Key": "npk_x"},
    ],
    ids=["none", "empty", "guessed", "basic", "long", "elsewhere"],
)
def test_without_a_key_no_route_does_anything(
    engine: Engine, transactions: Transactions, route: Route, headers: dict[str, str]
) -> None:
    api = make_api(engine, transactions)
    client = TestClient(api.app, headers=headers, raise_server_exceptions=False)
    ids = dict.fromkeys(("transcript_id", "guide_id", "run_id", "note_id", "webhook_id", "erasure_id"), str(uuid4()))
    status, problem = ask(client, route, filled(route[1], ids))
    assert (status, problem["type"]) == (401, "urn:notes-pipeline:problem:key-unknown")


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_key_does_what_its_scopes_say_and_nothing_else(
    engine: Engine, transactions: Transactions, route: Route
) -> None:
    api = make_api(engine, transactions)
    ids = dict.fromkeys(("transcript_id", "guide_id", "run_id", "note_id", "webhook_id", "erasure_id"), str(uuid4()))
    for scope in Scope:
        status, _ = ask(api.client(WORKSPACE, scope), route, filled(route[1], ids))
        is_let_in = scope in (SCOPES[route], Scope.ADMIN)
        assert (status != 403) is is_let_in, (scope, status)
        assert status < 500


def test_what_another_workspace_has_does_not_exist_and_stays_as_it_is(attacked: OneOfEach) -> None:
    before = attacked.stored()
    for route in WITH_IDS:
        names = re.findall(r"\{(\w+)\}", route[1])
        unknown = {name: str(uuid4()) for name in names}
        theirs, nobodys = (ask(attacked.stranger, route, filled(route[1], ids)) for ids in (attacked.ids, unknown))
        assert theirs[0] == 404, (route, theirs)
        said = json.dumps(theirs[1])
        for name in names:
            said = said.replace(attacked.ids[name], unknown[name])
        assert json.loads(said) == nobodys[1], route
    assert attacked.stored() == before


def test_lists_have_nothing_of_another_workspace(attacked: OneOfEach) -> None:
    for route in ROUTES:
        if route[0] != "GET" or "{" in route[1]:
            continue
        mine, theirs = (body_of(client.get(route[1])) for client in (attacked.owner, attacked.stranger))
        assert mine["items"], route
        assert theirs["items"] == [], route
        for name, id_ in attacked.ids.items():
            answered = attacked.stranger.get(route[1], params={name: id_})
            assert answered.status_code in (200, 404, 422), route
            if answered.status_code == 200:
                assert answered.json()["items"] == [], (route, name)


def test_another_workspaces_ids_in_a_body_do_not_exist_either(attacked: OneOfEach) -> None:
    client, ids = attacked.stranger, attacked.ids
    own = body_of(client.post("/v1/transcripts?filename=a.txt", content=interview()), 201)
    guide = body_of(client.post("/v1/guides", content=GUIDE, headers={"Content-Type": "application/yaml"}), 201)
    before = attacked.stored()
    for wanted in (
        {"transcript_id": ids["transcript_id"], "guide_id": guide["id"]},
        {"transcript_id": own["id"], "guide_id": ids["guide_id"]},
    ):
        assert client.post("/v1/runs", json=wanted).status_code == 404
    at_once = client.post(
        "/v1/transcripts", params={"filename": "c.txt", "guide_id": ids["guide_id"]}, content=b"Ina: Yes?\n\nBram: No."
    )
    assert at_once.status_code == 404
    assert attacked.stored() == before


JUNK = ["\x00", "%00", "' OR 1=1 --", "../../etc/passwd", "\ud83d", "𝕏" * 100, "{{7*7}}", "<script>", "a" * 5_000]


def junk_requests(attacked: OneOfEach) -> Iterator[tuple[Route, Any]]:
    for route in ROUTES:
        for junk in JUNK:
            try:
                junk.encode()
            except UnicodeEncodeError:
                continue
            names = re.findall(r"\{(\w+)\}", route[1])
            path = filled(route[1], attacked.ids)
            params = dict.fromkeys(("cursor", "limit", "text", "status", "speaker", "external_id", "since"), junk)
            yield route, attacked.owner.request(route[0], path, params=params)
            if names:
                yield route, attacked.owner.request(route[0], re.sub(r"\{\w+\}", "junk", route[1]), params=params)
            if route[0] == "POST":
                for body in (json.dumps(junk), json.dumps({"decision": junk, "url": junk, "comment": junk}), junk):
                    headers = {"Content-Type": "application/json", "If-Match": junk.encode().hex()[:40]}
                    yield route, attacked.owner.request("POST", path, content=body.encode(), headers=headers)


def test_junk_is_refused_and_never_our_fault(attacked: OneOfEach) -> None:
    for route, answered in junk_requests(attacked):
        if route == ("GET", "/v1/runs/{run_id}/events") and answered.status_code == 200:
            continue
        assert answered.status_code < 500, (route, answered.text)
        if answered.status_code >= 400:
            assert answered.headers["content-type"] == "application/problem+json", route
            assert answered.json()["status"] == answered.status_code
            assert "<script>" not in answered.text


def test_a_revoked_key_is_none(attacked: OneOfEach) -> None:
    with attacked.api.transactions.begin() as session:
        session.execute(text("UPDATE api_key SET revoked_at = now()"))
    assert attacked.owner.get("/v1/notes").status_code == 401


def test_a_key_that_asks_too_often_is_told_when_to_come_back(engine: Engine, transactions: Transactions) -> None:
    api = make_api(engine, transactions, per_minute=3)
    busy, other = api.client(), api.client()
    answered = [busy.get("/v1/notes").status_code for _ in range(4)]
    assert answered == [200, 200, 200, 429]
    refused = busy.get("/v1/notes")
    assert refused.json()["type"] == "urn:notes-pipeline:problem:too-often"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert other.get("/v1/notes").status_code == 200
