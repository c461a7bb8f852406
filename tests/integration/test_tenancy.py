"""Whatever is asked in the name of one workspace: rows of another do not exist, to read or to write."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from notes_pipeline.core.api_keys import Scope
from notes_pipeline.store.api_keys import add_key, find_key, list_keys, revoke_key
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.direct import InSession
from notes_pipeline.store.tables import Base
from notes_pipeline.store.tenancy import ROLE, OfWorkspace
from tests.integration.pipeline import Pipeline, answer, interview
from tests.making import ScriptedModel

OF_THE_OPERATOR = {"endpoint_profile", "evaluation", "worker"}  # nothing for tenants
SHARED = {"prompt"}  # texts of the operator
WRITE_ONLY = "webhook_secret"  # for tenants
OF_WORKSPACES = sorted({table.name for table in Base.metadata.sorted_tables} - OF_THE_OPERATOR - SHARED)
OF_ANOTHER_TRANSACTION = "SELECT current_user, current_setting('notes.workspace', true)"


@dataclass(frozen=True, slots=True)
class Two:
    """Two workspaces, each with a run and all that came of it, and a key."""

    transactions: Transactions
    ours: UUID
    theirs: UUID

    @property
    def inside(self) -> OfWorkspace:
        return OfWorkspace(self.transactions, self.ours)

    def number(self, table: str, *, inside: bool) -> int:
        with (self.inside if inside else self.transactions).begin() as session:
            return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 (ours)


@pytest.fixture
def two(transactions: Transactions) -> Two:
    ids = []
    for name in ("ours", "theirs"):
        Pipeline(transactions, ScriptedModel(answer())).run(interview())
        with transactions.begin() as session:
            session.execute(text("UPDATE workspace SET name = :name WHERE name = 'test'"), {"name": name})
            workspace = session.execute(
                text("SELECT id FROM workspace WHERE name = :name"), {"name": name}
            ).scalar_one()
            add_key(session, workspace, "backend", [Scope.READ])
            note = session.execute(
                text("SELECT id FROM note WHERE workspace_id = :workspace"), {"workspace": workspace}
            ).scalar_one()
            run = session.execute(
                text("SELECT id FROM run WHERE workspace_id = :workspace"), {"workspace": workspace}
            ).scalar_one()
            session.execute(
                text(
                    "INSERT INTO review (id, note_id, reviewer, decision, before, after) "
                    "VALUES (gen_random_uuid(), :note, 'r', 'accept', '{}', '{}')"
                ),
                {"note": note},
            )
            session.execute(
                text(
                    "INSERT INTO review_lease (note_id, workspace_id, holder, reviewer, expires_at) "
                    "VALUES (:note, :workspace, 'h', 'r', now())"
                ),
                {"note": note, "workspace": workspace},
            )
            session.execute(
                text(
                    "INSERT INTO sent_request (workspace_id, key, fingerprint, owner, lease_until) "
                    "VALUES (:workspace, 'k', 'f', gen_random_uuid(), now())"
                ),
                {"workspace": workspace},
            )
            session.execute(
                text(
                    "INSERT INTO erasure (id, workspace_id, transcript_id, content_hash, counts) "
                    "VALUES (gen_random_uuid(), :workspace, gen_random_uuid(), 'h', '{}')"
                ),
                {"workspace": workspace},
            )
            session.execute(
                text(
                    "WITH hook AS (INSERT INTO webhook (id, workspace_id, url, events) VALUES (gen_random_uuid(), "
                    ":workspace, 'https://hooks.example.com', '{}') RETURNING id), secret AS (INSERT INTO "
                    "webhook_secret (id, webhook_id, workspace_id, secret) SELECT gen_random_uuid(), id, :workspace, "
                    "'whsec_invented' FROM hook) INSERT INTO delivery (id, workspace_id, webhook_id, event_id) "
                    "SELECT gen_random_uuid(), :workspace, hook.id, event.id FROM hook, event "
                    "WHERE event.workspace_id = :workspace"  # that of the run's end
                ),
                {"workspace": workspace},
            )
            session.execute(
                text(
                    "INSERT INTO summary (run_id, topic_id, sentences, dropped, model) "
                    "VALUES (:run, 'how', '[]', '[]', 'm')"
                ),
                {"run": run},
            )
        ids.append(workspace)
    return Two(transactions, *ids)


@pytest.mark.parametrize("table", OF_WORKSPACES)
def test_of_every_table_only_the_rows_of_the_workspace_are_there(two: Two, table: str) -> None:
    everyone, inside = two.number(table, inside=False), two.number(table, inside=True)
    assert 0 < inside < everyone
    assert 2 * inside == everyone


@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("table", [table for table in OF_WORKSPACES if table != WRITE_ONLY])
def test_rows_of_others_are_neither_changed_nor_deleted(two: Two, table: str, verb: str) -> None:
    column = next(iter(Base.metadata.tables[table].primary_key.columns)).name
    statement = f"UPDATE {table} SET {column} = {column}" if verb == "update" else f"DELETE FROM {table}"  # noqa: S608
    theirs = f"SELECT array_agg(xmin::text || ctid::text) FROM {table}"  # noqa: S608 (changes with every write)
    other = OfWorkspace(two.transactions, two.theirs)
    with other.begin() as session:
        before = session.execute(text(theirs)).scalar_one()
    with suppress(IntegrityError, ProgrammingError), two.inside.begin() as session:  # where it may not even be tried
        session.execute(text(statement))
    with other.begin() as session:
        assert session.execute(text(theirs)).scalar_one() == before


@pytest.mark.parametrize("table", sorted(OF_THE_OPERATOR))
def test_tables_of_the_operator_are_not_for_tenants(two: Two, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        two.number(table, inside=True)


def test_secrets_of_webhooks_are_written_by_tenants_and_not_read(two: Two) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), two.inside.begin() as session:
        session.execute(text("SELECT secret FROM webhook_secret"))
    with two.inside.begin() as session:
        assert session.execute(text("DELETE FROM webhook_secret RETURNING workspace_id")).scalars().all() == [two.ours]
    with OfWorkspace(two.transactions, two.theirs).begin() as session:
        assert session.execute(text("SELECT count(*) FROM webhook_secret")).scalar_one() == 1


def test_nothing_is_written_for_another_workspace(two: Two) -> None:
    add = text(
        "INSERT INTO api_key (id, workspace_id, name, hint, secret_hash, scopes) VALUES (:id, :w, '', '', '', '{}')"
    )
    with two.inside.begin() as session:
        session.execute(add, {"id": uuid4(), "w": two.ours})

    def write(statement: object, values: dict[str, object]) -> None:
        with two.inside.begin() as session:
            session.execute(statement, values)  # type: ignore[call-overload]

    with pytest.raises(DBAPIError, match="row-level security"):
        write(add, {"id": uuid4(), "w": two.theirs})
    with pytest.raises(DBAPIError, match="row-level security"):
        write(text("UPDATE api_key SET workspace_id = :w"), {"w": two.theirs})


def test_without_a_workspace_nothing_is_there(two: Two) -> None:
    with two.transactions.begin() as session:
        session.execute(text(f"SET LOCAL ROLE {ROLE}"))
        for table in OF_WORKSPACES:
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608 (ours)


def test_statements_without_sqlalchemy_are_held_as_well(two: Two) -> None:
    with two.inside.direct() as statements:
        assert statements.run("SELECT workspace_id FROM note", {}) == [(two.ours,)]


def test_the_next_transaction_of_a_connection_is_free_of_it(two: Two, engine: Engine) -> None:
    with two.inside.begin() as session:
        assert session.execute(text(OF_ANOTHER_TRANSACTION)).one() == (ROLE, str(two.ours))
    with engine.connect() as connection:
        assert connection.execute(text(OF_ANOTHER_TRANSACTION)).one() == ("notes", "")
    with two.inside.direct() as statements:
        statements.run("SELECT 1", {})
    with two.transactions.direct() as statements:
        assert statements.run(OF_ANOTHER_TRANSACTION, {}) == [("notes", "")]


def test_a_key_is_known_by_its_token_until_it_is_revoked(two: Two) -> None:
    with two.transactions.begin() as session:
        key, token = add_key(session, two.ours, "backend", [Scope.UPLOAD, Scope.READ])
    with two.transactions.begin() as session:
        assert find_key(InSession(session), token) == (key, "ours")
    with two.inside.begin() as session:
        (listed,) = [each for each in list_keys(session, two.ours) if each.id == key.id]
        assert listed.last_used_at is not None
    with two.transactions.begin() as session:
        for wrong in ("", token[:-1], token + "x", token.replace(key.id.hex, uuid4().hex)):
            assert find_key(InSession(session), wrong) is None
        assert not revoke_key(session, two.theirs, key.id)
        assert revoke_key(session, two.ours, key.id)
        assert not revoke_key(session, two.ours, key.id)
        assert find_key(InSession(session), token) is None


def test_no_token_is_stored(two: Two) -> None:
    with two.transactions.begin() as session:
        _, token = add_key(session, two.ours, "backend", [Scope.READ])
        stored = session.execute(text("SELECT api_key::text FROM api_key")).scalars().all()
    secret = token.rpartition("_")[2]
    assert stored
    assert not any(secret in row for row in stored)
