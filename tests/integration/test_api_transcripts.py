"""Transcripts over the API: uploaded once, versioned by external id, read in pages."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.database import Transactions
from tests.integration.api import OTHER, Api, body_of, ids_of, make_api
from tests.integration.pipeline import GUIDE, SAID, answer, interview

URL = "/v1/transcripts"
VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ina>How so?\n\n00:03.000 --> 00:05.500\n<v Bram>By phone.\n"


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions, answer())


def upload(client: TestClient, data: bytes = VTT, *, status: int = 201, **fields: str) -> Any:
    fields = {"filename": "interview.vtt"} | fields
    return body_of(client.post(URL, content=data, params=fields), status)


def problem(response: Any, status: int, name: str) -> str:
    body = body_of(response, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"urn:notes-pipeline:problem:{name}"
    return str(body["detail"])


def test_a_file_is_stored_with_what_is_said_of_it_and_read_again(api: Api) -> None:
    client = api.client()
    response = client.post(
        URL,
        content=VTT,
        params={
            "filename": "interview.vtt",
            "title": "On orders",
            "external_id": "crm-7",
            "language": "en-GB",
            "media_url": "http://media.example.com/a.mp4",
            "roles": '{"Ina": "interviewer"}',
        },
    )
    stored = body_of(response, 201)
    assert response.headers["location"] == f"{URL}/{stored['id']}"
    assert stored["run_id"] is None
    assert (stored["title"], stored["external_id"], stored["version"]) == ("On orders", "crm-7", 1)
    assert (stored["language"], stored["roles"], stored["speakers"]) == (
        "en-GB",
        {"Ina": "interviewer"},
        ["Ina", "Bram"],
    )
    assert stored["media_url"] == "http://media.example.com/a.mp4"
    assert stored["is_latest"] is True
    assert stored["duration_ms"] == 5500
    read = body_of(client.get(response.headers["location"]))
    assert read == {name: value for name, value in stored.items() if name != "run_id"}


def test_a_form_says_the_same_as_a_query(api: Api) -> None:
    client = api.client()
    files = {"file": ("interview.vtt", VTT, "text/vtt")}
    stored = body_of(client.post(URL, files=files, data={"external_id": "crm-7"}), 201)
    assert (stored["filename"], stored["title"], stored["external_id"]) == ("interview.vtt", "interview", "crm-7")
    again = body_of(client.post(URL, files={"file": ("b.vtt", VTT)}, data={"title": "New"}), 200)
    assert (again["id"], again["title"], again["external_id"]) == (stored["id"], "New", "crm-7")


def test_the_same_content_is_stored_once_and_takes_what_is_said_anew(api: Api) -> None:
    client = api.client()
    first = upload(
        client, external_id="a", language="en", roles='{"Ina": "interviewer"}', media_url="https://a.example.com/1"
    )
    again = upload(client, status=200, external_id="b", language="de", roles="{}", media_url="https://a.example.com/2")
    assert again["id"] == first["id"]
    assert (again["external_id"], again["language"]) == ("a", "en")
    assert (again["roles"], again["media_url"]) == ({}, "https://a.example.com/2")
    assert len(body_of(client.get(URL))["items"]) == 1
    assert upload(client, status=200)["media_url"] == "https://a.example.com/2"


def test_content_without_an_external_id_can_be_given_one_later(api: Api) -> None:
    client = api.client()
    upload(client, b"Ann: Hello there.", filename="a.txt", external_id="x")
    first = upload(client)
    again = upload(client, status=200, external_id="x")
    assert (again["id"], again["external_id"], again["version"], again["is_latest"]) == (first["id"], "x", 2, True)


def test_an_edited_transcript_is_the_next_version_and_an_edit_back_is_the_latest_again(api: Api) -> None:
    client = api.client()
    first = upload(client, external_id="crm-7")
    second = upload(client, VTT.replace(b"phone", b"mail"), external_id="crm-7")
    upload(client, b"Ann: Hello there.", filename="a.txt")
    listed = body_of(client.get(URL, params={"external_id": "crm-7"}))["items"]
    assert [(each["id"], each["version"], each["is_latest"]) for each in listed] == [
        (first["id"], 1, False),
        (second["id"], 2, True),
    ]
    assert upload(client, VTT.replace(b"phone", b"mail"), status=200, external_id="crm-7")["version"] == 2
    back = upload(client, status=200, external_id="crm-7")
    assert (back["id"], back["version"], back["is_latest"]) == (first["id"], 3, True)
    assert body_of(client.get(f"{URL}/{second['id']}"))["is_latest"] is False


def test_uploads_at_once_are_one_transcript_or_versions_in_a_row(api: Api) -> None:
    client = api.client()

    def send(number: int) -> Any:
        data = VTT if number % 2 else VTT.replace(b"phone", f"phone {number}".encode())
        return client.post(URL, content=data, params={"filename": "a.vtt", "external_id": "crm-7"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(each.status_code for each in answers) == [200] * 3 + [201] * 5
    listed = body_of(client.get(URL))["items"]
    versions = sorted(each["version"] for each in listed)
    assert len(listed) == len(set(versions)) == 5
    assert [each["version"] for each in listed if each["is_latest"]] == versions[-1:]


def test_notes_are_asked_for_at_once_with_the_roles_that_were_given(api: Api) -> None:
    client = api.client()
    guide = GUIDE.replace(b"interviewer: Ina\n", b"")
    guide_id = body_of(client.post("/v1/guides", content=guide, headers={"Content-Type": "application/yaml"}), 201)[
        "id"
    ]
    fields = {"filename": "interview.txt", "guide_id": guide_id}
    given = upload(client, interview(), **fields, roles='{"Bram": "interviewer"}')
    other = upload(client, interview(), status=200, **fields, roles='{"Ina": "interviewer"}')
    assert upload(client, interview(), status=200, **fields)["run_id"] == other["run_id"] != given["run_id"]
    with api.transactions.begin() as session:
        found = session.execute(text("SELECT id::text, interviewers, roles_guessed FROM run")).all()
    assert {run_id: (asking, guessed) for run_id, asking, guessed in found} == {
        given["run_id"]: (["Bram"], False),
        other["run_id"]: (["Ina"], False),
    }
    assert [run_id for work in api.rung for run_id in map(str, work.plan)] == [given["run_id"], other["run_id"]]


def test_a_guide_that_is_not_there_stores_nothing(api: Api) -> None:
    client = api.client()
    fields = {"filename": "a.vtt", "guide_id": str(uuid4())}
    problem(client.post(URL, content=VTT, params=fields), 404, "not-found")
    assert body_of(client.get(URL))["items"] == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"media_url": "ftp://media.example.com/a"}, "media_url"),
        ({"media_url": "https://10.0.0.1/a"}, "media_url"),
        ({"media_url": "http://localhost/a"}, "media_url"),
        ({"media_url": "https://me:secret@media.example.com/a"}, "media_url"),
        ({"media_url": "https://media.example.com/" + 2000 * "a"}, "media_url"),
        ({"media_url": "https://media.example.com/\x00"}, "media_url"),
        ({"roles": "[]"}, "roles"),
        ({"roles": '{"Ina": "boss"}'}, "roles"),
        ({"roles": '{"Nobody": "participant"}'}, "roles"),
        ({"roles": '{"\\ud800": "participant"}'}, "roles"),
        ({"language": "english please"}, "language"),
        ({"title": "a\x00b"}, "title"),
        ({"external_id": ""}, "external_id"),
        ({"guide_id": "7"}, "guide_id"),
        ({"tittle": "a"}, "tittle"),
        ({"filename": "a\x00.vtt"}, "filename"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("is_form", [False, True])
def test_what_cannot_be_is_named_and_nothing_is_stored(
    api: Api, fields: dict[str, str], named: str, is_form: bool
) -> None:
    client = api.client()
    if is_form:
        response = client.post(URL, files={"file": ("a.vtt", VTT)}, data=fields)
    else:
        response = client.post(URL, content=VTT, params={"filename": "a.vtt"} | fields)
    body = body_of(response, 422)
    assert named in body["detail"]
    assert "secret" not in body["detail"]
    assert body_of(client.get(URL))["items"] == []


def test_private_addresses_are_taken_where_a_setting_allows_them(
    engine: Engine, transactions: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTES_ALLOW_PRIVATE_URLS", "true")
    client = make_api(engine, transactions).client()
    assert upload(client, media_url="http://10.0.0.1/a.mp4")["media_url"] == "http://10.0.0.1/a.mp4"


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [(b"", "a.vtt", "a.vtt"), (b"%PDF-1.7\n", "a.pdf", "a.pdf"), (b"\x00\x01\x02\x03" * 50, "a.txt", "a.txt")],
)
def test_a_file_that_cannot_be_read_is_one_clear_problem(api: Api, data: bytes, name: str, said: str) -> None:
    response = api.client().post(URL, content=data, params={"filename": name})
    assert said in problem(response, 422, "unreadable-transcript")


def test_a_transcript_may_not_be_longer_than_the_setting_says(
    engine: Engine, transactions: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTES_MAX_TRANSCRIPT_CHARACTERS", "10")
    client = make_api(engine, transactions).client()
    assert "NOTES_MAX" in problem(client.post(URL, content=VTT, params={"filename": "a.vtt"}), 422, "invalid-input")


def test_bodies_of_other_kinds_are_refused(api: Api) -> None:
    client = api.client()
    assert "filename" in problem(client.post(URL, content=VTT), 422, "invalid-request")
    assert "file" in problem(client.post(URL, files={"other": ("a.vtt", VTT)}), 422, "invalid-request")
    assert "file" in problem(client.post(URL, files={"file": (None, "text")}), 422, "invalid-request")
    problem(client.post(URL, data={"file": "text"}), 415, "unknown-media-type")
    broken = client.post(URL, content=b"--x", headers={"Content-Type": "multipart/form-data"})
    problem(broken, 400, "refused")


def test_utterances_come_in_pages_with_their_places_in_the_text(api: Api) -> None:
    client = api.client()
    words = [{"word": "By", "start": 1.0, "end": 1.2}, {"word": "phone.", "start": 1.2, "end": 1.6}]
    said = [
        {"id": 0, "speaker": "Ina", "start": 0.0, "end": 1.0, "text": "How 𝄞 so?"},
        {"id": 1, "speaker": "Bram", "start": 1.0, "end": 1.6, "text": "By phone.", "words": words},
        {"id": 2, "speaker": None, "start": None, "end": None, "text": "Yes."},
    ]
    stored = upload(
        client, json.dumps({"utterances": said}).encode(), filename="a.json", roles='{"Ina": "interviewer"}'
    )
    url = f"{URL}/{stored['id']}/utterances"
    first = body_of(client.get(url, params={"limit": 2}))
    last = body_of(client.get(url, params={"limit": 2, "cursor": first["next"]}))
    assert last["next"] is None
    items = first["items"] + last["items"]
    text_ = " ".join(each["text"] for each in items)
    assert [text_[each["text_from"] : each["text_to"]] for each in items] == ["How 𝄞 so?", "By phone.", "Yes."]
    assert [(each["index"], each["speaker"], each["role"]) for each in items] == [
        (0, "Ina", "interviewer"),
        (1, "Bram", None),
        (2, None, None),
    ]
    assert items[1]["words"][1] == {"text_from": 3, "text_to": 9, "start_ms": 1200, "end_ms": 1600}
    assert (items[1]["start_ms"], items[2]["start_ms"], items[2]["words"]) == (1000, None, [])


def test_a_list_of_transcripts_comes_in_pages(api: Api) -> None:
    client = api.client()
    ids = [upload(client, f"Ann: Number {number}.".encode(), filename="a.txt")["id"] for number in range(5)]
    seen, cursor = [], None
    while True:
        page = body_of(client.get(URL, params={"limit": 2} | ({} if cursor is None else {"cursor": cursor})))
        seen += [str(each) for each in ids_of(page)]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids


@pytest.mark.parametrize("cursor", ["x", "AAAA", "/////////////////////w"])
def test_cursors_that_are_none_are_problems_and_far_ones_are_the_end(api: Api, cursor: str) -> None:
    client = api.client()
    stored = upload(client)
    for url in (URL, f"{URL}/{stored['id']}/utterances"):
        response = client.get(url, params={"cursor": cursor})
        if response.status_code == 200:
            assert response.json()["items"] == []
        else:
            problem(response, 422, "invalid-cursor")


def test_another_workspace_sees_nothing_of_it(api: Api) -> None:
    stored = upload(api.client(), external_id="crm-7")
    other = api.client(OTHER)
    assert body_of(other.get(URL))["items"] == []
    for url in (f"{URL}/{stored['id']}", f"{URL}/{stored['id']}/utterances"):
        problem(other.get(url), 404, "not-found")
    theirs = upload(other, external_id="crm-7")
    assert theirs["id"] != stored["id"]
    assert theirs["version"] == 1


def test_each_route_asks_for_its_scope(api: Api) -> None:
    stored = upload(api.client(OTHER, Scope.UPLOAD))
    reader, uploader, nobody = api.client(OTHER, Scope.READ), api.client(OTHER, Scope.UPLOAD), TestClient(api.app)
    for url in (URL, f"{URL}/{stored['id']}", f"{URL}/{stored['id']}/utterances"):
        problem(uploader.get(url), 403, "scope-missing")
        problem(nobody.get(url), 401, "key-unknown")
        assert reader.get(url).status_code == 200
    problem(reader.post(URL, content=VTT, params={"filename": "a.vtt"}), 403, "scope-missing")
    problem(nobody.post(URL, content=VTT), 401, "key-unknown")


def test_a_read_is_answered_304_while_nothing_changed(api: Api) -> None:
    client = api.client()
    url = f"{URL}/{upload(client)['id']}"
    tag = client.get(url).headers["etag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    upload(client, status=200, title="Other")
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_no_words_are_logged(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    upload(api.client(), interview(), filename="interview.txt", title="Private title")
    logged = capsys.readouterr()
    assert SAID not in logged.out + logged.err
    assert "Private title" not in logged.out + logged.err
