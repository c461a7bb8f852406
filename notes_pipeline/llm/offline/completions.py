"""Build the bodies of answers and errors, as the OpenAI API writes them."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel

from notes_pipeline.llm.offline.protocol import ChatRequest

BYTES_PER_TOKEN = 4  # of English text with the usual vocabularies; nothing is tokenised here, so this is an estimate
FINGERPRINT = f"bm25s-{version('bm25s')}"

FinishReason = Literal["stop", "length", "content_filter"]


class ReplyMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: str | None = None


class Choice(BaseModel):
    index: int = 0
    message: ReplyMessage
    finish_reason: FinishReason
    logprobs: None = None


class PromptTokensDetails(BaseModel):
    cached_tokens: int


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDetails


class Completion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    system_fingerprint: str = FINGERPRINT
    choices: list[Choice]
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is going to be answered.

    `limit`: the most tokens of an answer, None: as many as it takes. `cached`: tokens of the prompt read before.
    """

    request: ChatRequest
    limit: int | None = None
    cached: int = 0


def completion(
    call: Call, content: str | None, *, finish: FinishReason = "stop", refusal: str | None = None
) -> Completion:
    """Wrap an answer; one that is longer than the limit is cut, as a model would stop."""
    if content is not None and call.limit is not None and tokens([content]) > call.limit:
        content, finish = content.encode()[: call.limit * BYTES_PER_TOKEN].decode(errors="ignore"), "length"
    read, written = tokens(call.request.texts), tokens([content or refusal or ""])
    return Completion(
        id=f"chatcmpl-{uuid4().hex}",
        created=int(time.time()),
        model=call.request.model,
        choices=[Choice(message=ReplyMessage(content=content, refusal=refusal), finish_reason=finish)],
        usage=Usage(
            prompt_tokens=read,
            completion_tokens=written,
            total_tokens=read + written,
            prompt_tokens_details=PromptTokensDetails(cached_tokens=call.cached),
        ),
    )


def error_body(
    message: str, kind: str, *, code: str | None = None, param: str | None = None
) -> dict[str, dict[str, str | None]]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def tokens(texts: Sequence[str]) -> int:
    return tokens_in(sum(len(text.encode(errors="replace")) for text in texts))


def tokens_in(size: int) -> int:
    """Estimate the tokens of a text of `size` bytes."""
    return math.ceil(size / BYTES_PER_TOKEN)
