"""Erasing a transcript takes all that came of it, leaves what it cost, and disturbs nobody who works on it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.core.errors import ModelRefusedError, NotFoundError
from notes_pipeline.core.runs import RunState
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.requests import ModelRequest, Record
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import draft_chunk, draft_leased
from notes_pipeline.steps.erase import erase
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.next_work import NOTHING
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.budgets import Budgets, find_shortage
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.leases import lease_chunk
from notes_pipeline.store.sent_requests import Answered, Claimed, claim_request, keep_answer
from notes_pipeline.store.tables import Base
from tests.integration.api import OTHER, Api, body_of, make_api
from tests.integration.pipeline import GUIDE, SAID, Pipeline, answer, interview
from tests.making import ScriptedModel

SECRET = "Most of the orders"
WORDLESS = {"event", "workspace", "guide", "prompt", "api_key", "erasure", "model_call"}  # what stays


class Meanwhile(ScriptedModel):
    """A model during whose calls something else happens. `at`: the number of the call, from 0."""

    def __init__(self, *answers: str | BaseException, act: Callable[[], object], at: int = 0) -> None:
        super().__init__(*answers)
        self._act = act
        self._at = at

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        if len(self.requests) == self._at:
            self._act()
        return super().complete(request, record=record, retries=retries)


@pytest.fixture
def api(engine: Engine, transactions: Transactions) -> Api:
    return make_api(engine, transactions, answer(), answer())


@pytest.fixture
def errors() -> Any:
    """The lines of the log that say that something is broken."""
    with structlog.testing.capture_logs() as lines:
        yield lambda: [line for line in lines if line["log_level"] in ("error", "critical")]


def upload(client: TestClient, data: bytes | None = None, *, key: str = "upload-1") -> Any:
    guide = client.post("/v1/guides", content=GUIDE, headers={"Content-Type": "application/yaml"}).json()
    params = {"filename": "interview.txt", "guide_id": guide["id"]}
    response = client.post(
        "/v1/transcripts", content=data or interview(), params=params, headers={"Idempotency-Key": key}
    )
    assert response.status_code in (200, 201)
    return response.json()


def rows(transactions: Transactions) -> dict[str, int]:
    """Count the rows of each table that has any."""
    with transactions.begin() as session:
        counted = {
            table.name: int(session.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one())  # noqa: S608
            for table in Base.metadata.sorted_tables
        }
    return {name: number for name, number in counted.items() if number}


def mentions(transactions: Transactions, words: str) -> list[str]:
    """Name the tables in which any column of any row has these words."""
    with transactions.begin() as session:
        return [
            table.name
            for table in Base.metadata.sorted_tables
            if session.execute(
                text(f"SELECT count(*) FROM {table.name} AS r WHERE r::text ILIKE :words"),  # noqa: S608 (ours)
                {"words": f"%{words}%"},
            ).scalar_one()
        ]


def transcript_of(transactions: Transactions) -> UUID:
    with transactions.begin() as session:
        return UUID(str(session.execute(text("SELECT id FROM transcript")).scalar_one()))


def spent(transactions: Transactions) -> int:
    with transactions.begin() as session:
        return int(session.execute(text("SELECT coalesce(sum(cost_micro_usd), 0) FROM model_call")).scalar_one())


def erase_only(transactions: Transactions) -> None:
    erase(transactions, transcript_of(transactions), key_id=None)


def test_everything_that_came_of_it_goes_and_a_receipt_counts_it(api: Api) -> None:
    client = api.client()
    stored = upload(client)
    api.work()
    with api.transactions.begin() as session:
        session.execute(
            text(
                "INSERT INTO review (id, note_id, reviewer, decision, comment, before, after) "
                "SELECT gen_random_uuid(), id, 'r', 'accept', :words, '{}', '{}' FROM note"
            ),
            {"words": SECRET},
        )
        session.execute(text("UPDATE evidence SET attached_by_id = (SELECT id FROM review)"))
        session.execute(
            text(
                "INSERT INTO summary (run_id, topic_id, sentences, dropped, model) "
                "SELECT id, 'how', jsonb_build_array(:words ::text), '[]', 'm' FROM run"
            ),
            {"words": SECRET},
        )
        for table in ("chunk", "model_call"):
            session.execute(text(f"UPDATE {table} SET error = :words"), {"words": SECRET})  # noqa: S608 (ours)
    before, paid = rows(api.transactions), spent(api.transactions)
    assert {"utterance", "evidence", "review", "summary", "chunk", "model_call", "answer"} <= set(
        mentions(api.transactions, SECRET)
    )
    receipt = body_of(client.delete(f"/v1/transcripts/{stored['id']}"))
    assert mentions(api.transactions, SECRET) == []
    assert set(rows(api.transactions)) == WORDLESS
    assert receipt["counts"] == {
        "transcripts": 1,
        "utterances": before["utterance"],
        "runs": 1,
        "chunks": before["chunk"],
        "notes": before["note"],
        "evidence": before["evidence"],
        "reviews": 1,
        "coverage": before["coverage"],
        "summaries": 1,
        "answers": before["answer"],
        "sent_requests": 1,
        "model_calls": before["model_call"],
    }
    assert all(receipt["counts"].values())
    assert (receipt["transcript_id"], receipt["content_hash"]) == (stored["id"], stored["content_hash"])
    assert receipt["key_id"] is not None
    assert spent(api.transactions) == paid > 0
    assert body_of(client.get(f"/v1/erasures/{receipt['id']}")) == receipt


def test_what_is_erased_is_not_there_and_points_to_its_receipt(api: Api) -> None:
    client = api.client()
    stored = upload(client)
    receipt = body_of(client.delete(f"/v1/transcripts/{stored['id']}"))
    again = body_of(client.delete(f"/v1/transcripts/{stored['id']}"), 404)
    assert (again["type"], again["erasure_id"]) == ("urn:notes-pipeline:problem:erased", receipt["id"])
    for path in ("", "/utterances"):
        assert client.get(f"/v1/transcripts/{stored['id']}{path}").status_code == 404
    anew = upload(client, key="upload-2")
    assert anew["id"] != stored["id"]


def test_others_of_the_workspace_and_other_workspaces_keep_theirs(api: Api) -> None:
    client, other = api.client(), api.client(OTHER)
    stored, kept, theirs = upload(client), upload(client, b"Ann: Hello there.", key="upload-2"), upload(other)
    for url in (f"/v1/transcripts/{stored['id']}", f"/v1/transcripts/{uuid4()}"):
        assert body_of(other.delete(url), 404)["type"].endswith(":not-found")
    receipt = body_of(client.delete(f"/v1/transcripts/{stored['id']}"))
    assert client.get(f"/v1/transcripts/{kept['id']}").status_code == 200
    assert other.get(f"/v1/transcripts/{theirs['id']}").status_code == 200
    assert other.get(f"/v1/erasures/{receipt['id']}").status_code == 404
    assert body_of(other.delete(f"/v1/transcripts/{stored['id']}"), 404)["type"].endswith(":not-found")


def test_only_who_administers_may_erase(api: Api) -> None:
    stored = upload(api.client())
    url = f"/v1/transcripts/{stored['id']}"
    for scope in (Scope.UPLOAD, Scope.READ, Scope.REVIEW):
        assert api.client("test", scope).delete(url).status_code == 403
    assert TestClient(api.app).delete(url).status_code == 401
    receipt = body_of(api.client().delete(url))
    assert api.client("test", Scope.UPLOAD).get(f"/v1/erasures/{receipt['id']}").status_code == 403
    assert api.client("test", Scope.READ).get(f"/v1/erasures/{receipt['id']}").status_code == 200


def test_a_month_s_budget_does_not_come_back_by_erasing(transactions: Transactions) -> None:
    made = Pipeline(transactions, ScriptedModel(answer()))
    report = made.run(interview())
    limits = Budgets(workspace=spent(transactions))

    def shortage() -> object:
        with transactions.begin() as session:
            return find_shortage(
                session, limits, workspace_id=report.run.workspace_id, run_id=report.run.id, next_call=1
            )

    with transactions.begin() as session:
        session.execute(text("UPDATE model_call SET counted_micro_usd = counted_micro_usd + 1"))
    before = shortage()
    assert before is not None
    erase_only(transactions)
    assert shortage() == before


def test_erased_between_lease_and_settling(transactions: Transactions, errors: Callable[[], list[Any]]) -> None:
    made = Pipeline(transactions, Meanwhile(answer(), act=lambda: erase_only(transactions)))
    _, (chunk_id,) = made.planned(interview())
    assert draft_chunk(made.drafting, chunk_id) == NOTHING
    assert errors() == []
    assert set(rows(transactions)) <= WORDLESS
    assert mentions(transactions, SECRET) == []
    assert spent(transactions) == 5_000  # the call was made and is paid for


def test_erased_while_a_call_fails(transactions: Transactions, errors: Callable[[], list[Any]]) -> None:
    refused = ModelRefusedError(f"declined: {SAID}")
    made = Pipeline(transactions, Meanwhile(refused, act=lambda: erase_only(transactions)))
    _, (chunk_id,) = made.planned(interview())
    assert draft_chunk(made.drafting, chunk_id) == NOTHING
    assert errors() == []
    assert mentions(transactions, SECRET) == []
    assert rows(transactions)["model_call"] == 1


def test_erased_between_lease_and_drafting(transactions: Transactions, errors: Callable[[], list[Any]]) -> None:
    made = Pipeline(transactions, ScriptedModel())
    _, (chunk_id,) = made.planned(interview())
    with transactions.begin() as session:
        leased = lease_chunk(session, chunk_id, owner="test", lease_s=30.0)
    assert leased is not None
    erase_only(transactions)
    assert draft_leased(made.drafting, leased) == NOTHING
    assert made.model.asked == []
    assert errors() == []


def test_erased_before_planning_and_before_drafting(
    transactions: Transactions, errors: Callable[[], list[Any]]
) -> None:
    made = Pipeline(transactions, ScriptedModel())
    run_id = made.request(interview()).id
    erase_only(transactions)
    assert plan_run(transactions, run_id) == NOTHING
    second, (chunk_id,) = made.planned(interview())
    erase_only(transactions)
    assert draft_chunk(made.drafting, chunk_id) == NOTHING
    assert finish_run(transactions, second) is None
    assert summarise_run(made.drafting.asking, IndexCache(), second) is None
    assert sweep(transactions, queue_is_empty=True) == NOTHING
    assert errors() == []


def test_erased_while_it_is_summarised(transactions: Transactions, errors: Callable[[], list[Any]]) -> None:
    said = '{"sentences": [{"text": "By phone.", "notes": ["n1"]}]}'
    made = Pipeline(transactions, Meanwhile(answer(), said, act=lambda: erase_only(transactions), at=1))
    run_id = made.request(interview(), summarises=True).id
    (chunk_id,) = plan_run(transactions, run_id).draft
    draft_chunk(made.drafting, chunk_id)
    assert finish_run(transactions, run_id) is RunState.SUMMARISING
    assert summarise_run(made.drafting.asking, IndexCache(), run_id) is None
    assert errors() == []
    assert set(rows(transactions)) <= WORDLESS
    assert spent(transactions) == 10_000


def test_erased_while_many_chunks_are_settled(transactions: Transactions, errors: Callable[[], list[Any]]) -> None:
    made = Pipeline(transactions, ScriptedModel(*[answer()] * 40))
    _, chunk_ids = made.planned(interview(turns=40))
    assert len(chunk_ids) > 4
    transcript_id = transcript_of(transactions)
    with ThreadPoolExecutor(5) as pool:
        drafts = [pool.submit(draft_chunk, made.drafting, chunk_id) for chunk_id in chunk_ids]
        erased = pool.submit(erase, transactions, transcript_id, key_id=None)
        for each in drafts:
            each.result()
        assert erased.result().counts["chunks"] == len(chunk_ids)
    assert errors() == []
    assert set(rows(transactions)) <= WORDLESS


def test_erased_while_the_same_is_uploaded_and_asked_for(api: Api) -> None:
    """Whatever wins: each request is answered, and what is there afterwards is whole."""
    client = api.client()
    ids = [upload(client)["id"]]

    def act(number: int) -> int:
        if number % 2:
            return int(client.delete(f"/v1/transcripts/{ids[-1]}").status_code)
        guide = client.get("/v1/guides").json()["items"][0]["id"]
        params = {"filename": "interview.txt", "guide_id": guide}
        response = client.post("/v1/transcripts", content=interview(), params=params)
        if response.status_code in (200, 201):
            ids.append(response.json()["id"])
        return int(response.status_code)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(act, range(24)))
    assert set(answers) <= {200, 201, 404}
    with api.transactions.begin() as session:
        found = session.execute(text("SELECT utterance_count, (SELECT count(*) FROM utterance) FROM transcript")).all()
    assert len(found) <= 1
    assert all(said == there for said, there in found)


def test_of_two_who_erase_at_once_one_gets_the_receipt(api: Api) -> None:
    client = api.client()
    url = f"/v1/transcripts/{upload(client)['id']}"
    with ThreadPoolExecutor(4) as pool:
        answers = [each.status_code for each in pool.map(lambda _: client.delete(url), range(4))]
    assert sorted(answers) == [200, 404, 404, 404]


def test_an_unknown_transcript_cannot_be_erased(transactions: Transactions) -> None:
    with pytest.raises(NotFoundError):
        erase(transactions, uuid4(), key_id=None)


def test_an_answer_is_not_kept_whose_transcript_was_erased_meanwhile(api: Api) -> None:
    client = api.client()
    stored = upload(client)
    body_of(client.delete(f"/v1/transcripts/{stored['id']}"))
    with api.transactions.begin() as session:
        workspace = session.execute(text("SELECT id FROM workspace")).scalar_one()
        claimed = claim_request(session, workspace, "upload-2", "f")
        assert isinstance(claimed, Claimed)
        answered = Answered(201, {}, SECRET)
        keep_answer(session, workspace, "upload-2", claimed.owner, answered, UUID(stored["id"]))
    assert mentions(api.transactions, SECRET) == []
    assert "sent_request" not in rows(api.transactions)
