"""Statements that every chunk needs, run by psycopg itself.

A statement through a SQLAlchemy session costs three times the CPU, and the session four times that; with a hundred
threads in a process, each round trip is also a turn of all of them. So what every chunk runs is written as SQL, each
statement does as much as it can, and stands alone: it is committed when it ends.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import psycopg
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from notes_pipeline.store.tables.base import Base, table_of

Row = tuple[Any, ...]


class Statements(Protocol):
    """Runs SQL with `%(name)s` for parameters, and gives the rows."""

    def run(self, sql: str, values: Mapping[str, object]) -> Sequence[Row]: ...


class Direct:
    """A connection that commits each statement; in `transaction` all together.

    What psycopg raises leaves the block of `store.database.Transactions.direct` as SQLAlchemy's errors, as everywhere.
    """

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def run(self, sql: str, values: Mapping[str, object]) -> Sequence[Row]:
        cursor = self._connection.execute(sql.encode(), values, prepare=True)
        return cursor.fetchall() if cursor.description is not None else []

    def transaction(self) -> AbstractContextManager[object]:
        return self._connection.transaction()


class InSession:
    """The same, in the transaction of a session."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()

    def run(self, sql: str, values: Mapping[str, object]) -> Sequence[Row]:
        result = self._connection.exec_driver_sql(sql, dict(values))
        return [tuple(row) for row in result] if result.returns_rows else []


@contextmanager
def as_database_errors() -> Iterator[None]:
    """Raise SQLAlchemy's errors in the place of psycopg's; without parameters, which hold people's words."""
    try:
        yield
    except psycopg.Error as error:
        raised = DBAPIError.instance(None, None, error, psycopg.Error)
        raise (raised if isinstance(raised, DBAPIError) else error) from error


def as_json(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows for `given`; ids and times as PostgreSQL reads them."""
    return json.dumps(rows, default=str, ensure_ascii=False)


def given(row: type[Base], columns: Sequence[str], parameter: str) -> str:
    """Give the SQL of a table of those columns, read from a parameter that `as_json` wrote: one for any number of rows.

    Ten rows cost PostgreSQL, too, a fifth of what ten statements would.
    """
    types = table_of(row).c
    dialect = PGDialect()  # type: ignore[no-untyped-call]
    listed = ", ".join(f'"{name}" {types[name].type.compile(dialect)}' for name in columns)
    return f"json_to_recordset(%({parameter})s::json) AS given ({listed})"


def quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
