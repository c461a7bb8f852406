"""A creating request with an Idempotency-Key is done once, however often it is sent."""

from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, text

from notes_pipeline.store.database import Transactions
from tests.integration.api import OTHER, Api, body_of, make_api

URL = "/v1/guides"
GUIDE = {"title": "Orders", "questions": [{"id": "how", "text": "How do orders come in?"}]}
KEY = {"Idempotency-Key": "order-1"}


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions)


def kept(api: Api) -> list[Any]:
    with api.transactions.begin() as session:
        return list(session.execute(text("SELECT key, status FROM sent_request")).all())


def test_the_same_key_again_is_answered_as_before_and_does_nothing(api: Api) -> None:
    client = api.client()
    first = client.post(URL, json=GUIDE, headers=KEY)
    again = client.post(URL, json=GUIDE, headers=KEY)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert body_of(client.post(URL, json=GUIDE), 200)["id"] == first.json()["id"]


def test_the_same_key_with_another_request_is_refused(api: Api) -> None:
    client = api.client()
    body_of(client.post(URL, json=GUIDE, headers=KEY), 201)
    other = client.post(URL, json=GUIDE | {"title": "Other"}, headers=KEY)
    assert body_of(other, 422)["type"].endswith(":idempotency-key-reused")
    upload = client.post("/v1/transcripts", content=b"Ann: Hello.", params={"filename": "a.txt"}, headers=KEY)
    assert body_of(upload, 422)["type"].endswith(":idempotency-key-reused")
    assert len(body_of(client.get(URL))["items"]) == 1


def test_a_key_belongs_to_its_workspace(api: Api) -> None:
    first = body_of(api.client().post(URL, json=GUIDE, headers=KEY), 201)
    assert body_of(api.client(OTHER).post(URL, json=GUIDE | {"goal": "x"}, headers=KEY), 201)["id"] != first["id"]


def test_a_request_that_is_refused_leaves_no_trace_of_its_key(api: Api) -> None:
    client = api.client()
    assert client.post(URL, json={"title": "Orders"}, headers=KEY).status_code == 422
    assert kept(api) == []
    assert client.post(URL, json=GUIDE, headers=KEY).status_code == 201


def test_of_two_at_the_same_time_one_is_asked_to_come_back(api: Api) -> None:
    """The first is held up by the lock that writers of guides take, until the second has its answer."""
    client, first = api.client(), []
    with api.transactions.begin() as session:
        workspace = session.execute(text("SELECT id FROM workspace")).scalar_one()
        name = f"guides of {workspace}"
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
        thread = Thread(target=lambda: first.append(client.post(URL, json=GUIDE, headers=KEY)))
        thread.start()
        for _ in range(200):
            if kept(api):
                break
            Event().wait(0.02)
        second = client.post(URL, json=GUIDE, headers=KEY)
    thread.join()
    assert body_of(second, 409)["type"].endswith(":request-under-way")
    assert int(second.headers["retry-after"]) > 0
    assert first[0].status_code == 201
    assert client.post(URL, json=GUIDE, headers=KEY).headers["idempotent-replayed"] == "true"


def test_what_a_process_died_over_is_done_by_the_next_that_is_sent(api: Api) -> None:
    client = api.client()
    body_of(client.post(URL, json=GUIDE, headers=KEY), 201)
    with api.transactions.begin() as session:  # as it is between claiming and keeping the answer
        session.execute(text("UPDATE sent_request SET status = NULL, headers = NULL, body = NULL"))
    assert client.post(URL, json=GUIDE, headers=KEY).status_code == 409
    with api.transactions.begin() as session:
        session.execute(text("UPDATE sent_request SET lease_until = now() - interval '1 s'"))
    assert client.post(URL, json=GUIDE, headers=KEY).status_code == 200
    assert client.post(URL, json=GUIDE, headers=KEY).headers["idempotent-replayed"] == "true"
    assert len(body_of(client.get(URL))["items"]) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 129], ids=range(3))
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    response = api.client().post(URL, json=GUIDE, headers={"Idempotency-Key": key})
    assert "idempotency-key" in body_of(response, 422)["detail"]


def test_uploads_with_the_same_words_and_other_fields_are_other_requests(api: Api) -> None:
    client = api.client()

    def send(**fields: str) -> Any:
        return client.post(
            "/v1/transcripts", content=b"Ann: Hello.", params={"filename": "a.txt"} | fields, headers=KEY
        )

    assert send().status_code == 201
    assert send().headers["idempotent-replayed"] == "true"
    assert send(title="Other").status_code == 422
