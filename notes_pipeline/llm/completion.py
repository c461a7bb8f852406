"""The parts of a chat completion that we use; local servers leave out many."""

import math

from pydantic import BaseModel, ConfigDict

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    ModelRefusedError,
    ModelUnreachableError,
    QuestionTooLongError,
)

# Ollama cuts a prompt to its `num_ctx`, a power of two, without a word. No vocabulary packs European text as densely as
# it then seems to be. Other low counts mean that a server counts only what it had not cached.
MOST_BYTES_PER_TOKEN, SMALLEST_CONTEXT, SLACK = 8, 1_024, 0.02


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Details(_Lenient):
    cached_tokens: int | None = None


class Usage(_Lenient):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: Details | None = None

    @property
    def cached_tokens(self) -> int | None:
        return None if self.prompt_tokens_details is None else self.prompt_tokens_details.cached_tokens


class Message(_Lenient):
    content: str | None = None
    refusal: str | None = None


class Choice(_Lenient):
    message: Message
    finish_reason: str | None = None


class Completion(_Lenient):
    choices: list[Choice]
    model: str | None = None
    system_fingerprint: str | None = None
    usage: Usage | None = None


def text_of(body: Completion, *, bytes_sent: int) -> str:
    """Take the text out of a completion.

    Raises:
        ModelUnreachableError: there is no choice in it.
        ModelRefusedError, AnswerTruncatedError, QuestionTooLongError: it is no answer to all that was asked.
    """
    if not body.choices:
        raise ModelUnreachableError("the answer holds no choice", is_failure_of_theirs=True)
    choice = body.choices[0]
    if choice.message.refusal:
        raise ModelRefusedError(f"the model declined: {choice.message.refusal}")
    if choice.finish_reason == "content_filter":
        raise ModelRefusedError("the endpoint's content filter withheld the answer")
    if choice.finish_reason == "length":
        raise AnswerTruncatedError("the answer was cut off at the most tokens that we or the model allow")
    read = (body.usage.prompt_tokens or 0) if body.usage is not None else 0
    if _is_cut(read, bytes_sent):
        raise QuestionTooLongError(
            f"the endpoint read {read:,} tokens of {bytes_sent:,} bytes: it cuts long prompts without saying so "
            "(with Ollama, raise num_ctx)"
        )
    return choice.message.content or ""


def _is_cut(read: int, bytes_sent: int) -> bool:
    if read * MOST_BYTES_PER_TOKEN >= bytes_sent or read < SMALLEST_CONTEXT * (1 - SLACK):
        return False
    context = 1 << math.ceil(math.log2(read))
    return read >= context * (1 - SLACK)
