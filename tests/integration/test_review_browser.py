"""The reviewers' pages in a real browser: keys, selections, live checks, sound, and what assistive software finds."""

import io
import shutil
import socket
import statistics
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import structlog
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, Route, expect, sync_playwright
from sqlalchemy import Engine

from notes_pipeline.store.database import Transactions
from tests.integration.reviewing import Desk, answer, bent, interview, make_desk, sign_in
from tests.integration.test_review_pages import HOSTILE

log = structlog.get_logger()

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: install Debian's package chromium"),
    pytest.mark.timeout(180),
]
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MEDIA = "https://media.example.org/baking.wav"
DESKTOP, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Serve the pages on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(desk.api.app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        desk.api.app.state.parts.streams.stop()
        thread.join()


@dataclass(frozen=True)
class Seat:
    """A reviewer before a screen. `faults`: what the browser complained of, and dialogs that opened."""

    desk: Desk
    url: str
    page: Page
    faults: list[str]

    def open(self, path: str = "/review/") -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def decide(self, *keys: str) -> str:
        """Press keys that decide on the note that is open; gives its id when the next page is there."""
        page, before = self.page, self.page.url
        self.press(*keys)
        page.wait_for_url(lambda url: url != before)
        page.wait_for_load_state()
        return before.partition("?")[0].rpartition("/")[2]


Sit = Callable[..., Seat]


@pytest.fixture
def sit(browser: Browser, engine: Engine, transactions: Transactions) -> Iterator[Sit]:
    """Give seats: a workspace of its own, served, and a browser that is signed in to it by hand."""
    closing: list[Callable[[], object]] = []

    def at(size: tuple[int, int] = DESKTOP, scheme: str = "light", **wanted: object) -> Seat:
        desk = make_desk(engine, transactions, **wanted)  # type: ignore[arg-type]
        serving = served(desk)
        url = serving.__enter__()
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        faults: list[str] = []
        context.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

        def on_dialog(dialog: Dialog) -> None:
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("dialog", on_dialog)
        page.goto(f"{url}/review/")
        page.get_by_label("Your name").fill("Ida")
        page.get_by_label("Key").fill(desk.token)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Sign out")).to_be_visible()
        closing.extend([lambda: serving.__exit__(None, None, None), context.close])
        return Seat(desk, url, page, faults)

    yield at
    for close in reversed(closing):
        close()


def test_twenty_flagged_notes_are_decided_by_keys_alone(sit: Sit) -> None:
    seat = sit(flagged=20, supported=2)
    expect(seat.page.locator("h1")).to_contain_text("go to the school")
    took = []
    keys = [("r", str(1 + each % 8)) if each % 3 else ("a", str(1 + each % 4)) for each in range(20)]
    for pressed in keys:
        began = time.monotonic()
        seat.decide(*pressed)
        took.append(time.monotonic() - began)
    expect(seat.page.locator("h1")).to_have_text("All decided")
    log.info("decided", median_s=round(statistics.median(took), 3), longest_s=round(max(took), 3))
    notes = seat.desk.notes(status="flagged")
    assert sum(each["review_state"] == "unreviewed" for each in notes) == 0
    assert {each["review_state"] for each in notes} == {"accepted", "rejected"}
    assert seat.faults == []


def test_a_passage_is_chosen_by_a_digit_and_undone_by_a_key(sit: Sit) -> None:
    seat = sit(flagged=2, supported=1)
    seat.press("t")
    expect(seat.page.locator(".candidates li").first).to_contain_text("We sell the")
    note_id = seat.decide("1")
    assert seat.desk.note(note_id)["evidence"][0]["verdict"] == "verbatim"
    expect(seat.page.locator(".toast")).to_contain_text("Ida corrected")
    expect(seat.page.locator(".toast")).to_contain_text("word for word")
    assert "1 of 2, 1 today" in seat.page.locator(".progress").inner_text()
    seat.decide("u")
    assert seat.page.url.endswith(note_id)
    assert seat.desk.note(note_id)["review_state"] == "unreviewed"
    assert seat.desk.note(note_id)["evidence"][0]["verdict"] == "altered"
    assert seat.faults == []


def test_other_words_are_selected_in_the_transcript_and_verified_at_once(sit: Sit) -> None:
    seat = sit(flagged=2, supported=1)
    page = seat.page
    seat.press("e")
    expect(page.get_by_role("textbox", name="Statement")).to_be_focused()
    words = page.locator("#said .words").first
    box = words.bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] - 8, steps=5)
    page.mouse.up()
    expect(page.locator("#chosen")).to_contain_text("We sell the")
    expect(page.locator("#checked")).to_contain_text("word for word")
    page.get_by_role("textbox", name="Statement").fill("They go to 99 schools.")
    expect(page.locator("#checked")).to_contain_text("a number that its quotes do not have")
    page.get_by_role("textbox", name="Statement").fill("They are sold to the school.")
    expect(page.locator("#checked")).to_contain_text("Nothing speaks against it")
    page.get_by_role("textbox", name="Statement").focus()
    note_id = seat.decide("Control+Enter")
    note = seat.desk.note(note_id)
    assert (note["statement"], note["status"]) == ("They are sold to the school.", "supported")
    assert note["evidence"][0]["verdict"] == "verbatim"
    assert seat.faults == []


