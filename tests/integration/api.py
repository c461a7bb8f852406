"""The API over one database, as programs see it: keys of two workspaces, and the steps beside it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.api.access import Parts
from notes_pipeline.api.app import make_app
from notes_pipeline.api.rates import RateLimit
from notes_pipeline.bootstrap import Services
from notes_pipeline.core.api_keys import Scope
from notes_pipeline.settings import Settings
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.store.api_keys import add_key
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.tables import Base
from notes_pipeline.store.workspaces import ensure_workspace
from tests.integration.pipeline import GUIDE, WORKSPACE, Pipeline, answer, interview
from tests.making import ScriptedModel

OTHER = "other"  # a workspace that has nothing, and is to see nothing
MODEL = "scripted"


@dataclass
class Api:
    """The app, and the pipeline that works on what it is sent. `rung`: what it announced."""

    app: FastAPI
    transactions: Transactions
    made: Pipeline
    rung: list[NextWork]
    clients: dict[str, TestClient] = field(default_factory=dict)

    def client(self, workspace: str = WORKSPACE, *scopes: Scope) -> TestClient:
        """Give a client with a key of a workspace; without scopes it may do everything."""
        with self.transactions.begin() as session:
            _, token = add_key(session, ensure_workspace(session, workspace), "test", scopes or (Scope.ADMIN,))
        return TestClient(self.app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)

    def work(self) -> None:
        """Plan, draft and finish all that was asked for so far, with the scripted model."""
        for run_id in [run_id for work in self.rung for run_id in work.plan]:
            self.made.finish(run_id)
        self.rung.clear()


def make_api(engine: Engine, transactions: Transactions, *answers: str, per_minute: int = 100_000) -> Api:
    services = Services(Settings(notes_model=MODEL))
    vars(services)["engine"] = engine  # the one of all tests, in the place of one of its own
    rung: list[NextWork] = []

    def ring(work: NextWork) -> bool:
        rung.append(work)
        return True

    app = make_app(Parts(services, RateLimit(per_minute, None), ring, most_body_bytes=10_000_000))
    app.openapi_schema = _description(app.openapi)
    return Api(app, transactions, Pipeline(transactions, ScriptedModel(*answers)), rung)


_described: list[dict[str, Any]] = []


def _description(describe: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give the description of all apps, made once: it takes a quarter of a second."""
    if not _described:
        _described.append(describe())
    return _described[0]


def body_of(response: Any, status: int = 200) -> Any:
    """Give the JSON of an answer of this status; else fail with what it says."""
    assert response.status_code == status, (response.status_code, response.text)
    return json.loads(response.content) if response.content else None


def ids_of(page: dict[str, Any]) -> list[UUID]:
    return [UUID(item["id"]) for item in page["items"]]


@dataclass(frozen=True)
class OneOfEach:
    """A workspace with one of everything, and clients of it and of another."""

    api: Api
    owner: TestClient
    stranger: TestClient
    ids: dict[str, str]

    def stored(self) -> dict[str, list[str]]:
        """All rows of all tables, but when keys were used."""
        with self.api.transactions.begin() as session:
            return {
                table.name: sorted(
                    str(row[0])
                    for row in session.execute(text(f"SELECT row_to_json(each)::text FROM {table.name} each"))  # noqa: S608
                )
                for table in Base.metadata.sorted_tables
                if table.name not in ("api_key", "sent_request")
            }


def one_of_each(engine: Engine, transactions: Transactions) -> OneOfEach:
    """Make a workspace with one of everything."""
    api = make_api(engine, transactions, answer())
    owner, stranger = api.client(WORKSPACE), api.client(OTHER)
    transcript = body_of(owner.post("/v1/transcripts?filename=a.txt", content=interview()), 201)
    guide = body_of(owner.post("/v1/guides", content=GUIDE, headers={"Content-Type": "application/yaml"}), 201)
    run = body_of(owner.post("/v1/runs", json={"transcript_id": transcript["id"], "guide_id": guide["id"]}), 202)
    api.work()
    (note,) = body_of(owner.get("/v1/notes"))["items"]
    webhook = body_of(owner.post("/v1/webhooks", json={"url": "https://8.8.8.8/hook"}), 201)
    erased = body_of(owner.post("/v1/transcripts?filename=b.txt", content=b"Ina: Well?\n\nBram: Well, well."), 201)
    erasure = body_of(owner.delete(f"/v1/transcripts/{erased['id']}"))
    ids = {
        "transcript_id": transcript["id"],
        "guide_id": guide["id"],
        "run_id": run["id"],
        "note_id": note["id"],
        "webhook_id": webhook["id"],
        "erasure_id": erasure["id"],
    }
    return OneOfEach(api, owner, stranger, ids)
