"""Searching notes by words: whatever is typed, only in one's own workspace, and by an index however many there are."""

from typing import Any

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from notes_pipeline.store.database import Transactions
from notes_pipeline.store.tenancy import OfWorkspace
from notes_pipeline.store.workspaces import ensure_workspace
from tests.integration.api import OTHER, OneOfEach, body_of, one_of_each
from tests.integration.pipeline import WORKSPACE

FIND = "SELECT found_notes(:words, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 50)"


@pytest.fixture
def made(engine: Engine, transactions: Transactions) -> OneOfEach:
    return one_of_each(engine, transactions)


def found(client: TestClient, words: str, **params: Any) -> int:
    return len(body_of(client.get("/v1/notes", params={"text": words, **params}))["items"])


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("phone", 1),  # of the statement, and of the quote
        ("PHONE Orders", 1),
        ("before eight", 1),  # of the quote alone
        ('"by phone before eight"', 1),
        ('"eight before phone by"', 0),
        ("fax", 0),
        ("fax or phone", 1),
        ("phone -fax", 1),
        ("the", 1),  # no language's stop words
        ("", 0),  # what has no word finds nothing
        ("   ", 0),
        ("& | ! ( ) <-> :*", 0),
        ("phone & !", 1),
        ("\\ \" ' ; -- DROP TABLE note", 0),
        ("电话 téléphone التليفون", 0),
        ("phone " * 300, 1),
        ("\u202ephone", 0),
    ],
)
def test_whatever_is_typed_is_a_search(made: OneOfEach, words: str, number: int) -> None:
    assert found(made.owner, words) == number


def test_nobody_finds_the_notes_of_others(made: OneOfEach) -> None:
    assert found(made.stranger, "phone") == 0
    transactions = made.api.transactions
    with transactions.begin() as session:
        ours, theirs = (ensure_workspace(session, name) for name in (WORKSPACE, OTHER))
    for workspace, number in ((ours, 1), (theirs, 0)):
        with OfWorkspace(transactions, workspace).begin() as session:
            assert len(session.execute(text(FIND), {"words": "phone"}).all()) == number
    with transactions.begin() as session:
        session.execute(text("SET LOCAL ROLE notes_tenant"))
        assert session.execute(text(FIND), {"words": "phone"}).all() == []  # of no workspace


@pytest.mark.parametrize("many", [240, 5_100], ids=["few are looked up", "many are met on the way"])
def test_pages_of_a_search_give_each_note_once(made: OneOfEach, many: int) -> None:
    with made.api.transactions.begin() as session:
        session.execute(
            text(
                "INSERT INTO note (id, workspace_id, transcript_id, run_id, chunk_id, ordinal, stage, question_id, "
                "statement, status, flags, speakers, model) SELECT gen_random_uuid(), workspace_id, transcript_id, "
                "run_id, chunk_id, ordinal + n, stage, question_id, statement, status, flags, speakers, model "
                "FROM note, generate_series(1, :many) n"
            ),
            {"many": many},
        )
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = body_of(made.owner.get("/v1/notes", params={"text": "phone", "limit": 100, **cursor}))
        ids += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(ids) == len(set(ids)) == many + 1
    assert ids == sorted(ids)
