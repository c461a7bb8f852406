"""Versions meet while a deploy rolls: the database is migrated first, and code of the version before works on.

So a migration may only add and widen (expand); what no code uses any more goes away one version later (contract), and
stands here with its reason.
"""

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from notes_pipeline.bootstrap import migrations_config
from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.diagnosis.revisions import require_schema, shipped_revisions
from notes_pipeline.embedded import RedisUrls
from notes_pipeline.steps.draft_chunk import draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import connect, transactions
from tests.integration.pipeline import EMPTY, Pipeline, answer, interview
from tests.integration.test_migrations import empty_database
from tests.making import ScriptedModel

ROOT = Path(__file__).resolve().parents[2]
TURNS = 40  # of the interview: several chunks

# What older migrations broke before the rule was made; no deployment rolled over them. Nothing is added here but the
# end of something that the version before does not use any more.
_NO_DEPLOYMENT = "before the first deployment; stop the workers, migrate, start them"
ACCEPTED: Mapping[str, str] = {
    "0002: new column model_call.purpose must be given": _NO_DEPLOYMENT,
    "0002: new column model_call.counted_micro_usd must be given": _NO_DEPLOYMENT,
    "0003: column run.prompt_hash is gone": _NO_DEPLOYMENT,
    "0003: new column run.prompts must be given": _NO_DEPLOYMENT,
    "0003: new column run.uses_cache must be given": _NO_DEPLOYMENT,
    "0003: new column run.repairs must be given": _NO_DEPLOYMENT,
    "0003: new column run.summarises must be given": _NO_DEPLOYMENT,
}

WIDER_TYPES = {
    ("smallint", "integer"), ("smallint", "bigint"), ("integer", "bigint"), ("real", "double precision"),
    ("character varying", "text"),
}  # fmt: skip

