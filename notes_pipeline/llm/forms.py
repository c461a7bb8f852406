"""The form an answer is bound to: the schema that goes out, and the reading of what comes back.

An answer is checked here whatever the endpoint promises: several servers accept a schema and do not enforce it.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

# Left out of the wire schema: titles carry nothing, and llama.cpp's server fails on bounds of arrays.
_NOT_SENT = frozenset({"title", "description", "maxItems"})
# What models put before JSON when no grammar binds them, and may hold braces itself.
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)


class Answer(BaseModel):
    """What all answers share: no field more than asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


A = TypeVar("A", bound=Answer)


class UnreadableAnswerError(ValueError):
    """An answer is not of the form asked for; the message says what is wrong, without repeating the answer."""


@dataclass(frozen=True, slots=True)
class AnswerForm(Generic[A]):
    """A named JSON schema and the model that reads it."""

    name: str
    model: type[A]

    @property
    def schema(self) -> dict[str, object]:
        """The JSON schema in the subset that strict structured output takes.

        No default, every property required, no other property allowed.
        """
        return _wire_schema(self.model)

    @property
    def schema_text(self) -> str:
        """The schema as canonical JSON, for hashes and for prompts."""
        return _wire_text(self.model)

    def read(self, text: str) -> A:
        """Read an answer; a fence or a thought around the JSON is taken off.

        Raises:
            UnreadableAnswerError: it is not of this form.
        """
        try:
            return self.model.model_validate_json(_bare_json(text))
        except ValidationError as error:
            raise UnreadableAnswerError(_problems(error)) from None

    def fits(self, text: str) -> bool:
        try:
            self.read(text)
        except UnreadableAnswerError:
            return False
        return True


def _bare_json(text: str) -> str:
    text = _THOUGHTS.sub("", text)
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _problems(error: ValidationError) -> str:
    """Say what is wrong, at most three things, without repeating the answer."""
    return " ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'The answer'}: {problem['msg']}."
        for problem in error.errors(include_url=False, include_input=False, include_context=False)[:3]
    )


@cache
def _wire_schema(model: type[Answer]) -> dict[str, object]:
    return _for_the_wire(model.model_json_schema())


@cache
def _wire_text(model: type[Answer]) -> str:
    return json.dumps(_wire_schema(model), sort_keys=True, separators=(",", ":"))


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
