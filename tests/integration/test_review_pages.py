"""The reviewers' pages as a browser without scripts sees them: who may, what is decided, and what is never shown."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.api.review.rendering import media_of
from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.database import Transactions
from tests.integration.reviewing import Desk, answer, form_of, interview, make_desk, said, sign_in, stranger

GONE = "There is no such page."


@pytest.fixture
def desk(engine: Engine, transactions: Transactions) -> Desk:
    return make_desk(engine, transactions)


def opened(desk: Desk, pages: TestClient | None = None, query: str = "") -> tuple[str, Any]:
    """Open the first note of a queue; gives its path and page."""
    pages = pages or desk.pages
    first = pages.get(f"/review/{query}")
    assert first.status_code == 303, first.text
    path = first.headers["location"]
    return path.partition("?")[0], pages.get(path)


def decided(desk: Desk, path: str, page: Any, **fields: str) -> Any:
    return desk.pages.post(f"{path}/decide", data=form_of(page, **fields))


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


def test_the_riskiest_note_comes_first_and_says_what_was_claimed_what_was_said_and_why(desk: Desk) -> None:
    path, page = opened(desk)
    note = desk.note(id_of(path))
    assert note["status"] == "flagged"
    assert note["evidence"][0]["verdict"] == "altered"
    assert "a negation was put in or left out" in page.text
    assert re.search(r"<del>.*never</del>", page.text)
    assert "0 of 3" in page.text
    assert 'class="m-altered"' in page.text


def test_a_decision_leads_to_the_next_note_and_is_in_the_history_with_the_reviewers_name(desk: Desk) -> None:
    path, page = opened(desk)
    answered = decided(desk, path, page, decision="reject", reason="altered", comment="Turned around.")
    assert answered.status_code == 303
    following = desk.pages.get(answered.headers["location"])
    assert "1 of 3</strong>, 1 today" in following.text
    assert "said, but altered" in following.text
    assert not answered.headers["location"].startswith(path)
    (review,) = desk.owner.get(f"/v1/notes/{id_of(path)}/reviews").json()["items"]
    assert (review["reviewer"], review["decision"], review["reason"]) == ("Ida", "reject", "altered")
    assert review["sent_by"].startswith("test …")
    assert "Turned around." in desk.pages.get(path).text


def test_after_the_last_decision_the_queue_says_so(desk: Desk) -> None:
    for _ in range(3):
        path, page = opened(desk)
        answered = decided(desk, path, page, decision="reject", reason="not_said")
    end = desk.pages.get(answered.headers["location"])
    assert end.status_code == 200
    assert "All decided" in end.text
    assert "Undo" in end.text


def test_a_flagged_note_is_accepted_only_against_the_checks_and_shown_as_that(desk: Desk) -> None:
    path, page = opened(desk)
    refused = decided(desk, path, page, decision="accept")
    assert refused.status_code == 422
    assert "Not stored: the note does not stand" in refused.text
    assert desk.note(id_of(path))["review_state"] == "unreviewed"
    decided(desk, path, page, decision="accept", override="check_mistaken")
    note = desk.note(id_of(path))
    assert (note["review_state"], note["is_overridden"], note["evidence"][0]["verdict"]) == (
        "accepted",
        True,
        "altered",
    )
    assert "taken against the checks" in desk.pages.get(path).text


def test_a_passage_is_chosen_and_verified(desk: Desk) -> None:
    path, page = opened(desk)
    shown = desk.pages.get(f"{path}/candidates?quote=0")
    places = re.findall(r'name="place" value="(\d+-\d+)"', shown.text)
    assert 1 <= len(places) <= 5
    note = desk.note(id_of(path))
    span = note["evidence"][0]["spans"][0]
    assert places[0].startswith(f"{span['text_from']}-")
    decided(desk, path, page, decision="correct", place=places[0], replaces="0")
    note = desk.note(id_of(path))
    assert (note["status"], note["review_state"]) == ("supported", "corrected")
    assert note["evidence"][0]["verdict"] == "verbatim"
    assert note["evidence"][0]["exact_words"].startswith("We sell the")


def test_a_correction_is_checked_before_it_is_stored(desk: Desk) -> None:
    path, page = opened(desk)
    span = desk.note(id_of(path))["evidence"][0]["spans"][0]
    place = f"{span['text_from']}-{span['text_to']}"
    good = desk.pages.post(f"{path}/check", data=form_of(page, decision="correct", place=place, replaces="0"))
    assert "word for word" in good.text
    assert "Nothing speaks against it." in good.text
    wrong = form_of(page, decision="correct", place=place, replaces="0", statement="They sell 77 of them.")
    bad = desk.pages.post(f"{path}/check", data=wrong)
    assert "the statement has a number that its quotes do not have" in bad.text
    nowhere = desk.pages.post(f"{path}/check", data=form_of(page, decision="correct", place="9-2"))
    assert "the passage ends before it starts" in nowhere.text
    assert desk.note(id_of(path))["revision"] == 1


def test_what_cannot_be_stored_comes_back_as_it_was_sent(desk: Desk) -> None:
    path, page = opened(desk)
    sent = {"decision": "correct", "statement": "They sell 77 <b>of</b> them.", "comment": "Counted."}
    refused = decided(desk, path, page, **sent)
    assert refused.status_code == 422
    assert "They sell 77 &lt;b&gt;of&lt;/b&gt; them.</textarea>" in refused.text
    assert 'value="Counted."' in refused.text


def test_undo_makes_the_note_what_it_was_and_stays_in_the_history(desk: Desk) -> None:
    path, page = opened(desk)
    before = desk.note(id_of(path))
    places = re.findall(r'name="place" value="(\d+-\d+)"', desk.pages.get(f"{path}/candidates").text)
    decided(desk, path, page, decision="correct", place=places[0], statement="They go to the school.")
    after = desk.note(id_of(path))
    assert after["evidence"] != before["evidence"]
    undone = desk.pages.post(f"{path}/undo", data=form_of(desk.pages.get(path)))
    assert undone.headers["location"] == path
    now = desk.note(id_of(path))
    changing = {"revision", "updated_at"}
    assert {key: now[key] for key in now.keys() - changing} == {key: before[key] for key in before.keys() - changing}
    history = desk.owner.get(f"/v1/notes/{id_of(path)}/reviews").json()["items"]
    assert [each["decision"] for each in history] == ["correct", "withdraw"]
    again = desk.pages.post(f"{path}/undo", data=form_of(desk.pages.get(path)))
    assert again.status_code == 409
    assert "nothing to take back" in again.text


def test_the_second_of_two_reviewers_is_told_and_overwrites_nothing(desk: Desk) -> None:
    path, page = opened(desk)
    other = sign_in(desk.api, desk.token, "Jon")
    seen = other.get(path)
    assert "Ida</strong> has this note open" in seen.text
    decided(desk, path, page, decision="reject", reason="trivial")
    late = other.post(f"{path}/decide", data=form_of(seen, decision="reject", reason="private"))
    assert late.status_code == 409
    assert "Somebody decided on this note while you had it open" in late.text
    assert len(desk.owner.get(f"/v1/notes/{id_of(path)}/reviews").json()["items"]) == 1


def test_two_reviewers_get_different_notes_and_a_note_that_is_left_is_free_again(desk: Desk) -> None:
    other = sign_in(desk.api, desk.token, "Jon")
    first, _ = opened(desk)
    second, _ = opened(desk, other)
    assert first != second
    desk.pages.get(f"{first}/next")
    third = desk.pages.get(f"{first}/next").headers["location"]
    desk.pages.get(third)
    assert third not in (first, second)
    assert opened(desk, sign_in(desk.api, desk.token, "Kim"))[0] == first


def test_of_many_who_begin_at_once_each_gets_a_note_of_his_own(engine: Engine, transactions: Transactions) -> None:
    desk = make_desk(engine, transactions, flagged=8, supported=0)
    reviewers = [sign_in(desk.api, desk.token, f"Reviewer {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda pages: pages.get("/review/").headers["location"], reviewers))
    assert len(set(paths)) == 8


def test_a_lease_ends_by_itself(desk: Desk, engine: Engine) -> None:
    first, page = opened(desk)
    with engine.begin() as connection:
        connection.execute(text("UPDATE review_lease SET expires_at = now() - interval '1 s'"))
    assert opened(desk, sign_in(desk.api, desk.token, "Jon"))[0] == first
    assert desk.pages.post(f"{first}/lease", data=form_of(page)).status_code == 204
    assert "Jon</strong> has this note open" in desk.pages.get(first).text


def test_skipping_goes_round_the_queue_and_back(desk: Desk) -> None:
    path, _ = opened(desk)
    seen = [path]
    for _ in range(3):
        seen.append(desk.pages.get(f"{seen[-1]}/next").headers["location"])
        desk.pages.get(seen[-1])
    assert seen[3] == seen[0]
    assert len(set(seen)) == 3
    assert desk.pages.get(f"{seen[1]}/previous").headers["location"] == seen[0]
    assert desk.pages.get(f"{seen[0]}/previous").headers["location"] == seen[0]


FILTERS = {
    "?reason=negation": 3,
    "?reason=number_not_said": 0,
    "?question=how": 1,
    "?theme=trust": 2,
    "?speaker=Bram": 3,
    "?speaker=Nobody": 0,
    "?kind=supported": 2,
    "?kind=supported&reason=negation": 0,
    "?kind=decided": 0,
    "?transcript=not-an-id&kind=unknown": 3,
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_queue_is_filtered(desk: Desk, query: str) -> None:
    page = desk.pages.get(f"/review/{query}", follow_redirects=True)
    listed = re.search(r'<ol class="list">(.*?)</ol>', page.text, re.DOTALL)
    assert listed
    assert listed[1].count("<li><a") == FILTERS[query]


def test_a_queue_is_filtered_by_guide_transcript_and_reviewer(desk: Desk) -> None:
    assert opened(desk, query=f"?guide={desk.guide_id}&transcript={desk.transcript_id}")
    assert "Nothing here" in desk.pages.get(f"/review/?guide={uuid4()}").text
    path, page = opened(desk)
    decided(desk, path, page, decision="reject", reason="trivial")
    assert opened(desk, query="?kind=decided&reviewer=Ida")[0] == path
    assert "Nothing here" in desk.pages.get("/review/?kind=decided&reviewer=Jon").text


def test_all_verbatim_notes_are_accepted_at_once_as_counted_and_taken_back(desk: Desk) -> None:
    page = desk.pages.get("/review/bulk?kind=supported")
    assert "Accept 2 notes" in page.text
    stale = desk.pages.post("/review/bulk?kind=supported", data=form_of(page, expected="3"))
    assert stale.status_code == 409
    assert "there are 2 such notes now, and 3 were shown" in stale.text
    done = desk.pages.post("/review/bulk?kind=supported", data=form_of(page, expected="2"))
    shown = desk.pages.get(done.headers["location"])
    assert "2 notes accepted at once" in shown.text
    assert [each["review_state"] for each in desk.notes()] == ["accepted"] * 2
    batch = re.search(r"batch=([0-9a-f-]+)", done.headers["location"])
    assert batch
    desk.pages.post(f"/review/bulk/{batch[1]}/undo?kind=supported", data=form_of(shown))
    assert [each["review_state"] for each in desk.notes()] == ["unreviewed"] * 2
    assert [each["status"] for each in desk.notes()] == ["supported"] * 2


def test_flagged_and_faithful_notes_are_never_accepted_at_once(engine: Engine, transactions: Transactions) -> None:
    shortened = answer(2, [True, False]).replace("We sell the pretzels", "we sell the pretzels")
    desk = make_desk(engine, transactions, flagged=1, supported=1, answers=shortened)
    (supported,) = desk.notes()
    page = desk.pages.get("/review/bulk")
    expected = 1 if supported["evidence"][0]["verdict"] == "verbatim" else 0
    assert (f"Accept {expected} note" in page.text) is bool(expected)
    assert "Accept 2 notes" not in page.text


PAGES = ("/review/", "/review/runs", "/review/upload", "/review/bulk")


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(desk: Desk, path: str) -> None:
    fresh = TestClient(desk.api.app, follow_redirects=False)
    answered = fresh.get(path)
    assert answered.status_code == 303
    assert answered.headers["location"].startswith("/review/sign-in?back=%2Freview")
    fresh.cookies.set("notes_session", "forged.by.hand", path="/review")
    assert fresh.get(path).status_code == 303


WRONG_KEYS = {
    "unknown": ("npk_" + "0" * 32 + "_x", "Ida", 401),
    "none": ("", "Ida", 401),
    "no name": (None, "  ", 422),
}


@pytest.mark.parametrize(("key", "name", "status"), WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_wrong_sign_in_gives_no_session(desk: Desk, key: str | None, name: str, status: int) -> None:
    fresh = TestClient(desk.api.app, follow_redirects=False)
    sent = {"reviewer": name, "key": desk.token if key is None else key}
    answered = fresh.post("/review/sign-in", data=sent)
    assert answered.status_code == status
    assert 'role="alert"' in answered.text
    assert "set-cookie" not in answered.headers
    assert desk.token not in answered.text


def test_a_key_that_may_not_review_is_refused(desk: Desk) -> None:
    token = desk.api.client("test", Scope.READ).headers["Authorization"].removeprefix("Bearer ")
    fresh = TestClient(desk.api.app, follow_redirects=False)
    assert fresh.post("/review/sign-in", data={"reviewer": "Ida", "key": token}).status_code == 403


def test_a_reviewers_key_may_not_upload(desk: Desk) -> None:
    token = desk.api.client("test", Scope.REVIEW).headers["Authorization"].removeprefix("Bearer ")
    pages = sign_in(desk.api, token, "Ida")
    assert pages.get("/review/runs").status_code == 200
    assert pages.get("/review/upload").status_code == 403


def test_a_revoked_key_ends_its_sessions(desk: Desk, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE api_key SET revoked_at = now()"))
    assert desk.pages.get("/review/runs").headers["location"].startswith("/review/sign-in")


def test_the_cookie_is_sealed_short_lived_and_for_the_pages_only(desk: Desk) -> None:
    fresh = TestClient(desk.api.app, follow_redirects=False)
    answered = fresh.post("/review/sign-in", data={"reviewer": "Ida", "key": desk.token})
    cookie = answered.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/review", "Max-Age=43200"))
    assert desk.token not in cookie
    behind_tls = fresh.post(
        "/review/sign-in", data={"reviewer": "Ida", "key": desk.token}, headers={"X-Forwarded-Proto": "https"}
    )
    assert "Secure" in behind_tls.headers["set-cookie"]
    value = fresh.cookies["notes_session"]
    changed = value[:-2] + ("AA" if value[-2:] != "AA" else "BB")
    thief = TestClient(desk.api.app, follow_redirects=False, cookies={"notes_session": changed})
    assert thief.get("/review/runs").status_code == 303


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "/v1/notes", "/reviewer"]
)
def test_signing_in_leads_nowhere_else(desk: Desk, back: str) -> None:
    fresh = TestClient(desk.api.app, follow_redirects=False)
    answered = fresh.post("/review/sign-in", data={"reviewer": "Ida", "key": desk.token, "back": back})
    assert answered.headers["location"] == "/review/"


FORMS = ("decide", "undo", "lease", "check")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attack", ["no token", "another's token", "another site", "another origin"])
def test_nothing_is_changed_by_a_form_of_another_page(desk: Desk, form: str, attack: str) -> None:
    path, page = opened(desk)
    sent = form_of(page, decision="reject", reason="trivial")
    headers = {}
    if attack == "no token":
        sent.pop("token")
    elif attack == "another's token":
        sent["token"] = form_of(opened(desk, sign_in(desk.api, desk.token, "Jon"))[1])["token"]
    elif attack == "another site":
        headers = {"Sec-Fetch-Site": "cross-site"}
    else:
        headers = {"Origin": "https://evil.example"}
    answered = desk.pages.post(f"{path}/{form}", data=sent, headers=headers)
    assert answered.status_code == 403
    assert desk.note(id_of(path))["revision"] == 1


def test_another_workspaces_notes_runs_and_transcripts_are_not_there(desk: Desk) -> None:
    path, _ = opened(desk)
    eve = stranger(desk.api)
    note = id_of(path)
    run, transcript = f"/review/runs/{desk.run_id}", f"/review/transcripts/{desk.transcript_id}"
    parts = (path, f"{path}/candidates", f"{path}/passage?first=0", f"{path}/passage?find=rolls")
    for address in (*parts, run, f"{run}/events", transcript):
        answered = eve.get(address)
        assert answered.status_code == 404, address
        assert said(0) not in answered.text
    token = form_of(eve.get("/review/upload"))["token"]
    for form in FORMS:
        sent = {"token": token, "revision": "1", "decision": "correct", "statement": "Another."}
        assert eve.post(f"{path}/{form}", data=sent).status_code == 404
    assert desk.note(note)["revision"] == 1
    assert "Baking" not in eve.get("/review/runs").text
    assert "Nothing here" in eve.get(f"/review/?transcript={desk.transcript_id}").text


HOSTILE = (
    "<script>alert(1)</script> {{ 7*7 }} {% raw %} javascript:alert(2) "
    '"><img src=x onerror=alert(3)> </textarea><!-- ]]> &lt;'
)


def test_what_was_said_is_text_on_every_page(engine: Engine, transactions: Transactions) -> None:
    words = f"Bram: {HOSTILE} and we sell the rolls to the school.\n\nBram: Yes, we do."
    claim = (
        answer(1, [True]).replace("Bram", HOSTILE.replace('"', "'")[:60]).replace("go to the school", "go <i>there</i>")
    )
    desk = make_desk(engine, transactions, flagged=1, supported=0, data=words.encode(), answers=claim)
    path, page = opened(desk)
    pages = [page, desk.pages.get(f"/review/runs/{desk.run_id}"), desk.pages.get(f"{path}/candidates")]
    pages += [desk.pages.get(f"/review/transcripts/{desk.transcript_id}?find=<script>")]
    pages += [desk.pages.get(f"{path}/passage?find=<script>"), desk.pages.get(f"{path}/passage?first=0&last=5")]
    for each in pages:
        assert each.status_code == 200
        bare = each.text.replace('<script src="/review/static/', "")
        for tag in ("<script", "<img", "<i>", "49"):
            assert tag not in bare or tag == "49"
        assert "onerror=alert(3)>" not in each.text or "&lt;img src=x onerror=alert(3)&gt;" in each.text


def test_pages_load_nothing_but_their_own(desk: Desk) -> None:
    _, page = opened(desk)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in page.text
    assert not re.search(r"\son\w+=", page.text)
    for address in re.findall(r'(?:src|href)="(/review/static/[^"]+)"', page.text):
        found = desk.pages.get(address)
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
    assert desk.pages.get("/review/static/0000/style.css").status_code == 404
    assert page.headers["cache-control"] == "private, no-store"


MEDIA = {
    "https://media.example.org/a.mp3": ("audio", "media-src https://media.example.org"),
    "https://media.example.org:8443/a.mp4?x=1": ("video", "media-src https://media.example.org:8443"),
}


@pytest.mark.parametrize("url", MEDIA)
def test_a_recording_is_played_from_two_seconds_before_the_quote(
    engine: Engine, transactions: Transactions, url: str
) -> None:
    desk = make_desk(engine, transactions, flagged=2, supported=0, media_url=url)
    path, page = opened(desk)
    element, policy = MEDIA[url]
    assert f"<{element} id=" in page.text
    assert policy in page.headers["content-security-policy"]
    start = desk.note(id_of(path))["evidence"][0]["start_ms"]
    assert f'data-seek="{max(0.0, start / 1000 - 2)}"' in page.text


@pytest.mark.parametrize(
    "url", ["https://a b/", "https://x;script-src *", "ftp://a/b", "https://", "https://[bad", "x"]
)
def test_an_odd_address_is_not_played(url: str) -> None:
    assert media_of(url) is None


def test_an_interview_is_uploaded_with_a_guide_and_leads_to_its_run(desk: Desk) -> None:
    form = form_of(desk.pages.get("/review/upload"))
    files = {"file": ("second.vtt", interview(4), "text/vtt")}
    answered = desk.pages.post("/review/upload", data={**form, "guide": desk.guide_id, "title": "Two"}, files=files)
    assert answered.status_code == 303
    run = desk.pages.get(answered.headers["location"])
    assert "Two" in run.text
    assert 'data-watch="/review/runs/' in run.text
    bad = desk.pages.post("/review/upload", data={**form, "guide": ""}, files=files)
    assert bad.status_code == 422
    assert "no guide was chosen" in bad.text
    broken = {"file": ("third.vtt", b"WEBVTT\n\n", "text/vtt")}
    refused = desk.pages.post("/review/upload", data={**form, "guide": "general"}, files=broken)
    assert refused.status_code == 422
    assert "third.vtt" in refused.text
    general = desk.pages.post(
        "/review/upload", data={**form, "guide": "general"}, files={"file": ("4.vtt", interview(5))}
    )
    assert general.status_code == 303


def test_a_run_shows_coverage_notes_ledger_and_cost(desk: Desk) -> None:
    page = desk.pages.get(f"/review/runs/{desk.run_id}")
    for words in (
        "How do orders come in?",
        "answered",
        "2 supported, 3 flagged",
        "Decide on 3 flagged notes",
        "Chunks: 1",
    ):
        assert words in page.text


def test_a_transcript_marks_all_evidence_and_leads_to_the_notes(desk: Desk) -> None:
    page = desk.pages.get(f"/review/transcripts/{desk.transcript_id}")
    assert page.text.count("<mark") == 5
    assert page.text.count('class="dot v-altered"') == 3
    found = desk.pages.get(f"/review/transcripts/{desk.transcript_id}?find=RETZEL")
    assert "1 found" in found.text
    assert '<mark class="m-found">retzel</mark>' in found.text


def test_what_is_not_there_is_a_page_that_says_so(desk: Desk) -> None:
    assert desk.pages.get("/review/nowhere").status_code == 404
    assert GONE in desk.pages.get("/review/nowhere").text
    missing = desk.pages.get(f"/review/notes/{uuid4()}")
    assert missing.status_code == 404
    assert "No note" in missing.text
    assert desk.pages.get("/review/notes/1").status_code == 422


def test_notes_of_the_version_before_get_their_risk_when_a_queue_is_looked_at(desk: Desk, engine: Engine) -> None:
    path, _ = opened(desk)
    with engine.begin() as connection:
        connection.execute(text("UPDATE note SET risk = 'Infinity'"))
    assert opened(desk)[0] == path
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM note WHERE risk = 'Infinity'")).scalar_one() == 0


def test_the_bare_address_leads_to_the_pages(desk: Desk) -> None:
    assert desk.pages.get("/").headers["location"] == "/review/"
    assert desk.pages.get("/review").headers["location"] == "/review/"
