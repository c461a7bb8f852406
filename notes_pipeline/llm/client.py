"""One request to an OpenAI-compatible endpoint: bounded in time, every outcome a typed one, every call recorded.

The `openai` client's own retries are off: what is tried again, and when, is decided where the work is known.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel, ConfigDict, ValidationError

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    ModelBusyError,
    ModelConfigurationError,
    ModelError,
    ModelRefusedError,
    ModelUnreachableError,
    NotesPipelineError,
)
from notes_pipeline.core.model_calls import CallOutcome, ModelCall
from notes_pipeline.llm.prices import cost_micro_usd
from notes_pipeline.llm.rendering import Message

CONNECT_TIMEOUT_S = 5.0
MAX_READ_TIMEOUT_S = 60.0  # between two bytes; models that think send none for a while
MAX_OUTPUT_TOKENS = 8_192  # always sent: without a limit a small model may never end
MAX_ANSWER_BYTES = 4_000_000

# Reasoning models of the OpenAI API refuse a temperature; on all others 0 makes answers as repeatable as they get.
_FIXED_TEMPERATURE = re.compile(r"^(o\d|gpt-5)")
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})

Record = Callable[[ModelCall], None]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Details(_Lenient):
    cached_tokens: int | None = None


class _Usage(_Lenient):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Message(_Lenient):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Lenient):
    message: _Message
    finish_reason: str | None = None


class _Completion(_Lenient):
    """The parts of a chat completion that we use; local servers leave out many."""

    choices: list[_Choice]
    model: str | None = None
    system_fingerprint: str | None = None
    usage: _Usage | None = None


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """The JSON schema that an answer is bound to."""

    name: str
    schema: Mapping[str, object]


class ModelClient:
    """Asks one model at one endpoint. Safe for threads; make one per process: a new one costs 28 ms of CPU."""

    def __init__(self, *, base_url: str, api_key: str | None, model: str, timeout_s: float) -> None:
        self.model = model
        self.base_url = base_url
        self._timeout_s = timeout_s
        read_timeout_s = min(MAX_READ_TIMEOUT_S, timeout_s)
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key or "none",  # local servers want a header, whatever it says
            max_retries=0,
            timeout=httpx2.Timeout(read_timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s)),
        )

    def close(self) -> None:
        self._client.close()

    def list_models(self) -> list[str]:
        """Ask the endpoint which models it has.

        Raises:
            NotesPipelineError: it does not answer, or the key is wrong.
        """
        try:
            return [model.id for model in self._client.models.list()]
        except openai.APIError as error:
            raise _translate(error, self.model, self.base_url) from error

    def complete(
        self, messages: Iterable[Message], answer: AnswerFormat, *, prompt_hash: str, record: Record, retries: int = 0
    ) -> str:
        """Ask once; returns the text of the answer. `record` gets the call, also when it fails.

        Raises:
            ModelBusyError, ModelUnreachableError: may succeed later.
            ModelConfigurationError: no call can succeed before a setting is changed.
            ModelRefusedError, AnswerTruncatedError: this question has no answer as it is.
        """
        call = ModelCall(
            model_asked=self.model,
            prompt_hash=prompt_hash,
            started_at=datetime.now(UTC),
            latency_ms=0,
            outcome=CallOutcome.UNREACHABLE,
            retries=retries,
        )
        began = time.monotonic()
        try:
            body, request_id = self._send(messages, answer, deadline=began + self._timeout_s)
            call = self._with_usage(replace(call, request_id=request_id), body)
            text = _text_of(body)
        except (NotesPipelineError, openai.APIError) as caught:
            error = _translate(caught, self.model, self.base_url) if isinstance(caught, openai.APIError) else caught
            record(replace(call, latency_ms=_since(began), outcome=_outcome_of(error), error=str(error)))
            raise error from caught
        record(replace(call, latency_ms=_since(began), outcome=CallOutcome.ANSWERED))
        return text

    def _send(
        self, messages: Iterable[Message], answer: AnswerFormat, *, deadline: float
    ) -> tuple[_Completion, str | None]:
        """Send and read until the deadline. The client's own timeout holds only between two bytes."""
        with self._client.chat.completions.with_streaming_response.create(
            model=self.model,
            messages=[_param(message) for message in messages],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": answer.name, "schema": dict(answer.schema), "strict": True},
            },
            **self._parameters(),
        ) as response:
            content = bytearray()
            try:
                for part in response.iter_bytes():
                    content += part
                    if time.monotonic() > deadline:
                        raise ModelUnreachableError(f"no whole answer within {self._timeout_s:g} s")
                    if len(content) > MAX_ANSWER_BYTES:
                        raise ModelUnreachableError(f"the answer is longer than {MAX_ANSWER_BYTES:,} bytes")
            except httpx2.HTTPError as error:
                raise ModelUnreachableError(f"the connection broke while answering: {type(error).__name__}") from error
            try:
                return _Completion.model_validate_json(bytes(content)), response.request_id
            except ValidationError as error:
                raise ModelUnreachableError(
                    f"{self.base_url} answered with something else than a chat completion: {bytes(content[:80])!r}"
                ) from error

    def _parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {}
        if not _FIXED_TEMPERATURE.match(self.model):
            parameters["temperature"] = 0
        # The OpenAI API wants the new name, which older local servers do not know.
        is_openai = "api.openai.com" in self.base_url
        parameters["max_completion_tokens" if is_openai else "max_tokens"] = MAX_OUTPUT_TOKENS
        return parameters

    def _with_usage(self, call: ModelCall, body: _Completion) -> ModelCall:
        usage = body.usage or _Usage()
        cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None
        return replace(
            call,
            model_served=body.model,
            fingerprint=body.system_fingerprint,
            tokens_in=usage.prompt_tokens,
            tokens_cached=cached,
            tokens_out=usage.completion_tokens,
            cost_micro_usd=cost_micro_usd(
                body.model or self.model,
                tokens_in=usage.prompt_tokens,
                tokens_cached=cached,
                tokens_out=usage.completion_tokens,
            ),
        )


