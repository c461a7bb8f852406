"""Statements that run without SQLAlchemy: what they commit, what they raise, and what they leave to others."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from notes_pipeline.core.runs import ChunkOutcome, ChunkState
from notes_pipeline.steps.patience import is_passing
from notes_pipeline.store import database
from notes_pipeline.store.database import Transactions, connect
from notes_pipeline.store.direct import Direct, as_json, given, quoted
from notes_pipeline.store.leases import LeasedChunk, lease_chunk
from notes_pipeline.store.runs import load_run
from notes_pipeline.store.settling import ChunkEnd, Origin, close_if_complete, settle_chunk
from notes_pipeline.store.tables import EvidenceRow, NoteRow
from tests.integration.pipeline import Pipeline, interview
from tests.making import ScriptedModel

ADD = "INSERT INTO workspace (id, name) VALUES (%(id)s, %(name)s)"
COUNT = "SELECT count(*) FROM workspace"
WHO = "SELECT pg_backend_pid()"
MANY_CHUNKS = interview(turns=40)


class EndedError(Exception):
    """What ends a block."""


@pytest.fixture
def own(postgres_url: str, transactions: Transactions) -> Iterator[Transactions]:
    """Transactions over a pool of their own, of emptied tables, so that a test may break its connections."""
    del transactions
    engine = connect(postgres_url)
    yield database.transactions(engine)
    engine.dispose()


def add(statements: Direct, name: str) -> None:
    statements.run(ADD, {"id": uuid4(), "name": name})


def number(transactions: Transactions) -> int:
    with transactions.begin() as session:
        return int(session.scalar(text(COUNT)) or 0)


def test_a_statement_is_committed_when_it_ends(transactions: Transactions) -> None:
    with transactions.direct() as statements:
        add(statements, "one")
        assert number(transactions) == 1


def test_statements_of_a_transaction_are_committed_together_or_not_at_all(transactions: Transactions) -> None:
    def fail() -> None:
        with transactions.direct() as statements, statements.transaction():
            add(statements, "one")
            assert number(transactions) == 0
            raise EndedError

    with pytest.raises(EndedError):
        fail()
    assert number(transactions) == 0


def test_a_session_on_the_same_connection_is_a_transaction_again(own: Transactions) -> None:
    with own.direct() as statements:
        ((before,),) = statements.run(WHO, {})

    def fail() -> None:
        with own.begin() as session:
            assert session.scalar(text(WHO)) == before
            session.execute(text("INSERT INTO workspace (id, name) VALUES (gen_random_uuid(), 'one')"))
            raise EndedError

    with pytest.raises(EndedError):
        fail()
    assert number(own) == 0


def test_an_error_is_sqlalchemys_and_leaves_the_connection_usable(own: Transactions) -> None:
    with own.direct() as statements:
        add(statements, "one")
    with pytest.raises(IntegrityError) as caught, own.direct() as statements:
        add(statements, "one")
    assert caught.value.params is None
    assert not is_passing(caught.value)
    with own.direct() as statements:
        add(statements, "two")
    assert number(own) == 2


def test_an_error_in_a_transaction_leaves_nothing_of_it(own: Transactions) -> None:
    def fail() -> None:
        with own.direct() as statements, statements.transaction():
            add(statements, "one")
            add(statements, "one")

    with pytest.raises(IntegrityError):
        fail()
    assert number(own) == 0


def end_sessions(engine: Engine, pids: list[int]) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM unnest(:pids) AS pid"), {"pids": pids})


def who(transactions: Transactions, together: Barrier | None = None) -> int:
    """Give the process of PostgreSQL that serves a connection; `together`: until then it is not given back."""
    with transactions.direct() as statements:
        ((pid,),) = statements.run(WHO, {})
        if together is not None:
            together.wait()
    return int(pid)


def test_a_broken_connection_costs_one_error_however_many_broke(own: Transactions, engine: Engine) -> None:
    together = Barrier(4)
    with ThreadPoolExecutor(4) as threads:
        pids = list(threads.map(lambda _: who(own, together), range(4)))
    end_sessions(engine, pids)
    with pytest.raises(OperationalError) as caught:
        who(own)
    assert is_passing(caught.value)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: who(own, together), range(4))).isdisjoint(pids)


def test_a_connection_that_breaks_inside_a_transaction_is_not_used_again(own: Transactions, engine: Engine) -> None:
    def fail() -> None:
        with own.direct() as statements, statements.transaction():
            add(statements, "one")
            ((pid,),) = statements.run(WHO, {})
            end_sessions(engine, [pid])
            add(statements, "two")

    with pytest.raises(DBAPIError) as caught:
        fail()
    assert is_passing(caught.value)
    assert number(own) == 0


ODD = [
    "quotes \" and ' and “these”",
    "line\nbreak\tand \\ backslash \\n",
    "{braces}, commas, NULL",
    "日本語 😀 é",
    "%s %(name)s %% $1",
    "",
    " blanks ",
]


@pytest.mark.parametrize("row", [NoteRow, EvidenceRow])
def test_rows_arrive_as_they_were_given(transactions: Transactions, row: Any) -> None:
    filled: dict[str, list[Any]] = {
        "TEXT": ODD,
        "TEXT[]": [ODD, [], ["a,b", '"', "NULL"]],
        "JSONB": [[[1, 2], [3, 4]], [], [{"kind": "same", "text": ODD[0]}]],
        "INTEGER": [0, 2**31 - 1],
        "DOUBLE PRECISION": [0.1, 1.0, 1 / 3],
        "UUID": [uuid4()],
    }
    columns = [each.name for each in row.__table__.c if str(each.type) in filled]
    assert len(columns) > 10
    kinds = {each.name: str(each.type) for each in row.__table__.c}
    rows = [{name: filled[kinds[name]][at % len(filled[kinds[name]])] for name in columns} for at in range(7)]
    rows.append(dict.fromkeys(columns))
    with transactions.direct() as statements:
        sql = f"SELECT {quoted(columns)} FROM {given(row, columns, 'rows')}"  # noqa: S608 (names of columns)
        found = statements.run(sql, {"rows": as_json(rows)})
    assert [dict(zip(columns, each, strict=True)) for each in found] == rows


def leased_all(made: Pipeline, chunk_ids: tuple[UUID, ...]) -> list[LeasedChunk]:
    leased = []
    for each in chunk_ids:
        with made.transactions.begin() as session:
            one = lease_chunk(session, each, owner="test", lease_s=30.0)
        assert one is not None
        leased.append(one)
    return leased


def test_of_chunks_that_end_at_once_one_closes_the_run(transactions: Transactions) -> None:
    made = Pipeline(transactions, ScriptedModel())
    for _ in range(10):
        run_id, chunk_ids = made.planned(MANY_CHUNKS)
        with transactions.begin() as session:
            run = load_run(session, run_id)
        leased = leased_all(made, chunk_ids)
        assert len(leased) >= 3
        together = Barrier(len(leased))

        def end(each: LeasedChunk) -> tuple[bool, bool]:
            origin = Origin(run.workspace_id, run.transcript_id, run_id, each.id, "test")  # noqa: B023
            together.wait()  # noqa: B023
            with transactions.direct() as statements:
                is_ours = settle_chunk(statements, each, ChunkEnd(ChunkState.DONE, ChunkOutcome.DRAFTED), origin)
                return is_ours, close_if_complete(statements, run_id)  # noqa: B023

        with ThreadPoolExecutor(len(leased)) as threads:
            ends = Counter(threads.map(end, leased))
        assert ends == {(True, True): 1, (True, False): len(leased) - 1}
        with transactions.begin() as session:
            session.execute(text("DELETE FROM run"))


def test_who_has_lost_the_lease_writes_nothing(transactions: Transactions) -> None:
    made = Pipeline(transactions, ScriptedModel())
    run_id, chunk_ids = made.planned(interview())
    (leased,) = leased_all(made, chunk_ids)
    with transactions.begin() as session:
        run = load_run(session, run_id)
        session.execute(text("UPDATE chunk SET lease_token = gen_random_uuid()"))
    origin = Origin(run.workspace_id, run.transcript_id, run_id, leased.id, "test")
    with transactions.direct() as statements:
        assert not settle_chunk(statements, leased, ChunkEnd(ChunkState.DONE, ChunkOutcome.DRAFTED), origin)
        assert not close_if_complete(statements, run_id)
        assert statements.run("SELECT state, outcome FROM chunk", {}) == [("running", None)]


def test_while_every_new_connection_is_cut_the_database_is_away_and_nothing_is_a_fault_of_ours(
    postgres_url: str,
) -> None:
    engine = connect(postgres_url)
    cut_off = database.transactions(engine)
    with cut_off.direct() as statements:
        statements.run("SELECT 1", {})

    @event.listens_for(engine, "connect")
    def cut(connection: psycopg.Connection, _record: object) -> None:
        connection.close()

    with engine.connect() as used, pytest.raises(OperationalError):  # it was cut while it was in the pool
        used.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    for _ in range(3):
        with pytest.raises(DBAPIError) as direct, cut_off.direct() as statements:
            statements.run("SELECT 1", {})
        with pytest.raises(DBAPIError) as session, cut_off.begin() as begun:
            begun.execute(text("SELECT 1"))
        assert is_passing(direct.value)
        assert is_passing(session.value)
    engine.dispose()