_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           a.atthasdef OR a.attidentity <> '' AS has_default
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relname <> 'alembic_version'"""
_CONSTRAINTS = """
    SELECT t.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid),
           ARRAY(SELECT a.attname::text FROM pg_attribute a
                 WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) ORDER BY 1)
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
    WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('c', 'f', 'p', 'u', 'x')
          AND t.relname <> 'alembic_version'"""
_UNIQUE_INDEXES = """
    SELECT t.relname, i.relname, 'u', pg_get_indexdef(x.indexrelid),
           ARRAY(SELECT a.attname::text FROM pg_attribute a
                 WHERE a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey) ORDER BY 1)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE i.relnamespace = 'public'::regnamespace AND x.indisunique AND t.relname <> 'alembic_version'
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype <> 'f')"""
KINDS = {"c": "CHECK", "f": "FOREIGN KEY", "p": "PRIMARY KEY", "u": "UNIQUE", "x": "EXCLUDE"}
_LITERAL = re.compile(r"'((?:[^']|'')*)'(?:::text)?")


@dataclass(frozen=True, slots=True)
class Column:
    type: str
    is_required: bool
    has_default: bool

    @property
    def must_be_given(self) -> bool:
        return self.is_required and not self.has_default


@dataclass(frozen=True, slots=True)
class Constraint:
    """`kind`: a key of KINDS. `definition`: as PostgreSQL writes it."""

    table: str
    kind: str
    definition: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """`columns` by table and name; `constraints` by name, unique indexes among them."""

    columns: Mapping[tuple[str, str], Column]
    constraints: Mapping[str, Constraint]

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.columns}

    @classmethod
    def read(cls, url: str) -> "Schema":
        with create_engine(url, poolclass=NullPool).connect() as connection:
            columns = {
                (table, name): Column(kind, required, default)
                for table, name, kind, required, default in connection.execute(text(_COLUMNS))
            }
            constraints = {
                name: Constraint(table, kind, definition, tuple(names))
                for query in (_CONSTRAINTS, _UNIQUE_INDEXES)
                for table, name, kind, definition, names in connection.execute(text(query))
            }
        return cls(columns, constraints)


def breaks(before: Schema, after: Schema) -> Iterator[str]:
    """Say what code that was written for `before` could no longer do on `after`."""
    for table in sorted(before.tables - after.tables):
        yield f"table {table} is gone"
    kept_tables = before.tables & after.tables
    for (table, name), column in sorted(before.columns.items()):
        if table in kept_tables:
            yield from _breaks_of_column(f"{table}.{name}", column, after.columns.get((table, name)))
    for (table, name), column in sorted(after.columns.items()):
        if table in kept_tables and (table, name) not in before.columns and column.must_be_given:
            yield f"new column {table}.{name} must be given"
    for name, constraint in sorted(after.constraints.items()):
        if constraint.table in kept_tables and _tightens(before, constraint, before.constraints.get(name)):
            yield f"{KINDS[constraint.kind]} {name} takes less than before"
    for name, constraint in sorted(before.constraints.items()):
        is_key = constraint.kind in "upx" and constraint.table in kept_tables
        if is_key and name not in after.constraints:
            yield f"{KINDS[constraint.kind]} {name} is gone, and ON CONFLICT may name it"


def _breaks_of_column(name: str, before: Column, after: Column | None) -> Iterator[str]:
    if after is None:
        yield f"column {name} is gone"
        return
    if after.type != before.type and (before.type, after.type) not in WIDER_TYPES:
        yield f"column {name} was {before.type} and is {after.type}"
    if after.must_be_given and not before.must_be_given:
        yield f"column {name} must be given now"
    elif after.is_required and not before.is_required:
        yield f"column {name} takes no null any more"


def _tightens(before: Schema, new: Constraint, old: Constraint | None) -> bool:
    """Whether rows that were taken before are not any more.

    On columns that are all new there were none, but for defaults, which the migration itself proves.
    """
    if old is not None and old.definition == new.definition:
        return False
    if all((new.table, column) not in before.columns for column in new.columns):
        return False
    return old is None or new.kind != "c" or not _is_wider(old.definition, new.definition)


def _is_wider(old: str, new: str) -> bool:
    """Whether two CHECKs differ only in that the new one lists more values."""
    same_shape = _shape(old) == _shape(new)
    return same_shape and set(_LITERAL.findall(old)) <= set(_LITERAL.findall(new))


def _shape(definition: str) -> str:
    return re.sub(r"\?(?:, \?)*", "?", _LITERAL.sub("?", definition))


@pytest.fixture(scope="module")
def breaks_by_revision(postgres_url: str) -> list[str]:
    """What each migration after the first breaks, read from a real database before and after it."""
    with empty_database(postgres_url) as url:
        config, schemas = migrations_config(url), []
        for revision in shipped_revisions():
            command.upgrade(config, revision)
            schemas.append((revision, Schema.read(url)))
    return [
        f"{revision}: {what}" for (_, before), (revision, after) in pairwise(schemas) for what in breaks(before, after)
    ]


def test_a_migration_breaks_nothing_for_the_version_before(breaks_by_revision: list[str]) -> None:
    assert [each for each in breaks_by_revision if each not in ACCEPTED] == []


def test_every_exception_is_one_and_old(breaks_by_revision: list[str]) -> None:
    assert set(ACCEPTED) <= set(breaks_by_revision)
    assert {each.partition(":")[0] for each in ACCEPTED} <= {"0002", "0003"}


CHANGES = {
    "a table is dropped": ("DROP TABLE b", "table b is gone"),
    "a table is renamed": ("ALTER TABLE b RENAME TO c", "table b is gone"),
    "a column is dropped": ("ALTER TABLE a DROP extra", "column a.extra is gone"),
    "a column is renamed": ("ALTER TABLE a RENAME extra TO more", "column a.extra is gone"),
    "a new column without a default": ("ALTER TABLE a ADD x int NOT NULL", "new column a.x must be given"),
    "a default is taken away": ("ALTER TABLE a ALTER n DROP DEFAULT", "column a.n must be given now"),
    "null is refused": (
        "ALTER TABLE a ALTER extra SET DEFAULT '', ALTER extra SET NOT NULL", "column a.extra takes no null any more",
    ),
    "a type is narrowed": ("ALTER TABLE a ALTER n TYPE smallint", "column a.n was integer and is smallint"),
    "a choice is taken away": (
        "ALTER TABLE a DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (state IN ('x', 'z'))",
        "CHECK ck takes less than before",
    ),
    "a new CHECK on an old column": (
        "ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0)", "CHECK positive takes less than before",
    ),
    "a new UNIQUE on an old column": (
        "ALTER TABLE a ADD CONSTRAINT one UNIQUE (extra)", "UNIQUE one takes less than before",
    ),
    "a new unique index on an old column": (
        "CREATE UNIQUE INDEX one ON a (extra) WHERE n > 0", "UNIQUE one takes less than before",
    ),
    "a new reference from an old column": (
        "ALTER TABLE a ADD CONSTRAINT known FOREIGN KEY (n) REFERENCES b (id)",
        "FOREIGN KEY known takes less than before",
    ),
    "a UNIQUE is dropped": (
        "ALTER TABLE a DROP CONSTRAINT each", "UNIQUE each is gone, and ON CONFLICT may name it",
    ),
}  # fmt: skip
TABLES = """
    CREATE TABLE b (id integer PRIMARY KEY);
    CREATE TABLE a (
        id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0, extra text, state text, word text,
        CONSTRAINT ck CHECK (state IN ('x', 'y')), CONSTRAINT each UNIQUE (word)
    )"""
HARMLESS = """
    CREATE TABLE c (id integer PRIMARY KEY, name text NOT NULL UNIQUE);
    ALTER TABLE a ADD x integer, ADD y text NOT NULL DEFAULT '', ADD c_id integer UNIQUE REFERENCES c (id);
    ALTER TABLE a ALTER n TYPE bigint, ALTER extra SET DEFAULT 'e', ALTER n DROP NOT NULL;
    ALTER TABLE a DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (state IN ('x', 'new', 'y'));
    ALTER TABLE a ADD CONSTRAINT small CHECK (x < 10);
    CREATE INDEX ON a (extra)"""


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_that_breaks_older_code_is_seen(change: str, expected: str, changed: "Changed") -> None:
    assert changed(change) == [expected]


def test_what_only_adds_and_widens_is_harmless(changed: "Changed") -> None:
    assert changed(HARMLESS) == []


Changed = Callable[[str], list[str]]


@pytest.fixture
def changed(postgres_url: str) -> Iterator[Changed]:
    with empty_database(postgres_url) as url:
        engine = create_engine(url, poolclass=NullPool)

        def change(statements: str) -> list[str]:
            execute(engine, TABLES)
            before = Schema.read(url)
            execute(engine, statements)
            return list(breaks(before, Schema.read(url)))

        yield change


def execute(engine: Engine, statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))


# Code of the version before, for real ---------------------------------------------------------------------------------

OLD_CODE = """
import sys
from uuid import UUID
import structlog
from sqlalchemy import text
import notes_pipeline
from notes_pipeline.steps.draft_chunk import draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.store.database import connect, transactions
from tests.integration.pipeline import EMPTY, Pipeline, answer, interview
from tests.making import ScriptedModel

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # ids alone are for stdout
url, what, turns, *ids = sys.argv[1:]
made = transactions(connect(url))
pipeline = Pipeline(made, ScriptedModel(answer(), *[EMPTY] * 50))
print(notes_pipeline.__file__)
if what == "run":
    pipeline.run(interview(turns=int(turns)))
