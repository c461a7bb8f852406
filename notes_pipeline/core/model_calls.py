"""What one request to a model was, took and cost."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallOutcome(StrEnum):
    ANSWERED = "answered"
    INVALID = "invalid"  # answered, but not in the form that was asked for
    TRUNCATED = "truncated"
    REFUSED = "refused"
    BUSY = "busy"  # turned away: rate limit or overload
    UNREACHABLE = "unreachable"  # no answer in time, a broken connection, a failure on their side
    REJECTED = "rejected"  # wrong key, unknown model, bad request


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request. Tokens are None where the endpoint did not count them; `tokens_cached` is a part of `tokens_in`.

    `cost_micro_usd`: millionths of a US dollar, None where the price is not known. `retries`: how many requests for
    the same answer went before it.
    """

    model_asked: str
    prompt_hash: str
    started_at: datetime
    latency_ms: int
    outcome: CallOutcome
    model_served: str | None = None
    fingerprint: str | None = None
    request_id: str | None = None
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    cost_micro_usd: int | None = None
    error: str | None = None
    retries: int = 0
