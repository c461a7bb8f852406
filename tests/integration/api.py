"""The API over one database, as programs see it: keys of two workspaces, and the steps beside it."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import Engine
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
from notes_pipeline.store.workspaces import ensure_workspace
from tests.integration.pipeline import WORKSPACE, Pipeline
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

    parts = Parts(services, RateLimit(per_minute, None), ring, most_body_bytes=10_000_000)
    return Api(make_app(parts), transactions, Pipeline(transactions, ScriptedModel(*answers)), rung)


def body_of(response: Any, status: int = 200) -> Any:
    """Give the JSON of an answer of this status; else fail with what it says."""
    assert response.status_code == status, (response.status_code, response.text)
    return json.loads(response.content) if response.content else None


def ids_of(page: dict[str, Any]) -> list[UUID]:
    return [UUID(item["id"]) for item in page["items"]]