elif what == "plan":
    run_id, chunks = pipeline.planned(interview(turns=int(turns)))
    print(run_id, *chunks)
elif what == "draft":
    run_id, *chunks = map(UUID, ids)
    for chunk in chunks:
        draft_chunk(pipeline.drafting, chunk)
    finish_run(made, run_id)
"""


def git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no history here to take older code from: {error}")
    return done.stdout


def last_commit_before(revision: str) -> str:
    """Find the last commit whose newest migration is older than `revision`; skip where there is none."""
    for commit in git("log", "--format=%H", "-500").decode().split():
        names = git("ls-tree", "-r", "--name-only", commit).decode()
        found = re.findall(r"^(?:.*/)?migrations/versions/(\d{4})_\w+\.py$", names, re.MULTILINE)
        if found and max(found) < revision:
            return commit
    pytest.skip("the history that is here does not reach back to the version before: a shallow clone")


@pytest.fixture(scope="module")
def old_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the version before, taken out of the history."""
    folder = tmp_path_factory.mktemp("old_code")
    with tarfile.open(fileobj=BytesIO(git("archive", last_commit_before(shipped_revisions()[-1])))) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """A database at the newest schema."""
    with empty_database(postgres_url) as found:
        command.upgrade(migrations_config(found), "head")
        yield found


