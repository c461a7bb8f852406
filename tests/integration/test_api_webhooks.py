"""`/v1/webhooks`: who may make them, where they may lead, and what is shown of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.core.webhooks import EventType
from notes_pipeline.steps.deliver import deliver, lease_due
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.events import add_event
from notes_pipeline.store.tenancy import OfWorkspace
from notes_pipeline.store.webhooks import MOST_WEBHOOKS
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.webhooks.sending import Sender
from tests.integration.api import OTHER, Api, body_of, ids_of, make_api
from tests.integration.pipeline import WORKSPACE
from tests.integration.receiving import Answer, Receiver, receiving

URL = "https://hooks.example.com/notes"


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions)


@pytest.fixture
def lenient(engine: Engine, transactions: Transactions, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The same where the operator lets webhooks reach private networks, as that of the receivers here."""
    monkeypatch.setenv("NOTES_ALLOW_PRIVATE_URLS", "true")
    return make_api(engine, transactions)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def made(client: TestClient, url: str = URL, **more: object) -> str:
    return str(body_of(client.post("/v1/webhooks", json={"url": url, **more}), 201)["id"])


def happens(api: Api, workspace: str = WORKSPACE) -> UUID:
    with api.transactions.begin() as session:
        workspace_id = ensure_workspace(session, workspace)
        return add_event(session, workspace_id, EventType.RUN_FINISHED, {"run_id": str(uuid4())})


def send(api: Api) -> None:
    for each in lease_due(api.transactions, limit=100):
        deliver(api.transactions, Sender(allow_private=True, deadline_s=2.0), each)


def test_a_secret_is_shown_once(api: Api) -> None:
    client = api.client()
    answer = client.post("/v1/webhooks", json={"url": URL, "description": "Ours"})
    new = body_of(answer, 201)
    assert new["secret"].startswith("whsec_")
    assert new["events"] == [event.value for event in EventType]
    assert answer.headers["location"] == f"/v1/webhooks/{new['id']}"
    for path in ("", f"/{new['id']}", f"/{new['id']}/deliveries"):
        shown = client.get(f"/v1/webhooks{path}")
        assert shown.status_code == 200
        assert new["secret"] not in shown.text
    one = body_of(client.get(f"/v1/webhooks/{new['id']}"))
    assert one["deliveries"] == {
        "pending": 0,
        "failed": 0,
        "last_error": None,
        "last_error_at": None,
        "last_delivered_at": None,
    }


def test_the_same_request_sent_twice_makes_one(api: Api) -> None:
    client = api.client()
    headers = {"Idempotency-Key": "k-1"}
    first = client.post("/v1/webhooks", json={"url": URL}, headers=headers)
    second = client.post("/v1/webhooks", json={"url": URL}, headers=headers)
    assert body_of(first, 201) == body_of(second, 201)
    assert second.headers["idempotent-replayed"] == "true"
    assert len(ids_of(body_of(client.get("/v1/webhooks")))) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://user:hunter2@hooks.example.com/",
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://localhost/",
        "https://hooks.example.com/#part",
        "https://2130706433/",
        "nonsense",
        "https://hooks.example.com/\x00",
        "https://hooks.example.com/\ud800",
        "",
    ],
)
def test_a_url_that_may_not_be_called_is_refused_at_once(api: Api, url: str) -> None:
    body = '{"url": "' + url.encode("unicode_escape").decode().replace("\\x", "\\u00") + '"}'
    answer = api.client().post("/v1/webhooks", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text
    assert api.client().get("/v1/webhooks").json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": URL, "events": []},
        {"url": URL, "events": ["run.started"]},
        {"url": URL, "secret": "whsec_mine"},
        {"url": URL, "description": "a\x00b"},
        {"url": URL, "description": "a" * 201},
        {"url": "https://hooks.example.com/" + "a" * 2_000},
    ],
)
def test_a_wrong_webhook_is_refused_with_a_problem(api: Api, body: dict[str, object]) -> None:
    answer = api.client().post("/v1/webhooks", json=body)
    assert answer.status_code == 422
    assert answer.json()["type"].startswith("urn:notes-pipeline:problem:")


