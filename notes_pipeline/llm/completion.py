"""The parts of a chat completion that we use; local servers leave out many."""

from pydantic import BaseModel, ConfigDict

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    ModelRefusedError,
    ModelUnreachableError,
    QuestionTooLongError,
)

# No vocabulary packs European text this densely: fewer tokens were read than were sent, as when Ollama's `num_ctx` cuts
# a prompt without a word. Short prompts are left alone.
MOST_BYTES_PER_TOKEN, MIN_JUDGED_BYTES = 8, 4_000


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
    read = body.usage.prompt_tokens if body.usage is not None else None
    if read is not None and bytes_sent > MIN_JUDGED_BYTES:
        read += (body.usage.cached_tokens or 0) if body.usage is not None else 0
        if read * MOST_BYTES_PER_TOKEN < bytes_sent:
            raise QuestionTooLongError(
                f"the endpoint read {read:,} tokens of {bytes_sent:,} bytes: it cuts long prompts without saying so "
                "(with Ollama, raise num_ctx)"
            )
    return choice.message.content or ""
