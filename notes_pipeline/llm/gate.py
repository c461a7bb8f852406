"""The gate in front of a model endpoint: so many calls and tokens a minute, none while it is down.

All workers of a broker share one gate through Redis. Limits are kept for each model of an endpoint, the circuit breaker
for the endpoint. All that is remembered is read and written by one script, gate.lua.
"""

import hashlib
import json
import random
import threading
import time
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, Protocol

import redis
import structlog

from notes_pipeline.core.errors import EndpointDownError, NotYetError

log = structlog.get_logger()

SHORTEST_WAIT_S = 0.005  # a turn a few microseconds away is not worth a question of its own
_GO, _BUSY, _DOWN = 0, 1, 2  # as in gate.lua


class Gate(Protocol):
    """Every `enter` that returns is followed, in the same thread, by one of the other three.

    `endpoint`: the base URL. `tokens`, `expected_tokens`: of question and answer together, as guessed before the call.
    """

    def enter(self, endpoint: str, model: str, tokens: int) -> None:
        """Return when the call may be made.

        Raises:
            NotYetError: not soon; it says when to come back.
            EndpointDownError: the endpoint does not answer; it says when to come back.
        """

    def answered(self, endpoint: str, model: str, *, expected_tokens: int, used_tokens: int | None) -> None:
        """Note an answer of any kind but "too busy". `used_tokens`: None where the endpoint did not say."""

    def turned_away(self, endpoint: str, model: str, retry_after_s: float | None, *, expected_tokens: int) -> None:
        """Note that the endpoint was too busy (429, 503). `retry_after_s`: None where it named no time."""

    def failed(self, endpoint: str, model: str, *, expected_tokens: int) -> None:
        """Note that no answer came: a timeout, a broken connection, a failure on their side (5xx)."""


