"""Runs over HTTP: asked for, read, cancelled, tried again, watched."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.api import events
from notes_pipeline.api.access import Parts
from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.database import Transactions
from tests.integration.api import OTHER, Api, body_of, ids_of, make_api
from tests.integration.pipeline import GUIDE, WORKSPACE, answer, interview
from tests.integration.serving import served

YAML = {"Content-Type": "application/yaml"}
PATIENCE_S = 10.0


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions, *[answer()] * 9)


@pytest.fixture
def client(api: Api) -> TestClient:
    return api.client()


@pytest.fixture
def wanted(client: TestClient) -> dict[str, Any]:
    transcript = body_of(client.post("/v1/transcripts?filename=a.txt", content=interview()), 201)
    guide = body_of(client.post("/v1/guides", content=GUIDE, headers=YAML), 201)
    return {"transcript_id": transcript["id"], "guide_id": guide["id"]}


def test_a_run_is_asked_for_once_and_says_how_it_stands(api: Api, client: TestClient, wanted: dict[str, Any]) -> None:
    asked = client.post("/v1/runs", json=wanted, headers={"X-Request-Id": "mine-1"})
    run = body_of(asked, 202)
    assert asked.headers["location"] == f"/v1/runs/{run['id']}"
    assert (run["state"], run["chunks_total"], run["request_id"]) == ("queued", None, "mine-1")
    assert len(api.rung) == 1
    again = body_of(client.post("/v1/runs", json=wanted), 200)
    assert again["id"] == run["id"]
    assert len(api.rung) == 1
    api.work()
    read = body_of(client.get(f"/v1/runs/{run['id']}"))
    assert (read["state"], read["reason"], read["chunks_total"]) == ("finished", None, 1)
    assert read["claims"] == {"total": 1, "supported": 1, "flagged": 0, "quotes": 1}
    assert [(each["index"], each["outcome"], each["text_from"]) for each in read["chunks"]] == [(0, "drafted", 0)]
    assert (read["cost"]["calls"], read["models_served"], set(read["prompt_versions"])) == (
        1,
        ["scripted"],
        {"draft_notes"},
    )
    assert read["seconds"] > 0
    anew = body_of(client.post("/v1/runs", json=wanted | {"anew": True}), 202)
    assert anew["id"] != run["id"]
    assert ids_of(body_of(client.get("/v1/runs"))) == sorted(ids_of({"items": [run, anew]}))
    assert ids_of(body_of(client.get("/v1/runs?state=finished"))) == ids_of({"items": [run]})
    first = body_of(client.get("/v1/runs?limit=1"))
    assert ids_of(body_of(client.get(f"/v1/runs?limit=1&cursor={first['next']}"))) == ids_of({"items": [anew]})
    assert body_of(client.get(f"/v1/runs?transcript_id={uuid4()}"))["items"] == []


def test_a_run_asked_for_twice_by_one_key_is_the_same_answer(client: TestClient, wanted: dict[str, Any]) -> None:
    keyed = {"Idempotency-Key": "once"}
    first, second = (client.post("/v1/runs", json=wanted | {"anew": True}, headers=keyed) for _ in range(2))
    assert body_of(first, 202) == body_of(second, 202)
    assert second.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"transcript_id": str(uuid4())}, 404, "no transcript"),
        ({"guide_id": str(uuid4())}, 404, "no guide"),
        ({"guide_id": "7"}, 422, "guide_id"),
        ({"budget_usd": "0"}, 422, "budget_usd"),
        ({"budget_usd": "1"}, 422, "price"),
        ({"modle": "x"}, 422, "modle"),
        ({"model": "a\x00b"}, 422, "model"),
    ],
)
def test_what_cannot_be_asked_for_is_named_and_nothing_is_stored(
    api: Api, client: TestClient, wanted: dict[str, Any], change: dict[str, Any], status: int, said: str
) -> None:
    problem = body_of(client.post("/v1/runs", json=wanted | change), status)
    assert said in problem["detail"]
    assert body_of(client.get("/v1/runs"))["items"] == []
    assert api.rung == []


def test_a_run_is_cancelled_and_tried_again(api: Api, client: TestClient, wanted: dict[str, Any]) -> None:
    run_id = body_of(client.post("/v1/runs", json=wanted), 202)["id"]
    for _ in range(2):
        assert body_of(client.post(f"/v1/runs/{run_id}/cancel"))["state"] == "cancelled"
    api.rung.clear()
    assert body_of(client.post(f"/v1/runs/{run_id}/retry"), 202)["state"] == "queued"
    api.work()
    assert body_of(client.get(f"/v1/runs/{run_id}"))["state"] == "finished"
    assert body_of(client.post(f"/v1/runs/{run_id}/cancel"), 409)["type"].endswith(":run-ended")
    assert body_of(client.post(f"/v1/runs/{run_id}/retry"), 409)["type"].endswith(":run-finished")


def test_coverage_says_what_was_asked_and_where(api: Api, client: TestClient, wanted: dict[str, Any]) -> None:
    run_id = body_of(client.post("/v1/runs", json=wanted), 202)["id"]
    before = body_of(client.get(f"/v1/runs/{run_id}/coverage"))
    assert [each["state"] for each in before["questions"]] == [None, None]
    api.work()
    after = body_of(client.get(f"/v1/runs/{run_id}/coverage"))
    how, cost = after["questions"]
    assert (how["question_id"], how["state"], how["readable_notes"]) == ("how", "answered", 1)
    assert how["asked"]["words"] == "How do orders come in?"
    assert (cost["state"], cost["asked"], cost["readable_notes"]) == ("not_asked", None, 0)
    assert [each["theme_id"] for each in after["themes"]] == ["trust"]


# Events ---------------------------------------------------------------------------------------------------------------


@contextmanager
def watching(url: str, client: TestClient, run_id: str, **headers: str) -> Iterator[httpx2.Response]:
    authorised = {"Authorization": client.headers["Authorization"], **headers}
    with httpx2.stream("GET", f"{url}/v1/runs/{run_id}/events", headers=authorised, timeout=PATIENCE_S) as answer:
        yield answer


def next_event(lines: Iterator[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            return fields
    return fields


def open_streams(api: Api) -> int:
    parts = api.app.state.parts
    assert isinstance(parts, Parts)
    return parts.streams.number


def soon(api: Api, number: int) -> bool:
    until = time.monotonic() + PATIENCE_S
    while open_streams(api) != number and time.monotonic() < until:
        time.sleep(0.05)
    return open_streams(api) == number


def test_a_watcher_is_told_of_each_change_and_of_the_end(api: Api, client: TestClient, wanted: dict[str, Any]) -> None:
    run_id = body_of(client.post("/v1/runs", json=wanted), 202)["id"]
    with served(api.app) as url:
        with watching(url, client, run_id) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            first = next_event(lines)
            assert (first["event"], json.loads(first["data"])["state"]) == ("progress", "queued")
            api.work()
            events_ = [next_event(lines)]
            while events_[-1]["event"] != "ended":
                events_.append(next_event(lines))
            assert json.loads(events_[-1]["data"])["claims"] == 1
            assert next_event(lines) == {}  # and the stream is over
        assert soon(api, 0)
        with watching(url, client, run_id, **{"Last-Event-ID": events_[-1]["id"]}) as answer:
            lines = answer.iter_lines()
            assert next_event(lines)["event"] == "ended"


def test_what_a_watcher_knows_is_not_repeated_and_who_goes_away_leaves_nothing(
    api: Api, client: TestClient, wanted: dict[str, Any]
) -> None:
    run_id = body_of(client.post("/v1/runs", json=wanted), 202)["id"]
    with served(api.app) as url:
        with watching(url, client, run_id) as answer:
            known = next_event(answer.iter_lines())["id"]
        assert soon(api, 0)
        with watching(url, client, run_id, **{"Last-Event-ID": known}) as answer:
            lines = answer.iter_lines()
            assert open_streams(api) == 1
            api.work()
            assert next_event(lines)["id"] != known
        assert soon(api, 0)


def test_streams_of_a_key_are_bounded_and_end_at_once_when_the_server_stops(
    api: Api, client: TestClient, wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_OF_KEY", 1)
    run_id = body_of(client.post("/v1/runs", json=wanted), 202)["id"]
    with served(api.app) as url, watching(url, client, run_id) as answer:
        lines = answer.iter_lines()
        next_event(lines)
        with watching(url, client, run_id) as second:
            assert second.status_code == 429
            assert second.headers["retry-after"] == "5"
        began = time.monotonic()
        api.app.state.parts.streams.stop()
        assert next_event(lines) == {}
        assert time.monotonic() - began < PATIENCE_S / 2


def test_a_stream_ends_when_its_run_is_erased(api: Api, client: TestClient, wanted: dict[str, Any]) -> None:
    run_id = body_of(client.post("/v1/runs", json=wanted), 202)["id"]
    with served(api.app) as url, watching(url, client, run_id) as answer:
        lines = answer.iter_lines()
        next_event(lines)
        body_of(client.delete(f"/v1/transcripts/{wanted['transcript_id']}"))
        assert next_event(lines) == {}


def test_nobody_watches_what_is_not_his(api: Api, client: TestClient, wanted: dict[str, Any]) -> None:
    run_id = body_of(client.post("/v1/runs", json=wanted), 202)["id"]
    assert api.client(OTHER).get(f"/v1/runs/{run_id}/events").status_code == 404
    assert api.client(WORKSPACE, Scope.UPLOAD).get(f"/v1/runs/{run_id}/events").status_code == 403
    with api.transactions.begin() as session:
        assert session.execute(text("SELECT count(*) FROM run")).scalar_one() == 1
    assert open_streams(api) == 0
