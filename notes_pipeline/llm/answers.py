"""What a model must answer with: the wire schema, and its reading into claims.

The schema is checked again on our side whatever the endpoint promises: several servers accept `json_schema` and do not
enforce it.
"""

import json
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DRAFT_SCHEMA_NAME = "draft_notes"

# A model that repeats itself without end must not fill the database: more than this is a wrong answer, not a long one.
MAX_NOTES, MAX_QUOTES = 200, 20
# Left out of the wire schema: titles carry nothing, and llama.cpp's server fails on bounds of arrays.
_NOT_SENT = frozenset({"title", "description", "maxItems"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuoteAnswer(_Strict):
    """`utterance`: the number in the prompt. `words`: copied from there."""

    utterance: int
    speaker: str
    words: str


class NoteAnswer(_Strict):
    """`topic`: the id of a question or a theme. Quotes stand first, so that the statement is written from them."""

    topic: str
    quotes: list[QuoteAnswer] = Field(max_length=MAX_QUOTES)
    statement: str


class CoverageAnswer(_Strict):
    question: str
    state: Literal["answered", "partly", "asked_not_answered", "not_asked"]
    asked_at: int | None


class DraftAnswer(_Strict):
    notes: list[NoteAnswer] = Field(max_length=MAX_NOTES)
    coverage: list[CoverageAnswer]


@cache
def draft_schema() -> dict[str, object]:
    """Give the JSON schema of `DraftAnswer` in the subset that strict structured output takes.

    No default, every property required, no other property allowed.
    """
    return _for_the_wire(DraftAnswer.model_json_schema())


def draft_schema_text() -> str:
    """Give the schema as canonical JSON, for hashes and for prompts."""
    return json.dumps(draft_schema(), sort_keys=True, separators=(",", ":"))


def _for_the_wire(schema: dict[str, object]) -> dict[str, object]:
    """Drop the keywords of `_NOT_SENT`; keep properties of those names."""
    cleaned: dict[str, object] = {}
    for key, value in schema.items():
        if key in _NOT_SENT and not isinstance(value, dict):
            continue
        if key in ("properties", "$defs") and isinstance(value, dict):
            cleaned[key] = {name: _for_the_wire(inner) for name, inner in value.items()}
        elif isinstance(value, dict):
            cleaned[key] = _for_the_wire(value)
        elif isinstance(value, list):
            cleaned[key] = [_for_the_wire(item) if isinstance(item, dict) else item for item in value]
        else:
            cleaned[key] = value
    return cleaned
