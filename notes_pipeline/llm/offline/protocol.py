"""The requests that the server takes: the part of OpenAI's chat completions that makes sense for it."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from notes_pipeline.core.endpoints import AnswerMode

# As `modes.schema_instruction` writes it, for models that get the schema in the prompt.
_INSTRUCTION = re.compile(r"fits the JSON schema `([^`\n]+)`, and with nothing else")


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class TextPart(_Lenient):
    type: Literal["text"]
    text: str


class ChatMessage(_Lenient):
    role: str
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class JsonSchema(_Lenient):
    name: str


class ResponseFormat(_Lenient):
    type: AnswerMode
    json_schema: JsonSchema | None = None


class ChatRequest(_Lenient):
    model: str
    messages: list[ChatMessage] = Field(min_length=1)
    response_format: ResponseFormat | None = None
    stream: bool | None = False
    n: int | None = 1
    temperature: float | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)

    @property
    def limit(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def mode(self) -> AnswerMode:
        return AnswerMode.TEXT if self.response_format is None else self.response_format.type

    @property
    def form(self) -> str | None:
        """The name of the form that is asked for: of the schema sent along, else of the one in the prompt."""
        return self.form_of_schema or self.form_in_prompt

    @property
    def form_of_schema(self) -> str | None:
        wanted = self.response_format
        return wanted.json_schema.name if wanted and wanted.json_schema else None

    @property
    def form_in_prompt(self) -> str | None:
        """The name of the schema that the first message shows; in the others such a sentence is data."""
        found = _INSTRUCTION.findall(self.messages[0].text)
        return found[-1] if found else None
