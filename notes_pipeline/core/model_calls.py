"""What one request to a model was, took and cost."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from notes_pipeline.core.ids import new_id


class Purpose(StrEnum):
    """What a model is asked for."""

    DRAFT = "draft"  # the notes of a chunk
    REPAIR = "repair"  # a second try at a note that did not stand
    JUDGE = "judge"  # whether the evidence of a note supports its statement
    SUMMARY = "summary"
    PROBE = "probe"  # in which form an endpoint can be held to a schema


class CallOutcome(StrEnum):
    ANSWERED = "answered"
    CACHED = "cached"  # no request was made: the answer was known
    INVALID = "invalid"  # answered, but not in the form that was asked for
    TRUNCATED = "truncated"
    TOO_LONG = "too_long"  # the question does not fit into what the model reads at once
    REFUSED = "refused"
    BUSY = "busy"  # turned away: rate limit or overload
    UNREACHABLE = "unreachable"  # no answer in time, a broken connection, a failure on their side
    REJECTED = "rejected"  # wrong key, unknown model, bad request


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request. Tokens are None where the endpoint did not count them; `tokens_cached` is a part of `tokens_in`.

    `cost_micro_usd`: millionths of a US dollar, None where the price is not known. `counted_micro_usd`: what budgets
    count for it: the cost, or the most it can have cost where that is not known and it may have been charged.
    `may_be_charged`: it reached the model, as far as we can tell. `retries`: how many requests for the same answer went
    before it. `id`: given when it is made, so that it is written once, however often that is tried.
    """

    purpose: Purpose
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
    counted_micro_usd: int = 0
    may_be_charged: bool = False
    id: UUID = field(default_factory=new_id)
