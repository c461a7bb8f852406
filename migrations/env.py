"""Alembic's entry: run the migrations over one connection, in one transaction."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from notes_pipeline.store.tables import Base

MIGRATION_LOCK = 7_701_401  # two processes that migrate at once: the second waits, then finds nothing to do


def run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url", ""), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
        context.run_migrations()


run()
