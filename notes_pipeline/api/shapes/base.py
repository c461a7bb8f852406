"""What all shapes share."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no U+0000


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Time = Annotated[  # UTC, to the millisecond
    datetime,
    PlainSerializer(_iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _is_written_out(time: object) -> object:
    """Refuse seconds since 1970, which pydantic takes: who sends 2020 means a year."""
    if isinstance(time, int | float) or (isinstance(time, str) and ":" not in time):
        raise ValueError("write the time as ISO 8601 with its zone, as 2026-01-31T12:00:00Z")
    return time


SentTime = Annotated[AwareDatetime, BeforeValidator(_is_written_out)]


class Shape(BaseModel):
    """What is given. Members are added over time; none is taken away or changes its meaning under /v1."""

    model_config = ConfigDict(frozen=True)


class Request(BaseModel):
    """What is sent. What it does not know is refused, so that no misspelt wish is ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
