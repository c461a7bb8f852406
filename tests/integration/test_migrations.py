"""The migrations make exactly what the models say. `alembic check` alone misses CHECKs, predicates and expressions."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from notes_pipeline.bootstrap import migrations_config
from notes_pipeline.store.tables import Base

CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::text,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
             ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
              AND c.relname <> 'alembic_version'
        ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> COALESCE(to_regclass('alembic_version'), 0)
        ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2""",
}


@contextmanager
def empty_database(postgres_url: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    server = create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))


def catalogue(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {what: [tuple(row) for row in connection.execute(text(query))] for what, query in CATALOGUE.items()}


def test_the_migrations_make_what_the_models_say(postgres_url: str) -> None:
    with empty_database(postgres_url) as migrated, empty_database(postgres_url) as modelled:
        command.upgrade(migrations_config(migrated), "head")
        Base.metadata.create_all(create_engine(modelled, poolclass=NullPool))
        found, wanted = catalogue(migrated), catalogue(modelled)
    for what in CATALOGUE:
        assert found[what] == wanted[what], what
    assert len(found["columns"]) > 100


def test_the_migrations_go_up_and_down_and_up_again(postgres_url: str) -> None:
    with empty_database(postgres_url) as url:
        config = migrations_config(url)
        command.upgrade(config, "head")
        first = catalogue(url)
        command.downgrade(config, "base")
        assert catalogue(url)["columns"] == []
        command.upgrade(config, "head")
        assert catalogue(url) == first


def test_migrating_twice_changes_nothing(engine: Engine, postgres_url: str) -> None:
    before = catalogue(postgres_url)
    command.upgrade(migrations_config(postgres_url), "head")
    assert catalogue(postgres_url) == before


@pytest.mark.parametrize(
    ("column", "query"),
    [
        ("run", "SELECT id FROM note WHERE run_id = :id ORDER BY id LIMIT 20"),
        ("transcript", "SELECT id FROM note WHERE transcript_id = :id ORDER BY id LIMIT 20"),
        ("question", "SELECT id FROM note WHERE workspace_id = :id AND question_id = 'q' ORDER BY id LIMIT 20"),
        ("theme", "SELECT id FROM note WHERE workspace_id = :id AND theme_id = 't' ORDER BY id LIMIT 20"),
        ("status", "SELECT id FROM note WHERE workspace_id = :id AND status = 'flagged' AND review_state = 'rejected'"),
        ("updated", "SELECT id FROM note WHERE workspace_id = :id AND updated_at > now() ORDER BY updated_at, id"),
        ("speaker", "SELECT id FROM note WHERE speakers @> ARRAY['Ann'] AND :id IS NOT NULL"),
        ("words", "SELECT id FROM note WHERE words @@ to_tsquery('simple', 'bread') AND :id IS NOT NULL"),
    ],
)
def test_an_index_serves_each_filter_of_notes(engine: Engine, column: str, query: str) -> None:
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        typed = query.replace(":id", "CAST(:id AS uuid)")
        plan = [row[0] for row in connection.execute(text(f"EXPLAIN {typed}"), {"id": uuid4()})]
    assert any("Index" in line for line in plan), plan