class OpenGate:
    """Lets every call through and remembers nothing: for tests and for commands without a broker."""

    def enter(self, endpoint: str, model: str, tokens: int) -> None:
        pass

    def answered(self, endpoint: str, model: str, *, expected_tokens: int, used_tokens: int | None) -> None:
        pass

    def turned_away(self, endpoint: str, model: str, retry_after_s: float | None, *, expected_tokens: int) -> None:
        pass

    def failed(self, endpoint: str, model: str, *, expected_tokens: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is decided here rather than by a setting. Rates are calls a minute."""

    request_burst_s: float = 10.0  # so much of the rate at once after a silence: a sixth over the limit in a minute
    token_burst_s: float = 60.0  # a minute's worth: one call may need a good part of it

    spread_s: float = 60.0  # those turned back are told turns of their own over at most so long
    claim_grace_s: float = 5.0  # how late a call turned back for its many tokens may be and still find them left to it

    pause_s: float = 1.0  # after a 429 that names no time
    cut_to: float = 0.7  # of the rate, at a 429
    cut_every_s: float = 5.0  # 429s of calls under way together count as one
    least_allowed: float = 6.0  # no lower: 64 workers at one call a minute would look like a standstill
    recovery_s: float = 120.0  # from nothing to the ceiling; from 0.7 of it in 36 s
    longest_raise_s: float = 60.0  # the most that one answer proves; at `least_allowed` one comes every 10 s
    lift_at: float = 2.0  # where no limit is set, the ceiling: so many times the rate at the first 429 ...
    least_ceiling: float = 60.0  # ... but at least this: the first call of all may be the one turned away

    failures_to_open: int = 5
    first_trial_after_s: float = 5.0  # then twice as long after each trial that fails
    longest_trial_gap_s: float = 60.0
    trial_time_s: float = 130.0  # NOTES_CALL_TIMEOUT_S and a little; then its caller is taken for dead

    forget_after_s: int = 3600
    away_s: float = 5.0  # after Redis did not answer it is not asked for so long: each question may cost its timeout
    log_every_s: float = 60.0


class RedisGate:
    """One gate for all processes that share `client`'s Redis. May be used by many threads.

    `requests_per_minute`, `tokens_per_minute`: of each model; None: no limit until the endpoint turns a call away.
    `patience_s`: how long `enter` waits in place.

    While Redis does not answer, each process keeps to its share of the limits that are set (`workers`); what was learnt
    of an endpoint from its 429s is not known then.
    """

    def __init__(
        self,
        client: redis.Redis,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        patience_s: float = 2.0,
        tuning: Tuning | None = None,
    ) -> None:
        self._script = client.register_script(_source())
        self._patience_s = patience_s
        self._tuning = tuning or Tuning()
        limits = {"requests_per_minute": requests_per_minute, "tokens_per_minute": tokens_per_minute}
        known = {name: limit for name, limit in limits.items() if limit is not None}  # JSON's null is true in Lua
        self._settings = json.dumps(asdict(self._tuning) | known)
        self._alone = _Share(requests_per_minute, tokens_per_minute)
        self._trial = _Trial()
        self._lock = threading.Lock()
        self._away_until = self._silent_until = 0.0  # time.monotonic()

    @property
    def workers(self) -> int:
        """How many processes share the limits, as far as this one knows."""
        return self._alone.of

    @workers.setter
    def workers(self, number: int) -> None:
        self._alone.of = max(1, number)

    def enter(self, endpoint: str, model: str, tokens: int) -> None:
        deadline = time.monotonic() + self._patience_s
        while (wait_s := self._try_to_enter(endpoint, model, tokens)) > 0:
            if time.monotonic() + wait_s > deadline:
                raise NotYetError(
                    f"{model} at {endpoint} has no room for another call for {wait_s:.1f} s", retry_after_s=wait_s
                )
            time.sleep(max(wait_s, SHORTEST_WAIT_S))

    def answered(self, endpoint: str, model: str, *, expected_tokens: int, used_tokens: int | None) -> None:
        used = expected_tokens if used_tokens is None else used_tokens
        self._run("answered", endpoint, model, expected_tokens, used)

    def turned_away(self, endpoint: str, model: str, retry_after_s: float | None, *, expected_tokens: int) -> None:
        pause_s = self._tuning.pause_s if retry_after_s is None else max(retry_after_s, 0.0)
        self._run("turned_away", endpoint, model, expected_tokens, pause_s)

    def failed(self, endpoint: str, model: str, *, expected_tokens: int) -> None:
        self._run("failed", endpoint, model, expected_tokens, self._trial.mark)

    def _try_to_enter(self, endpoint: str, model: str, tokens: int) -> float:
        """Ask once; give the seconds until it is worth asking again, 0: go.

        Raises:
            EndpointDownError: the endpoint does not answer.
        """
        self._trial.mark = 0
        reply = self._run("enter", endpoint, model, tokens)
        if reply is None:
            return self._alone.take(model, tokens)
        verdict, first, second = reply
        if verdict == _DOWN:
            wait_s, down_for_s = first / 1e6, second / 1e6
            message = f"{endpoint} has not answered for {down_for_s:.0f} s; it is tried again in {wait_s:.1f} s"
            raise EndpointDownError(message, retry_after_s=wait_s, down_for_s=down_for_s)
        if verdict == _BUSY:
            # Drawn here: Redis seeds the random numbers of every script run alike.
            return (first + random.uniform(0, second)) / 1e6  # noqa: S311 - lots among callers, nothing secret
        self._trial.mark = first
        return 0.0

    def _run(
        self,
        verb: Literal["enter", "answered", "turned_away", "failed"],
        endpoint: str,
        model: str,
        tokens: int,
        more: float = 0,
    ) -> list[int] | None:
        """Run the script. None: Redis does not answer, or the verb gives nothing."""
        if time.monotonic() < self._away_until:
            return None
        try:
            reply = self._script(keys=_keys(endpoint, model), args=[verb, self._settings, tokens, more])
        except redis.RedisError as error:
            self._note_away(error)
            return None
        return reply if isinstance(reply, list) else None

    def _note_away(self, error: redis.RedisError) -> None:
        now = time.monotonic()
        with self._lock:
            self._away_until = now + self._tuning.away_s
            is_news = now >= self._silent_until
            if is_news:
                self._silent_until = now + self._tuning.log_every_s
        if is_news:
            log.warning("gate_unattended", error=error)


class _Share:
    """A part of the limits, kept by this process alone. `of`: how many parts there are."""

    def __init__(self, requests_per_minute: int | None, tokens_per_minute: int | None) -> None:
        self._limits = (requests_per_minute, tokens_per_minute)
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self.of = 1

    def take(self, model: str, tokens: int) -> float:
        """Take a turn, and give 0; or give the seconds until there is one."""
        costs = [
            60.0 * self.of * amount / limit
            for limit, amount in zip(self._limits, (1, tokens), strict=True)
            if limit is not None
        ]
        now = time.monotonic()
        with self._lock:
            free_at = max(now, self._free_at.get(model, now))
            if costs and free_at <= now:
                self._free_at[model] = now + max(costs)
        return free_at - now


class _Trial(threading.local):
    """The trial of a down endpoint that this thread was let through for; 0: an ordinary call."""

    mark: int = 0


@cache
def _source() -> str:
    return files(__package__).joinpath("gate.lua").read_text(encoding="utf-8")


def _keys(endpoint: str, model: str) -> list[str]:
    """Name breaker and limits; the braces keep both on one node of a cluster."""
    place = f"notes:gate:{{{_hashed(endpoint)}}}"
    return [f"{place}:breaker", f"{place}:limits:{_hashed(model)}"]


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]