def test_keys_open_and_close_what_they_say_and_write_where_one_writes(sit: Sit) -> None:
    seat = sit(flagged=3)
    page = seat.page
    first = page.url
    seat.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    seat.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    seat.press("r")
    expect(page.get_by_role("heading", name="Reject: why?")).to_be_visible()
    expect(page.locator("[data-opens=reject]")).to_have_attribute("aria-expanded", "true")
    seat.press("Escape")
    expect(page.get_by_role("heading", name="Reject: why?")).to_be_hidden()
    expect(page.locator("[data-opens=reject]")).to_be_focused()
    seat.press("e")
    page.get_by_role("textbox", name="Statement").fill("")
    page.keyboard.type("rasjku?")
    expect(page.get_by_role("textbox", name="Statement")).to_have_value("rasjku?")
    seat.press("Escape")
    seat.decide("j")
    second = page.url
    assert second != first
    seat.decide("k")
    assert page.url == first
    seat.decide("s")
    assert page.url == second
    seat.press("/")
    expect(page.get_by_label("Search in the transcript")).to_be_focused()
    assert seat.faults == []


def test_all_of_it_works_by_mouse(sit: Sit) -> None:
    seat = sit(flagged=2)
    page = seat.page
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Out of context").click()
    expect(page.locator(".toast")).to_contain_text("out of context")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".history")).to_contain_text("took the decision back")
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("button", name="Other words, same meaning").click()
    expect(page.locator(".toast")).to_contain_text("other words, same meaning")
    page.get_by_role("link", name="Spot checks").click()
    page.get_by_role("link", name="Accept all word-for-word notes").click()
    page.get_by_role("button", name="Accept 2 notes").click()
    expect(page.locator(".toast")).to_contain_text("2 notes accepted at once")
    page.get_by_role("button", name="Undo all").click()
    expect(page.get_by_role("button", name="Accept 2 notes")).to_be_visible()
    assert seat.faults == []


def test_the_transcript_goes_on_in_both_directions_and_is_searched(sit: Sit) -> None:
    number = 26
    seat = sit(flagged=1, supported=0, data=interview(number), answers=_about_the_last(number))
    page = seat.page
    expect(page.locator("mark.m-altered")).to_be_in_viewport()
    shown = page.locator("#said .utterance")
    assert shown.count() == 13
    page.get_by_role("link", name="Earlier").click()
    expect(shown).to_have_count(number)
    expect(page.locator("#earlier")).to_be_hidden()
    page.get_by_label("Search in the transcript").fill("PRETZELS")
    seat.press("Enter")
    page.locator("#found button").first.click()
    expect(page.locator("#u1.shown")).to_be_in_viewport()
    page.get_by_label("Search in the transcript").fill("unheard of")
    seat.press("Enter")
    expect(page.locator("#found")).to_contain_text("is not in the transcript")
    page.get_by_role("link", name="Whole transcript").click()
    expect(page.locator(".whole .utterance")).to_have_count(number)
    page.locator(".dot").first.click()
    expect(page.locator("h1")).to_contain_text("go to the school")
    assert seat.faults == []


def _about_the_last(number: int) -> str:
    """Write an answer whose only note is on the last utterance."""
    whole = answer(number, [True] * number)
    start, end = whole.index("{", 2), whole.rindex('{"topic"')
    return whole[:start] + whole[end:]


def test_a_decision_that_came_too_late_is_told_and_kept_to_repeat(sit: Sit) -> None:
    seat = sit(flagged=2)
    path = seat.page.url.removeprefix(seat.url).partition("?")[0]
    other = sign_in(seat.desk.api, seat.desk.token, "Jon")
    token = seat.page.locator("body").get_attribute("data-token")
    assert token
    seen = other.get(path)
    jons = {"token": _token(seen.text), "revision": "1", "decision": "reject", "reason": "private"}
    assert other.post(f"{path}/decide", data=jons).status_code == 303
    seat.press("r")
    seat.press("6")
    expect(seat.page.get_by_role("alert")).to_contain_text("Yours was not stored")
    expect(seat.page.locator(".history")).to_contain_text("Jon rejected: private")


def _token(page: str) -> str:
    return page.partition('name="token" value="')[2].partition('"')[0]


