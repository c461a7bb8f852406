"""What runs in a folder, without starting or stopping anything."""

from dataclasses import dataclass
from pathlib import Path

from notes_pipeline.embedded.postgres import Postgres
from notes_pipeline.embedded.redis import Redis


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """`pid`: None where it is not running. `url`: None likewise; of PostgreSQL for SQLAlchemy, of Redis for Celery."""

    name: str
    pid: int | None
    url: str | None
    log: Path


def embedded_status(folder: Path) -> list[ServerStatus]:
    """Tell of each embedded server of `folder` whether it runs; empty where none was ever started."""
    found = []
    if (folder / "postgres").is_dir():
        postgres = Postgres.at(folder)
        up = postgres.is_up()
        found.append(ServerStatus("PostgreSQL", postgres.pid, postgres.url if up else None, postgres.log))
    if (folder / "redis").is_dir():
        redis = Redis.at(folder)
        up = redis.is_up()
        found.append(ServerStatus("Redis", redis.pid, redis.urls.celery if up else None, redis.log))
    return found