@pytest.fixture
def new(url: str) -> Iterator[Pipeline]:
    engine = connect(url)
    yield Pipeline(transactions(engine), ScriptedModel(answer(), *[EMPTY] * 50))
    engine.dispose()


def run_old(old_code: Path, url: str, *arguments: object) -> list[str]:
    """Run steps with old code, in a process of its own; gives the ids that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", OLD_CODE, url, *map(str, arguments)],
        cwd=old_code,
        env=os.environ | {"PYTHONPATH": str(old_code)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, *ids = done.stdout.split()
    assert Path(where).is_relative_to(old_code), "the code of this checkout ran instead"
    return ids


def ended(pipeline: Pipeline) -> tuple[str, int, int]:
    """State of the only run, chunks that are done, and supported notes."""
    with pipeline.transactions.begin() as session:
        row = session.execute(
            text(
                "SELECT state, (SELECT count(*) FROM chunk WHERE state = 'done'),"
                " (SELECT count(*) FROM note WHERE status = 'supported') FROM run"
            )
        ).one()
    return str(row[0]), int(row[1]), int(row[2])


def test_the_version_before_takes_an_interview_to_its_end_on_the_new_schema(
    old_code: Path, url: str, new: Pipeline
) -> None:
    run_old(old_code, url, "run", TURNS)
    state, done, supported = ended(new)
    assert state == "finished"
    assert done > 2
    assert supported == 1


def test_a_run_that_old_code_planned_is_ended_by_new_code(old_code: Path, url: str, new: Pipeline) -> None:
    run_id, *chunks = map(UUID, run_old(old_code, url, "plan", TURNS))
    sweep(new.transactions, queue_is_empty=True)  # as workers do every few seconds
    for chunk in chunks:
        draft_chunk(new.drafting, chunk)
    finish_run(new.transactions, run_id)
    assert ended(new) == ("finished", len(chunks), 1)


def test_a_run_that_new_code_planned_is_ended_by_old_code(old_code: Path, url: str, new: Pipeline) -> None:
    run_id, chunks = new.planned(interview(turns=TURNS))
    run_old(old_code, url, "draft", TURNS, run_id, *chunks)
    assert ended(new) == ("finished", len(chunks), 1)


# Code of this version on a schema that is too old ---------------------------------------------------------------------


def at(postgres_url: str, revision: str) -> None:
    command.upgrade(migrations_config(postgres_url), revision)


def test_a_schema_that_is_older_than_the_code_needs_is_refused(postgres_url: str) -> None:
    *_, before, head = shipped_revisions()
    with empty_database(postgres_url) as url:
        engine = create_engine(url, poolclass=NullPool)
        with pytest.raises(ServiceUnavailableError, match="no tables"):
            require_schema(engine)
        at(url, before)
        with pytest.raises(
            ServiceUnavailableError, match=rf"schema {before}, .* needs {head}: run `notes-pipeline mig"
        ):
            require_schema(engine)
        at(url, head)
        require_schema(engine)


def test_a_schema_of_newer_code_is_fine(postgres_url: str) -> None:
    with empty_database(postgres_url) as url:
        at(url, "head")
        engine = create_engine(url, poolclass=NullPool)
        execute(engine, "UPDATE alembic_version SET version_num = '9999'")
        require_schema(engine)


def test_a_worker_does_not_start_on_an_older_schema(postgres_url: str, redis_urls: RedisUrls, tmp_path: Path) -> None:
    *_, before, head = shipped_revisions()
    with empty_database(postgres_url) as url:
        at(url, before)
        done = subprocess.run(
            [sys.executable, "-m", "notes_pipeline.cli", "worker"],
            env=os.environ | {"DATABASE_URL": url, "REDIS_URL": redis_urls.celery, "NOTES_DATA": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 6
    assert f"needs {head}: run `notes-pipeline migrate` before its workers start" in done.stderr