def test_what_was_said_runs_nothing(sit: Sit) -> None:
    words = f"Bram: {HOSTILE} and we sell the rolls to the school.\n\nBram: Yes, we do."
    seat = sit(flagged=1, supported=0, data=words.encode(), answers=answer(1, [True]).replace("go to", "<script>"))
    page = seat.page
    expect(page.locator("#said")).to_contain_text("<script>alert(1)</script> {{ 7*7 }}")
    expect(page.locator("h1")).to_contain_text("<script>")
    page.get_by_label("Search in the transcript").fill("<img")
    seat.press("Enter")
    expect(page.locator("#found mark")).to_have_text("<img")
    seat.press("Escape")
    page.locator("#passage").click()
    seat.press("t")
    expect(page.locator(".candidates").first).to_be_visible()
    for path in (f"/review/runs/{seat.desk.run_id}", f"/review/transcripts/{seat.desk.transcript_id}"):
        seat.open(path)
        expect(page.locator("main")).to_contain_text("<script>")
    assert seat.faults == []
    assert page.evaluate("document.querySelectorAll('main script, main img').length") == 0


def test_the_passage_is_heard_from_two_seconds_before_it(sit: Sit) -> None:
    seat = sit(flagged=4, supported=0, media_url=MEDIA)
    page = seat.page
    page.route(MEDIA, _recording)
    seat.open(f"/review/?question=how&transcript={seat.desk.transcript_id}")
    from_s = float(page.locator(".quote [data-seek]").get_attribute("data-seek") or 0)
    assert from_s > 0
    seat.press("p")
    until = time.monotonic() + 10
    while (heard_s := page.evaluate("document.querySelector('#player').currentTime")) < from_s:
        assert time.monotonic() < until, heard_s
        page.wait_for_timeout(100)
    assert heard_s < from_s + 5
    assert seat.faults == []


def _recording(route: Route) -> None:
    """Send two minutes of silence."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(b"\x80" * 8_000 * 120)
    body = sound.getvalue()
    wanted = (route.request.headers.get("range") or "bytes=0-").removeprefix("bytes=").partition("-")
    low, high = int(wanted[0] or 0), int(wanted[2] or len(body) - 1)
    headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {low}-{high}/{len(body)}"}
    route.fulfill(status=206, content_type="audio/wav", headers=headers, body=body[low : high + 1])


def test_an_upload_is_watched_until_its_notes_are_there(sit: Sit) -> None:
    seat = sit(flagged=2, supported=2, more_answers=(answer(6, [False] * 6),))
    page = seat.open("/review/upload")
    page.get_by_label("Transcript").set_input_files(
        {"name": "next.vtt", "mimeType": "text/vtt", "buffer": interview(6)}
    )
    page.get_by_label("Title").fill("Next one")
    page.get_by_role("button", name="Upload and write notes").click()
    expect(page.locator("h1")).to_have_text("Next one")
    expect(page.locator("#live")).to_be_visible()
    worked = threading.Thread(target=seat.desk.api.work)
    worked.start()
    expect(page.locator("#state")).to_have_text("finished", timeout=20_000)
    worked.join()
    expect(page.locator(".notes li").first).to_be_visible()
    assert seat.faults == []


def test_a_run_is_printed_as_a_report(sit: Sit) -> None:
    seat = sit(flagged=2, supported=2)
    page = seat.open(f"/review/runs/{seat.desk.run_id}")
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_role("heading", name="Questions")).to_be_visible()
    assert page.pdf().startswith(b"%PDF")


EVERY_RULE: dict[str, object] = {}
CONTRAST = {"runOnly": ["color-contrast"]}
SEATS = {
    "desktop": (DESKTOP, "light", EVERY_RULE),
    "phone, dark": (PHONE, "dark", CONTRAST),
}


@pytest.mark.parametrize(("size", "scheme", "rules"), SEATS.values(), ids=SEATS)
def test_assistive_software_finds_its_way(
    sit: Sit, size: tuple[int, int], scheme: str, rules: dict[str, object]
) -> None:
    seat = sit(size, scheme, flagged=2, supported=2, media_url=MEDIA)
    page, desk = seat.page, seat.desk
    page.route(MEDIA, _recording)
    found = {}
    for path in (
        "/review/?kind=decided", "/review/bulk?kind=supported", "/review/runs", "/review/upload",
        f"/review/runs/{desk.run_id}", f"/review/transcripts/{desk.transcript_id}", "/review/",
    ):  # fmt: skip
        seat.open(path)
        found[path] = _violations(page, rules)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path  # nothing sticks out
    for panel in ("a", "e", "t", "r", "?"):  # opening one closes the others
        seat.press(panel)
        expect(page.locator("[data-panel]:visible, dialog[open]").last).to_be_visible()
        found[panel] = _violations(page, rules)
        page.locator("h1").click(force=True)  # out of what one writes in
    page.context.clear_cookies()
    seat.open()
    found["sign in"] = _violations(page, rules)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def _violations(page: Page, rules: dict[str, object]) -> list[str]:
    answered = Axe().run(page, options=rules)
    return [f"{each['id']}: {each['nodes'][0]['html'][:150]}" for each in answered.response["violations"]]


def test_a_quote_that_is_bent_shows_which_words(sit: Sit) -> None:
    seat = sit(flagged=1, supported=0)
    expect(seat.page.locator("blockquote del")).to_contain_text("never")
    assert bent(0) == "We never sell the rolls to the school in the morning."
    expect(seat.page.locator("mark.m-altered")).to_contain_text("We sell the rolls to the school")
