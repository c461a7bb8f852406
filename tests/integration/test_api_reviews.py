"""Reviews over HTTP: of the revision that was seen, checked as the model's claims are, and written down for ever."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.core.reviewing import REASONS_AGAINST
from notes_pipeline.store.database import Transactions
from tests.integration.api import OTHER, Api, body_of, make_api
from tests.integration.pipeline import SAID, WORKSPACE, answer, interview

INVENTED = "The new app has paid for itself within two years."
OVERRIDE = {"is_override": True, "reason": "transcript_wrong", "comment": "It is in the recording."}
ACCEPT = {"decision": "accept"}
EVERY = {"status": ["supported", "flagged"]}


class Reviewing:
    """One note, and a client that may review it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        api.made.run(interview())
        self.client = api.client(WORKSPACE, Scope.READ, Scope.REVIEW)
        self.path = f"/v1/notes/{self.note['id']}"

    @property
    def note(self) -> dict[str, Any]:
        (note,) = body_of(self.client.get("/v1/notes", params=EVERY))["items"]
        return dict(note)

    @property
    def readable(self) -> list[str]:
        return [each["id"] for each in body_of(self.client.get("/v1/notes"))["items"]]

    def send(self, sent: Any, *, tag: str | None = '"r1"', client: TestClient | None = None, **headers: str) -> Any:
        if tag is not None:
            headers["If-Match"] = tag
        return (client or self.client).post(f"{self.path}/reviews", json=sent, headers=headers)

    def history(self, **query: Any) -> Any:
        return body_of(self.client.get(f"{self.path}/reviews", params=query))


@pytest.fixture
def good(engine: Engine, transactions: Transactions) -> Reviewing:
    return Reviewing(make_api(engine, transactions, answer()))


@pytest.fixture
def bad(engine: Engine, transactions: Transactions) -> Reviewing:
    """With a note whose quote was invented."""
    return Reviewing(make_api(engine, transactions, answer(INVENTED)))


def test_a_review_needs_the_revision_that_was_seen(good: Reviewing) -> None:
    for tag in (None, "*"):
        assert body_of(good.send(ACCEPT, tag=tag), 428)["type"].endswith(":revision-required")
    accepted = good.send(ACCEPT)
    assert (body_of(accepted, 201)["review_state"], accepted.headers["etag"]) == ("accepted", '"r2"')
    for tag in ('"r1"', '"r3"', "r2", '"x"', '"r2", "r3"', '"r999999999"'):
        conflict = good.send(ACCEPT, tag=tag)
        assert body_of(conflict, 412)["current_revision"] == 2
        assert conflict.headers["etag"] == '"r2"'
    body_of(good.send({"decision": "reject", "reason": "trivial"}, tag='W/"r2"'), 201)
    assert len(good.history()["items"]) == 2


@pytest.mark.parametrize("reason", sorted(reason.value for reason in REASONS_AGAINST))
def test_a_rejected_note_is_read_no_more_and_says_why(good: Reviewing, reason: str) -> None:
    body_of(good.send({"decision": "reject", "reason": reason, "comment": "Seen twice."}), 201)
    assert good.readable == []
    (review,) = good.history()["items"]
    assert (review["reason"], review["comment"], review["decision"]) == (reason, "Seen twice.", "reject")


ATTACKS: dict[str, dict[str, Any]] = {
    "accepted": ACCEPT,
    "another statement": {"decision": "correct", "statement": "The app has paid off."},
    "the same quote once more": {"decision": "correct", "quote": {"words": INVENTED}},
    "another invented quote": {"decision": "correct", "quote": {"words": "We earn a fortune with it.", "utterance": 1}},
    "its speaker's name": {"decision": "correct", "quote": {"words": INVENTED, "speaker": "Bram"}},
    "a negation left out": {"decision": "correct", "quote": {"words": "I take them by mail."}},
    "another's words": {"decision": "correct", "quote": {"words": "How do orders come in?", "speaker": "Bram"}},
    "on top of a true one": {"decision": "correct", "quote": {"words": SAID}, "replaces": []},
    "an override for another reason that is not said": {**ACCEPT, "is_override": True, "reason": "other"},
    "an override without a reason": {**ACCEPT, "is_override": True, "comment": "So it is."},
    "an override for a reason against": {**ACCEPT, "is_override": True, "reason": "not_said", "comment": "No."},
    "a place behind the end": {"decision": "correct", "span": {"text_from": 9_000, "text_to": 9_010}, **OVERRIDE},
    "a verdict of one's own": {**ACCEPT, "verdict": "verbatim"},
    "a status of one's own": {"decision": "correct", "statement": "So.", "status": "supported"},
    "a quote with its verdict": {"decision": "correct", "quote": {"words": INVENTED, "verdict": "verbatim"}},
}


