"""What a model endpoint can do."""

from dataclasses import dataclass
from enum import StrEnum


class AnswerMode(StrEnum):
    """How an endpoint is held to a form, in order of trust."""

    JSON_SCHEMA = "json_schema"  # `response_format` with the schema; the server holds the model to it
    JSON_OBJECT = "json_object"  # `response_format` for any JSON; the schema stands in the prompt
    TEXT = "text"  # nothing but the prompt


@dataclass(frozen=True, slots=True)
class EndpointProfile:
    """How a model at an endpoint is to be asked. `is_proven`: an answer of the form asked for came back that way."""

    mode: AnswerMode
    has_new_limit_name: bool = (
        False  # "max_completion_tokens": the OpenAI API wants it, older local servers do not know
    )
    takes_temperature: bool = True
    is_proven: bool = True