def test_private_addresses_are_taken_where_the_operator_allows_it(lenient: Api) -> None:
    made(lenient.client(), "http://10.0.0.1:8080/hook")
    answer = lenient.client().post("/v1/webhooks", json={"url": "http://169.254.169.254/"})
    assert answer.status_code == 422


ROUTES = [
    ("POST", "/v1/webhooks", {"url": URL}),
    ("GET", "/v1/webhooks", None),
    ("GET", "/v1/webhooks/{id}", None),
    ("DELETE", "/v1/webhooks/{id}", None),
    ("POST", "/v1/webhooks/{id}/rotate-secret", None),
    ("POST", "/v1/webhooks/{id}/replay", {}),
    ("GET", "/v1/webhooks/{id}/deliveries", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_only_admins_of_the_workspace_may(api: Api, method: str, path: str, body: object) -> None:
    webhook_id = made(api.client())
    path = path.replace("{id}", webhook_id)
    assert (
        api.client(WORKSPACE, Scope.READ, Scope.UPLOAD, Scope.REVIEW).request(method, path, json=body).status_code
        == 403
    )
    assert TestClient(api.app).request(method, path, json=body).status_code == 401
    other = api.client(OTHER).request(method, path, json=body)
    if webhook_id in path:
        assert other.status_code == 404
    assert ids_of(body_of(api.client().get("/v1/webhooks"))) == [UUID(webhook_id)]


def test_lists_come_in_pages(api: Api) -> None:
    client = api.client()
    wanted = [UUID(made(client, f"{URL}/{number}")) for number in range(5)]
    found, cursor = [], None
    while True:
        page = body_of(client.get("/v1/webhooks", params={"limit": 2} | ({"cursor": cursor} if cursor else {})))
        found += ids_of(page)
        cursor = page["next"]
        if cursor is None:
            break
    assert found == wanted
    assert client.get("/v1/webhooks", params={"cursor": "nonsense"}).status_code == 422
    assert client.get("/v1/webhooks", params={"limit": 101}).status_code == 422


def test_a_workspace_has_so_many_and_no_more_also_when_asked_at_once(api: Api) -> None:
    client = api.client()
    for number in range(MOST_WEBHOOKS - 1):
        made(client, f"{URL}/{number}")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/webhooks", json={"url": URL}).status_code, range(4)))
    assert sorted(answers) == [201, 422, 422, 422]
    made(api.client(OTHER))


def test_a_deleted_webhook_is_told_nothing_more(lenient: Api, receiver: Receiver) -> None:
    client = lenient.client()
    webhook_id = made(client, receiver.url)
    happens(lenient)
    answer = client.delete(f"/v1/webhooks/{webhook_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    send(lenient)
    assert receiver.received == []
    assert client.get(f"/v1/webhooks/{webhook_id}").status_code == 404
    assert client.delete(f"/v1/webhooks/{webhook_id}").status_code == 404


def test_what_failed_is_seen_and_sent_again(lenient: Api) -> None:
    client = lenient.client()
    with receiving(Answer(500), Answer(200)) as receiver:
        webhook_id = made(client, receiver.url)
        event_id = happens(lenient)
        with lenient.transactions.begin() as session:
            session.execute(text("UPDATE delivery SET attempts = 9"))
        send(lenient)
        one = body_of(client.get(f"/v1/webhooks/{webhook_id}"))
        assert one["disabled_reason"]
        assert one["deliveries"]["failed"] == 1
        assert one["deliveries"]["last_error"] == "answered 500"
        (failed,) = body_of(client.get(f"/v1/webhooks/{webhook_id}/deliveries?state=failed"))["items"]
        assert (failed["event_id"], failed["attempts"], failed["status"]) == (str(event_id), 10, 500)
        assert body_of(client.post(f"/v1/webhooks/{webhook_id}/replay", json={}), 202) == {"replayed": 1}
        assert body_of(client.get(f"/v1/webhooks/{webhook_id}"))["disabled_at"] is None
        send(lenient)
        assert [each.id for each in receiver.received] == [event_id] * 2
        assert body_of(client.get(f"/v1/webhooks/{webhook_id}/deliveries?state=failed"))["items"] == []


def test_events_from_before_a_webhook_can_be_replayed_with_their_ids(lenient: Api, receiver: Receiver) -> None:
    client = lenient.client()
    early, late = happens(lenient), happens(lenient)
    happens(lenient, OTHER)
    webhook_id = made(client, receiver.url)
    path = f"/v1/webhooks/{webhook_id}/replay"
    assert body_of(client.post(path, json={"event_id": str(late)}), 202) == {"replayed": 1}
    send(lenient)
    assert [each.id for each in receiver.received] == [late]
    assert body_of(client.post(path, json={"since": "2026-01-01T00:00:00Z"}), 202) == {"replayed": 2}
    send(lenient)
    assert {each.id for each in receiver.received} == {early, late}
    assert len(receiver.received) == 3
    assert body_of(client.post(path, json={"since": "2126-01-01T00:00:00Z"}), 202) == {"replayed": 0}


def test_what_is_being_sent_is_not_replayed_beside_it(lenient: Api, receiver: Receiver) -> None:
    client = lenient.client()
    webhook_id = made(client, receiver.url)
    event_id = happens(lenient)
    (leased,) = lease_due(lenient.transactions, limit=1)
    path = f"/v1/webhooks/{webhook_id}/replay"
    assert body_of(client.post(path, json={"event_id": str(event_id)}), 202) == {"replayed": 0}
    deliver(lenient.transactions, Sender(allow_private=True), leased)
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"since": "2026-01-01T00:00:00Z", "event_id": str(uuid4())},
        {"since": "2026-01-01T00:00:00"},
        {"since": "yesterday"},
        {"event_id": "none"},
        {"all": True},
    ],
)
def test_a_replay_that_cannot_be_understood_is_refused(api: Api, body: dict[str, object]) -> None:
    webhook_id = made(api.client())
    assert api.client().post(f"/v1/webhooks/{webhook_id}/replay", json=body).status_code == 422


