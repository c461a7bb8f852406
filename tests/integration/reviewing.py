"""A workspace whose notes are for reviewers to decide on, and a browser's way into its pages."""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.database import Transactions
from tests.integration.api import OTHER, Api, body_of, make_api
from tests.integration.pipeline import GUIDE, WORKSPACE

GOODS = (
    "rolls", "pretzels", "plaits", "tarts", "buns", "scones", "crullers", "muffins", "bagels", "wafers", "biscuits",
    "turnovers", "strudels", "brioches", "focaccias", "crumpets", "eclairs", "macaroons", "meringues", "doughnuts",
    "croissants", "baguettes", "ciabattas", "flatbreads", "gingerbreads", "pies",
)  # fmt: skip


def said(position: int) -> str:
    return f"We sell the {GOODS[position]} to the school in the morning."


def bent(position: int) -> str:
    return f"We never sell the {GOODS[position]} to the school in the morning."


def interview(number: int, *, timed: bool = True) -> bytes:
    """Write an interview in which each of the goods has a sentence of its own."""
    cues = ["WEBVTT", *(_cue(each, f"<v Bram>{said(each)}</v>") for each in range(number))]
    return "\n\n".join(cues if timed else [f"Bram: {said(each)}" for each in range(number)]).encode()


def _cue(position: int, words: str) -> str:
    start = 10 * position
    return f"{_time(start)} --> {_time(start + 9)}\n{words}"


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


def answer(number: int, is_bent: list[bool]) -> str:
    """Write a model's answer: a note for each of the goods, whose quote is bent or not."""
    notes = [
        {
            "topic": "how" if each % 2 else "trust",
            "statement": f"The {GOODS[each]} go to the school.",
            "quotes": [{"utterance": each, "speaker": "Bram", "words": bent(each) if is_bent[each] else said(each)}],
        }
        for each in range(number)
    ]
    coverage = [
        {"question": "how", "state": "answered", "asked_at": 0},
        {"question": "cost", "state": "not_asked", "asked_at": None},
    ]
    return json.dumps({"notes": notes, "coverage": coverage})


@dataclass(frozen=True)
class Desk:
    """The pages over one workspace. `owner`: its API, `pages`: a browser without scripts."""

    api: Api
    owner: TestClient
    pages: TestClient
    token: str
    transcript_id: str
    run_id: str
    guide_id: str

    def notes(self, **wanted: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = body_of(self.owner.get("/v1/notes", params={"limit": 100, **wanted}))["items"]
        return items

    def note(self, note_id: str | UUID) -> dict[str, Any]:
        found: dict[str, Any] = body_of(self.owner.get(f"/v1/notes/{note_id}"))
        return found


def make_desk(
    engine: Engine,
    transactions: Transactions,
    *,
    flagged: int = 3,
    supported: int = 2,
    media_url: str | None = None,
    data: bytes | None = None,
    answers: str | None = None,
    more_answers: tuple[str, ...] = (),
) -> Desk:
    """Make a workspace with a run on an interview. `more_answers`: of the model, to what is asked for later."""
    number = flagged + supported
    api = make_api(
        engine, transactions, answers or answer(number, [each < flagged for each in range(number)]), *more_answers
    )
    owner = api.client(WORKSPACE, Scope.ADMIN)
    details = {"title": "Baking", **({} if media_url is None else {"media_url": media_url})}
    upload = {"file": ("baking.vtt", data or interview(number), "text/vtt")}
    transcript = body_of(owner.post("/v1/transcripts", files=upload, data=details), 201)
    guide = body_of(owner.post("/v1/guides", content=GUIDE, headers={"Content-Type": "application/yaml"}), 201)
    run = body_of(owner.post("/v1/runs", json={"transcript_id": transcript["id"], "guide_id": guide["id"]}), 202)
    api.work()
    token = owner.headers["Authorization"].removeprefix("Bearer ")
    pages = sign_in(api, token, "Ida")
    return Desk(api, owner, pages, token, transcript["id"], run["id"], guide["id"])


def sign_in(api: Api, token: str, reviewer: str) -> TestClient:
    """Give a browser with a session. It follows no redirects, so that each can be looked at."""
    pages = TestClient(api.app, raise_server_exceptions=False, follow_redirects=False)
    answer = pages.post("/review/sign-in", data={"reviewer": reviewer, "key": token, "back": "/review"})
    assert answer.status_code == 303, answer.text
    return pages


def stranger(api: Api, *scopes: Scope) -> TestClient:
    """Give a browser that is signed in to another workspace."""
    client = api.client(OTHER, *(scopes or (Scope.ADMIN,)))
    return sign_in(api, client.headers["Authorization"].removeprefix("Bearer "), "Eve")


def form_of(page: Any, **fields: str) -> dict[str, str]:
    """Give what a form on a page sends: its token and the note's revision, and these fields."""
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    assert token, page.text
    return {"token": token[1], **({"revision": revision[1]} if revision else {}), **fields}