@pytest.mark.parametrize("sent", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_review_makes_an_invented_quote_stand(bad: Reviewing, sent: dict[str, Any]) -> None:
    before = bad.note
    problem = body_of(bad.send(sent), 422)
    assert INVENTED not in json.dumps(problem)
    assert (bad.note, bad.readable, bad.history()["items"]) == (before, [], [])


def test_an_override_is_shown_as_that_and_changes_no_verdict(bad: Reviewing) -> None:
    after = body_of(bad.send({**ACCEPT, **OVERRIDE}), 201)
    assert (after["is_overridden"], after["is_readable"], after["status"]) == (True, True, "flagged")
    (evidence,) = after["evidence"]
    assert (evidence["verdict"], evidence["stands"]) == ("unsupported", False)
    assert bad.readable == [after["id"]]
    corrected = {"decision": "correct", "quote": {"words": "It has paid for itself."}, **OVERRIDE}
    again = body_of(bad.send(corrected, tag='"r2"'), 201)
    assert (again["is_overridden"], again["evidence"][0]["verdict"]) == (True, "unsupported")


@pytest.mark.parametrize("by", ["quote", "span"])
def test_a_passage_that_was_said_takes_the_place_of_an_invented_one(bad: Reviewing, by: str) -> None:
    start = len("How do orders come in? ")
    passage = {"quote": {"words": SAID}, "span": {"text_from": start, "text_to": start + len(SAID)}}
    after = body_of(bad.send({"decision": "correct", by: passage[by]}), 201)
    assert (after["status"], after["is_overridden"]) == ("supported", False)
    assert [(each["exact_words"], each["verdict"]) for each in after["evidence"]] == [(SAID, "verbatim")]
    (review,) = bad.history()["items"]
    assert review["before"]["evidence"][0]["quote"] == INVENTED
    assert review["after"]["evidence"][0]["quote"] == SAID


def test_the_history_says_who_decided_and_through_which_key(good: Reviewing) -> None:
    body_of(good.send(ACCEPT), 201)
    body_of(good.send({**ACCEPT, "reviewer": "Rut"}, tag='"r2"'), 201)
    first = good.history(limit=1)
    (second,) = good.history(cursor=first["next"])["items"]
    assert (first["items"][0]["reviewer"], second["reviewer"]) == ("test", "Rut")
    assert second["sent_by"].startswith("test …")
    assert (second["before"], second["revision"]) == (first["items"][0]["after"], 3)


def keyed(name: str) -> dict[str, Any]:
    return {"Idempotency-Key": name}


def test_a_review_sent_twice_is_done_once(good: Reviewing) -> None:
    first, second = (good.send(ACCEPT, **keyed("k1")) for _ in range(2))
    assert body_of(first, 201) == body_of(second, 201)
    assert (second.headers["idempotent-replayed"], second.headers["etag"]) == ("true", '"r2"')
    assert len(good.history()["items"]) == 1
    other = {"decision": "reject", "reason": "trivial"}
    body_of(good.send(other, **keyed("k1")), 422)
    body_of(good.send(other, **keyed("k2")), 412)
    body_of(good.send(other, tag='"r2"', **keyed("k2")), 201)  # what was refused left no trace


MALFORMED: dict[str, Any] = {
    "nothing": {},
    "no object": [],
    "both passages": {"decision": "correct", "quote": {"words": "a"}, "span": {"text_from": 0, "text_to": 1}},
    "a span backwards": {"decision": "correct", "span": {"text_from": 5, "text_to": 2}},
    "an endless span": {"decision": "correct", "span": {"text_from": 0, "text_to": 10**12}},
    "NUL": {"decision": "correct", "statement": "a\x00b"},
    "NUL in the reviewer": {**ACCEPT, "reviewer": "a\x00"},
    "blanks": {"decision": "correct", "statement": "  "},
    "words in an acceptance": {**ACCEPT, "statement": "So."},
    "a rejection without a reason": {"decision": "reject"},
    "other without a comment": {"decision": "reject", "reason": "other"},
    "a position that is not there": {"decision": "correct", "quote": {"words": SAID}, "replaces": [9]},
    "too long": {"decision": "correct", "statement": "a" * 4_001},
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_review_that_cannot_be_is_a_problem(good: Reviewing, sent: Any) -> None:
    assert body_of(good.send(sent), 422)["type"].startswith("urn:notes-pipeline:problem:invalid-")
    assert good.history()["items"] == []


@pytest.mark.parametrize("field", ["statement", "comment", "reviewer"])
def test_half_a_character_is_a_problem(good: Reviewing, field: str) -> None:
    body = f'{{"decision": "correct", "statement": "So.", "{field}": "\\ud800"}}'
    headers = {"If-Match": '"r1"', "Content-Type": "application/json", "Idempotency-Key": "k"}
    body_of(good.client.post(f"{good.path}/reviews", content=body, headers=headers), 422)


def test_only_who_may_reviews_and_only_notes_of_the_workspace(good: Reviewing) -> None:
    body_of(good.send(ACCEPT, client=good.api.client(WORKSPACE, Scope.READ)), 403)
    body_of(good.send(ACCEPT, client=TestClient(good.api.app)), 401)
    other = good.api.client(OTHER)
    body_of(good.send(ACCEPT, client=other), 404)
    body_of(other.get(f"{good.path}/reviews"), 404)
    body_of(good.client.post(f"/v1/notes/{uuid4()}/reviews", json=ACCEPT, headers={"If-Match": '"r1"'}), 404)
    body_of(good.client.get(f"{good.path}/reviews", params={"cursor": "_" * 22}))
    assert good.history()["items"] == []


def test_a_decision_is_taken_back_and_only_the_latest(bad: Reviewing) -> None:
    before = bad.note
    body_of(bad.send(ACCEPT | OVERRIDE), 201)
    assert bad.readable == [before["id"]]
    withdrawn = body_of(bad.send({"decision": "withdraw", "comment": "Too soon."}, tag='"r2"'), 201)
    assert (withdrawn["review_state"], withdrawn["is_overridden"], withdrawn["revision"]) == ("unreviewed", False, 3)
    assert withdrawn["evidence"] == before["evidence"]
    assert bad.readable == []
    again = body_of(bad.send({"decision": "withdraw"}, tag='"r3"'), 422)
    assert "nothing to take back" in again["detail"]
    assert [each["decision"] for each in bad.history()["items"]] == ["accept", "withdraw"]
    assert bad.history()["items"][1]["after"] == bad.history()["items"][0]["before"]


def test_a_correction_that_is_taken_back_leaves_the_quotes_that_were(bad: Reviewing) -> None:
    before = bad.note
    corrected = body_of(bad.send({"decision": "correct", "quote": {"words": SAID}}), 201)
    assert [each["verdict"] for each in corrected["evidence"]] == ["verbatim"]
    withdrawn = body_of(bad.send({"decision": "withdraw"}, tag='"r2"'), 201)
    assert (withdrawn["evidence"], withdrawn["status"], withdrawn["flags"]) == (
        before["evidence"], before["status"], before["flags"],
    )  # fmt: skip
    once_more = body_of(bad.send({"decision": "correct", "quote": {"words": SAID}}, tag='"r3"'), 201)
    assert [each["verdict"] for each in once_more["evidence"]] == ["verbatim"]
