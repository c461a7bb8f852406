"""What all tables share: names of constraints, ids, closed choices, times."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy
from sqlalchemy import CheckConstraint, DateTime, Integer, MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from notes_pipeline.core.ids import new_id

# Alembic can only change a constraint that has a name.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Table = list[list[int]]  # rows of numbers, as JSON
Record = dict[str, Any]  # a JSON object
Records = list[Record]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {
        str: Text(),
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text()),
        list[int]: ARRAY(Integer()),
        Table: JSONB(none_as_null=True),
        Record: JSONB(none_as_null=True),
        Records: JSONB(none_as_null=True),
        list[Table]: JSONB(none_as_null=True),
    }


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
CreatedAt = Annotated[datetime, mapped_column(server_default=func.now())]


def table_of(row: type[Base]) -> sqlalchemy.Table:
    """Give the table of a row class: statements on it, made once and run often, cost a third of those on the class."""
    table = row.__table__
    if not isinstance(table, sqlalchemy.Table):
        raise TypeError(f"{row.__name__} has no table")
    return table


def one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    """Bind a text column to the values of an Enum: a CHECK is easier to change than a PostgreSQL enum type."""
    listed = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
