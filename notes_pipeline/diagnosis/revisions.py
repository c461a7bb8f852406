"""Whether the schema of a database is one that this code can work on."""

from enum import Enum, auto
from functools import cache

from sqlalchemy import Engine

from notes_pipeline.bootstrap import MIGRATIONS
from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.store.health import migration_version


class Standing(Enum):
    """A schema beside the code. NEWER is fine: migrations only add and widen, so code goes on while a deploy rolls."""

    MISSING = auto()
    OLDER = auto()
    SAME = auto()
    NEWER = auto()


@cache
def shipped_revisions() -> tuple[str, ...]:
    """List the revisions that come with this code, oldest first.

    Raises:
        ServiceUnavailableError: the installation has no migrations.
    """
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if not MIGRATIONS.is_dir():
        raise ServiceUnavailableError(f"this installation has no migrations: {MIGRATIONS} is missing. Install it anew")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())[::-1]


def standing(revision: str | None, shipped: tuple[str, ...]) -> Standing:
    """Compare the revision of a database with those of this code, oldest first.

    One that is not known was made by newer code: what is shipped once stays in the history for ever.
    """
    if revision is None:
        return Standing.MISSING
    if revision not in shipped:
        return Standing.NEWER
    return Standing.SAME if revision == shipped[-1] else Standing.OLDER


def require_schema(engine: Engine) -> None:
    """Go on only if the schema has all that this code needs; a newer one is fine.

    Raises:
        ServiceUnavailableError: it is missing or older.
    """
    revision, shipped = migration_version(engine), shipped_revisions()
    match standing(revision, shipped):
        case Standing.MISSING:
            raise ServiceUnavailableError("the database of DATABASE_URL has no tables: run `notes-pipeline migrate`")
        case Standing.OLDER:
            raise ServiceUnavailableError(
                f"the database of DATABASE_URL has schema {revision}, and this version needs {shipped[-1]}: run "
                "`notes-pipeline migrate` before its workers start"
            )
        case Standing.SAME | Standing.NEWER:
            return
