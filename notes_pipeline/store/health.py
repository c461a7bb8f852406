"""What an operator asks the database."""

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from notes_pipeline.core.runs import ChunkState, RunState
from notes_pipeline.store.tables import ChunkRow, RunRow


def migration_version(engine: Engine) -> str | None:
    """Give the revision of the schema; None where no migration ever ran."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def open_work(engine: Engine) -> dict[str, int]:
    """Count open runs and chunks by state, as "runs queued", "chunks pending"; states with none are left out."""
    open_runs = [state.value for state in RunState if not state.is_final]
    open_chunks = [ChunkState.PENDING.value, ChunkState.RUNNING.value]
    with Session(engine) as session:
        runs = session.execute(
            select(RunRow.state, func.count()).where(RunRow.state.in_(open_runs)).group_by(RunRow.state)
        ).all()
        chunks = session.execute(
            select(ChunkRow.state, func.count()).where(ChunkRow.state.in_(open_chunks)).group_by(ChunkRow.state)
        ).all()
    return {f"runs {state}": number for state, number in runs} | {f"chunks {state}": number for state, number in chunks}
