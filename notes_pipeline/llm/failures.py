"""Tell by kind what went wrong with a call, in words a user can act on."""

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    ModelBusyError,
    ModelConfigurationError,
    ModelError,
    ModelRefusedError,
    ModelUnreachableError,
    NotesPipelineError,
    QuestionTooLongError,
    RequestNotTakenError,
)
from notes_pipeline.core.model_calls import CallOutcome

if TYPE_CHECKING:
    import openai

LONGEST_RETRY_AFTER_S = 86_400
BUSY = (429, 503, 529)
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
# vLLM and LM Studio say it in words alone.
_TOO_LONG_WORDS = re.compile(r"maximum context length|context (?:length|window|size)|too many tokens", re.IGNORECASE)
# How the room for an answer is said that did not fit: "8192 tokens ... (1016 in the messages, 8192 in the completion)".
_ROOM = re.compile(
    r"maximum context length is (\d+) tokens.*?(?:(\d+) in the messages|has (\d+) input tokens)",
    re.IGNORECASE | re.DOTALL,
)
_WITHHELD_CODES = frozenset({"content_filter", "content_policy_violation", "invalid_prompt", "moderation_blocked"})
_WITHHELD_WORDS = re.compile(r"content (?:filter|policy|management)|flagged|moderation", re.IGNORECASE)
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def translate(error: "openai.APIError", model: str, base_url: str) -> NotesPipelineError:
    """Give our error for one of the client."""
    import openai  # who has an error of it has loaded it; loading takes half a second

    if isinstance(error, openai.APITimeoutError):
        return ModelUnreachableError(
            f"{base_url} did not answer in time", may_be_charged=not isinstance(error.__cause__, httpx2.ConnectTimeout)
        )
    if not isinstance(error, openai.APIStatusError):
        return ModelUnreachableError(
            f"{base_url} cannot be reached: {error.__cause__ or error}. Check OPENAI_BASE_URL."
        )
    status, said = error.status_code, _first_line(error.message)
    codes = {str(error.code), str(error.type)}
    if status == 402 or (status == 429 and codes & _QUOTA_CODES):
        return ModelConfigurationError(f"the account of OPENAI_API_KEY has no quota left at {base_url}: {said}")
    if status in BUSY:
        return ModelBusyError(f"{base_url} is busy ({status})", retry_after_s=retry_after(error.response.headers))
    if status in (400, 403, 422) and (codes & _WITHHELD_CODES or _WITHHELD_WORDS.search(error.message)):
        return ModelRefusedError(f"the endpoint's content filter withheld the answer ({status}): {said}")
    if status in (401, 403):
        return ModelConfigurationError(f"{base_url} refuses the key ({status}): set OPENAI_API_KEY. It says: {said}")
    if status == 404:
        return ModelConfigurationError(f"{base_url} has no model {model!r}: set NOTES_MODEL. It says: {said}")
    if status == 413 or (status == 400 and (codes & _TOO_LONG_CODES or _TOO_LONG_WORDS.search(error.message))):
        return QuestionTooLongError(f"the question is too long for {model}: {said}", room=_room(error.message))
    if status in (408, 409) or status >= 500:
        return ModelUnreachableError(f"{base_url} failed ({status}): {said}", is_failure_of_theirs=status >= 500)
    message = f"{base_url} does not take our request for {model!r} ({status}): {said}"
    return RequestNotTakenError(message, parameter=error.param)


def outcome_of(error: NotesPipelineError) -> CallOutcome:
    match error:
        case ModelBusyError():
            return CallOutcome.BUSY
        case ModelRefusedError():
            return CallOutcome.REFUSED
        case AnswerTruncatedError():
            return CallOutcome.TRUNCATED
        case QuestionTooLongError():
            return CallOutcome.TOO_LONG
        case ModelConfigurationError() | RequestNotTakenError():
            return CallOutcome.REJECTED
        case ModelError():
            return CallOutcome.INVALID
        case _:
            return CallOutcome.UNREACHABLE


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds to wait: `retry-after-ms`, or `retry-after` in seconds or as a date; None: not said."""
    said = headers.get("retry-after", "")
    try:
        in_ms = headers.get("retry-after-ms")
        seconds = float(in_ms) / 1000 if in_ms else float(said)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(said).timestamp() - time.time()
        except ValueError:
            return None
    return min(seconds, LONGEST_RETRY_AFTER_S) if seconds >= 0 else None


def _room(message: str) -> int | None:
    found = _ROOM.search(message)
    return None if found is None else int(found[1]) - int(found[2] or found[3])


def _first_line(message: str) -> str:
    return json.dumps(message.splitlines()[0][:200], ensure_ascii=False) if message.strip() else "nothing"