def _param(message: Message) -> ChatCompletionMessageParam:
    match message["role"]:
        case "system":
            return {"role": "system", "content": message["content"]}
        case "user":
            return {"role": "user", "content": message["content"]}
        case "assistant":
            return {"role": "assistant", "content": message["content"]}


def _text_of(body: _Completion) -> str:
    if not body.choices:
        raise ModelUnreachableError("the answer holds no choice")
    choice = body.choices[0]
    if choice.message.refusal:
        raise ModelRefusedError(f"the model declined: {choice.message.refusal}")
    if choice.finish_reason == "content_filter":
        raise ModelRefusedError("the endpoint's content filter withheld the answer")
    if choice.finish_reason == "length":
        raise AnswerTruncatedError(f"the answer was cut off at {MAX_OUTPUT_TOKENS:,} tokens or the model's own limit")
    return choice.message.content or ""


def _translate(error: openai.APIError, model: str, base_url: str) -> NotesPipelineError:
    """Tell by kind what an error of the endpoint means for us, in words a user can act on."""
    code, kind = error.code or "", error.type or ""
    if isinstance(error, openai.APITimeoutError):
        return ModelUnreachableError(f"{base_url} did not answer in time")
    if not isinstance(error, openai.APIStatusError):
        return ModelUnreachableError(f"{base_url} cannot be reached: {error.__cause__ or error}")
    status, said = error.status_code, _first_line(error.message)
    if status == 429 and (code in _QUOTA_CODES or kind in _QUOTA_CODES):
        return ModelConfigurationError(f"the account of OPENAI_API_KEY has no quota left at {base_url}: {said}")
    if status in (429, 503):
        return ModelBusyError(f"{base_url} is busy ({status})", retry_after_s=_retry_after(error.response.headers))
    if status in (401, 403):
        return ModelConfigurationError(f"{base_url} refuses the key ({status}): set OPENAI_API_KEY. It says: {said}")
    if status == 404:
        return ModelConfigurationError(f"{base_url} has no model {model!r}: set NOTES_MODEL. It says: {said}")
    if status in (400, 413) and (code in _TOO_LONG_CODES or kind in _TOO_LONG_CODES or status == 413):
        return AnswerTruncatedError(f"the question is too long for {model}: {said}")
    if status in (408, 409) or status >= 500:
        return ModelUnreachableError(f"{base_url} failed ({status}): {said}")
    return ModelConfigurationError(f"{base_url} does not take our request for {model!r} ({status}): {said}")


def _outcome_of(error: NotesPipelineError) -> CallOutcome:
    match error:
        case ModelBusyError():
            return CallOutcome.BUSY
        case ModelRefusedError():
            return CallOutcome.REFUSED
        case AnswerTruncatedError():
            return CallOutcome.TRUNCATED
        case ModelConfigurationError():
            return CallOutcome.REJECTED
        case ModelError():
            return CallOutcome.INVALID
        case _:
            return CallOutcome.UNREACHABLE


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds; the form with a date is rare here and treated as absent."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None


def _first_line(message: str) -> str:
    return json.dumps(message.splitlines()[0][:200], ensure_ascii=False) if message.strip() else "nothing"


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))
