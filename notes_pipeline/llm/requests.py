"""One question to a model, complete: what is asked, in what form the answer is wanted, and its identity."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic

from notes_pipeline.core.model_calls import ModelCall, Purpose
from notes_pipeline.llm.forms import A, AnswerForm, UnreadableAnswerError
from notes_pipeline.llm.rendering import Message

MAX_OUTPUT_TOKENS = 8_192  # always sent: without a limit a small model may never end
MAX_READ_TIMEOUT_S = 60.0  # between two bytes; models that think send none for a while
TEMPERATURE = 0  # answers as repeatable as they get
CHARACTERS_PER_TOKEN = 3.5  # of ASCII; any other character counts as a token: rather too many than too few
_KEY_VERSION = 1

Record = Callable[[ModelCall], None]


@dataclass(frozen=True, slots=True)
class ModelRequest(Generic[A]):
    """`prompt_hash`: of the prompt file that the messages start with."""

    purpose: Purpose
    prompt_hash: str
    messages: tuple[Message, ...]
    form: AnswerForm[A]
    most_tokens_out: int = MAX_OUTPUT_TOKENS

    def key(self, model: str) -> str:
        """Hexadecimal SHA-256 of all that decides the answer: model, parameters, prompt, schema, messages."""
        parts = [
            _KEY_VERSION, model, {"temperature": TEMPERATURE, "max_tokens": MAX_OUTPUT_TOKENS},
            self.prompt_hash, self.form.schema_text, self.messages,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def tokens_in(self) -> int:
        """About how many tokens the messages have; unusual vocabularies may need four times as many."""
        text = "".join(message["content"] for message in self.messages)
        ascii_characters = len(text.encode("ascii", errors="ignore"))
        return round(ascii_characters / CHARACTERS_PER_TOKEN) + len(text) - ascii_characters

    @property
    def most_tokens_in(self) -> int:
        """No vocabulary makes more tokens than bytes; the schema is part of the prompt where a server enforces none."""
        return sum(len(message["content"].encode()) for message in self.messages) + len(self.form.schema_text)

    def again(self, answer: str, problem: UnreadableAnswerError) -> "ModelRequest[A]":
        """Ask once more, with the answer and what is wrong with its form."""
        complaint = f"That is not JSON of the schema asked for. {problem} Answer again, with the JSON alone."
        said: tuple[Message, ...] = ({"role": "assistant", "content": answer}, {"role": "user", "content": complaint})
        return replace(self, messages=self.messages + said)
