"""One workspace and nothing else: what the HTTP API works through.

A transaction takes on the role `notes_tenant`, for which PostgreSQL itself leaves out all rows of other workspaces and
refuses to write any (row-level security, migration 0006). So no query can go around it, whoever writes it: without the
right workspace a row does not exist. Workers and commands work for all workspaces and do not take it on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from notes_pipeline.store.database import Transactions
from notes_pipeline.store.direct import Direct

ROLE = "notes_tenant"
STATEMENT_TIMEOUT_MS = 15_000  # whoever asked over HTTP has gone by then
_ENTER = text(
    "SELECT set_config('notes.workspace', :workspace, true), "
    f"set_config('statement_timeout', '{STATEMENT_TIMEOUT_MS}', true), set_config('role', '{ROLE}', true)"
)


@dataclass(frozen=True, slots=True)
class OfWorkspace:
    """Transactions that see and write the rows of one workspace only."""

    transactions: Transactions
    workspace_id: UUID

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with self.transactions.begin() as session:
            session.execute(_ENTER, {"workspace": str(self.workspace_id)})
            yield session

    @contextmanager
    def direct(self) -> Iterator[Direct]:
        """Give statements in one transaction: the role ends with it."""
        with self.transactions.direct() as statements, statements.transaction():
            values = {"workspace": str(self.workspace_id), "role": ROLE}
            statements.run(
                "SELECT set_config('notes.workspace', %(workspace)s, true), set_config('role', %(role)s, true)", values
            )
            yield statements
