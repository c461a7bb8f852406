"""Build the bodies of answers and errors, as the OpenAI API writes them."""

import math
import time
from collections.abc import Sequence
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


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    system_fingerprint: str = FINGERPRINT
    choices: list[Choice]
    usage: Usage | None


def completion(
    request: ChatRequest,
    model: str,
    content: str | None,
    *,
    finish: FinishReason = "stop",
    refusal: str | None = None,
) -> Completion:
    """Wrap an answer; one that is longer than the request allows is cut, as a model would stop."""
    limit = request.limit
    if content is not None and limit is not None and tokens([content]) > limit:
        content, finish = content.encode()[: limit * BYTES_PER_TOKEN].decode(errors="ignore"), "length"
    asked, answered = tokens([message.text for message in request.messages]), tokens([content or refusal or ""])
    return Completion(
        id=f"chatcmpl-{uuid4().hex}",
        created=int(time.time()),
        model=model,
        choices=[Choice(message=ReplyMessage(content=content, refusal=refusal), finish_reason=finish)],
        usage=Usage(prompt_tokens=asked, completion_tokens=answered, total_tokens=asked + answered),
    )


def error_body(
    message: str, kind: str, *, code: str | None = None, param: str | None = None
) -> dict[str, dict[str, str | None]]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def tokens(texts: Sequence[str]) -> int:
    return math.ceil(sum(len(text.encode(errors="replace")) for text in texts) / BYTES_PER_TOKEN)