def test_events_of_others_are_not_there_to_replay(api: Api) -> None:
    webhook_id = made(api.client())
    path = f"/v1/webhooks/{webhook_id}/replay"
    assert api.client().post(path, json={"event_id": str(happens(api, OTHER))}).status_code == 404
    assert body_of(api.client().get(f"/v1/webhooks/{webhook_id}/deliveries"))["items"] == []


def test_a_secret_is_rotated_a_few_times_a_day_at_most(lenient: Api, receiver: Receiver) -> None:
    client = lenient.client()
    created = body_of(client.post("/v1/webhooks", json={"url": receiver.url}), 201)
    path = f"/v1/webhooks/{created['id']}/rotate-secret"
    rotated = body_of(client.post(path))
    happens(lenient)
    send(lenient)
    (received,) = receiver.received
    assert received.is_signed_with(created["secret"])
    assert received.is_signed_with(rotated["secret"])
    statuses = [client.post(path).status_code for _ in range(4)]
    assert statuses == [200, 200, 422, 422]


def test_deliveries_come_in_pages_the_newest_first(api: Api) -> None:
    client = api.client()
    webhook_id = made(client)
    events = [str(happens(api)) for _ in range(5)]
    path = f"/v1/webhooks/{webhook_id}/deliveries"
    first = body_of(client.get(path, params={"limit": 3}))
    second = body_of(client.get(path, params={"limit": 3, "cursor": first["next"]}))
    assert [each["event_id"] for each in (*first["items"], *second["items"])] == events[::-1]
    assert second["next"] is None
    assert first["items"][0]["state"] == "pending"


def test_an_end_of_a_run_is_told_in_the_name_of_its_workspace(lenient: Api, receiver: Receiver) -> None:
    """The API writes events, too, and may do so with its narrower rights."""
    client = lenient.client()
    made(client, receiver.url)
    with lenient.transactions.begin() as session:
        workspace_id = ensure_workspace(session, WORKSPACE)
    with OfWorkspace(lenient.transactions, workspace_id).begin() as session:
        event_id = add_event(session, workspace_id, EventType.NOTE_REVIEWED, {"note_id": "n"})
    send(lenient)
    assert [each.id for each in receiver.received] == [event_id]
