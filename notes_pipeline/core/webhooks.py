"""Events that a product backend is told of, and when to try again."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from notes_pipeline.core.runs import RunState

Payload = Mapping[str, Any]  # ids, states and counts, as JSON; never words of a transcript or a note

# That of the Standard Webhooks: ten attempts within three days.
WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
LONGEST_WAIT_S = 86_400.0  # whatever a receiver asks for
SPREAD = 0.2  # of a wait, either way, so that what failed together does not come again together


class EventType(StrEnum):
    RUN_FINISHED = "run.finished"  # finished or partial: its notes can be read
    RUN_FAILED = "run.failed"  # failed or cancelled: it ended otherwise; what was drafted by then can be read
    NOTE_REVIEWED = "note.reviewed"


class DeliveryState(StrEnum):
    """pending -> delivered | failed; both go back to pending when replayed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Outcome(StrEnum):
    """What became of an attempt."""

    DELIVERED = "delivered"  # 2xx
    REJECTED = "rejected"  # any other status
    REDIRECTED = "redirected"  # 3xx, not followed: it could lead where the URL may not
    NOT_ALLOWED = "not_allowed"  # the URL, or an address that its host leads to
    NOT_FOUND = "not_found"  # the host has no address
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"  # no TLS, or a certificate that is not one for the host
    TIMED_OUT = "timed_out"  # before there was a status
    BROKEN = "broken"  # the connection ended, or spoke no HTTP, before there was a status


def type_of_end(state: RunState) -> EventType | None:
    """Give the event that a run's state is told as; None: it has not ended."""
    match state:
        case RunState.FINISHED | RunState.PARTIAL:
            return EventType.RUN_FINISHED
        case RunState.FAILED | RunState.CANCELLED:
            return EventType.RUN_FAILED
        case _:
            return None


def wait_s(attempts: int, *, chance: float, retry_after_s: float | None = None) -> float | None:
    """Give the seconds until the next attempt after so many have failed; None: there is none.

    `chance`: 0 to 1, spreads the wait. `retry_after_s`: what the receiver asked for, if that is longer.
    """
    if attempts > len(WAITS_S):
        return None
    spread = WAITS_S[attempts - 1] * (1 + SPREAD * (2 * chance - 1))
    return max(spread, min(retry_after_s or 0.0, LONGEST_WAIT_S))
