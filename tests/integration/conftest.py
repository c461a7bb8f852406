"""A real PostgreSQL and a real Redis-compatible server for all integration tests; tables are emptied before each."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from notes_pipeline.bootstrap import migrations_config
from notes_pipeline.embedded import RedisUrls, embedded_postgres, embedded_redis
from notes_pipeline.store import database
from notes_pipeline.store.database import Transactions, connect
from notes_pipeline.store.tables import Base


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """A folder under the system's temporary one: pytest's own is closed to the account that PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="notes-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(servers_folder: Path) -> Iterator[str]:
    with embedded_postgres(servers_folder / "postgres", durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def redis_urls(servers_folder: Path) -> Iterator[RedisUrls]:
    with embedded_redis(servers_folder / "redis", durable=False) as urls:
        yield urls


@pytest.fixture(scope="session")
def engine(postgres_url: str) -> Iterator[Engine]:
    command.upgrade(migrations_config(postgres_url), "head")
    engine = connect(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def transactions(engine: Engine) -> Transactions:
    # Without the checks of foreign keys, a fiftieth of what TRUNCATE takes, which makes each table's files anew.
    deletes = "; ".join(f"DELETE FROM {table.name}" for table in Base.metadata.sorted_tables)  # noqa: S608
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL session_replication_role = replica; {deletes}"))
    return database.transactions(engine)
