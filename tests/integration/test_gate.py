"""The gate that all workers share: limits, adaptation to an endpoint that is too busy, and the circuit breaker."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import uuid4

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

from notes_pipeline.core.errors import EndpointDownError, ModelBusyError
from notes_pipeline.embedded import RedisUrls
from notes_pipeline.llm import gate as gate_module
from notes_pipeline.llm.gate import Gate, OpenGate, RedisGate, Tuning

MODEL = "some-model"
NO_BURST = Tuning(request_burst_s=0)

# Breaker and adaptation on the scale of tenths of a second.
FAST = Tuning(
    cut_every_s=0.0,
    recovery_s=0.5,
    first_trial_after_s=0.15,
    longest_trial_gap_s=0.4,
    trial_time_s=0.3,
    least_allowed=60,
)

MakeGate = Callable[..., RedisGate]


class Clock:
    """The server's clock, as the gates of a test see it: it stands still until the test moves it."""

    def __init__(self, client: redis.Redis) -> None:
        self._client, self._key, self._now_s = client, f"test:clock:{uuid4()}", 1_800_000_000.0

    def advance(self, seconds: float) -> None:
        self._now_s += seconds
        self._client.set(self._key, repr(self._now_s))

    def put_into(self, script: str) -> str:
        (before, after) = script.split("redis.call('TIME')")
        return f"{before}{{ redis.call('GET', '{self._key}') or '{self._now_s!r}', '0' }}{after}"


@pytest.fixture
def clock(redis_urls: RedisUrls, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, script = Clock(redis.Redis.from_url(redis_urls.client)), gate_module._source()  # noqa: SLF001 (to move the clock in it)
    monkeypatch.setattr(gate_module, "_source", lambda: clock.put_into(script))
    return clock


@pytest.fixture
def make_gate(redis_urls: RedisUrls) -> MakeGate:
    """Make gates that, like those of two processes, share nothing but the server; on its clock, or on `clock`."""

    def make(
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        *,
        patience_s: float = 0.0,
        tuning: Tuning | None = None,
    ) -> RedisGate:
        return RedisGate(
            redis.Redis.from_url(redis_urls.client, socket_timeout=5),
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
            patience_s=patience_s,
            tuning=tuning,
        )

    return make


@pytest.fixture
def endpoint() -> str:
    return f"http://models.example/{uuid4()}/v1"


def is_let_in(gate: Gate, endpoint: str, tokens: int = 1, model: str = MODEL) -> bool:
    try:
        gate.enter(endpoint, model, tokens)
    except ModelBusyError:
        return False
    return True


def seconds_to_wait(gate: Gate, endpoint: str, tokens: int = 1) -> float:
    with pytest.raises(ModelBusyError) as caught:
        gate.enter(endpoint, MODEL, tokens)
    assert caught.value.retry_after_s is not None
    return caught.value.retry_after_s


def count_let_in(gate: Gate, endpoint: str, calls: int) -> int:
    return sum(is_let_in(gate, endpoint) for _ in range(calls))


def fail(gate: Gate, endpoint: str, times: int) -> None:
    for _ in range(times):
        gate.enter(endpoint, MODEL, 1)
        gate.failed(endpoint, MODEL, expected_tokens=1)


def seconds_down(gate: Gate, endpoint: str) -> tuple[float, float]:
    """Give the seconds to wait and the seconds since the last answer."""
    with pytest.raises(EndpointDownError) as caught:
        gate.enter(endpoint, MODEL, 1)
    assert caught.value.retry_after_s is not None
    return caught.value.retry_after_s, caught.value.down_for_s


# Limits


def test_two_processes_share_one_limit(make_gate: MakeGate, endpoint: str) -> None:
    gates = [make_gate(60), make_gate(60)]
    let_in = [count_let_in(gate, endpoint, 10) for gate in gates]
    assert let_in[0] == 10
    assert let_in[1] <= 1  # ten seconds' worth at once, and at most one for the time that the test took


def test_a_rate_is_kept_by_threads_that_wait_their_turn(make_gate: MakeGate, endpoint: str) -> None:
    gates = [make_gate(1200, patience_s=5, tuning=NO_BURST) for _ in range(2)]
    began = time.monotonic()
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda n: gates[n % 2].enter(endpoint, MODEL, 1), range(20)))
    assert 0.9 <= time.monotonic() - began < 5  # 19 gaps of 0.05 s


def test_models_and_endpoints_have_limits_of_their_own(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(60, tuning=NO_BURST)
    assert is_let_in(gate, endpoint)
    assert not is_let_in(gate, endpoint)
    assert is_let_in(gate, endpoint, model="another")
    assert is_let_in(gate, endpoint + "/other")


def test_without_a_limit_every_call_passes(make_gate: MakeGate, endpoint: str) -> None:
    assert count_let_in(make_gate(), endpoint, 200) == 200


def test_tokens_are_limited(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(tokens_per_minute=6000)
    assert is_let_in(gate, endpoint, 4000)
    assert 15 < seconds_to_wait(gate, endpoint, 4000) <= 20  # 2000 too few, at 100 a second
    assert is_let_in(gate, endpoint + "/other", 4000)


@pytest.mark.parametrize(
    ("used", "is_room"),
    [
        pytest.param(1000, True, id="fewer than expected"),
        pytest.param(None, False, id="not said"),
        pytest.param(9000, False, id="more than expected"),
    ],
)
def test_the_tokens_used_take_the_place_of_those_expected(
    make_gate: MakeGate, endpoint: str, used: int | None, is_room: bool
) -> None:
    gate = make_gate(tokens_per_minute=6000)
    gate.enter(endpoint, MODEL, 5000)
    gate.answered(endpoint, MODEL, expected_tokens=5000, used_tokens=used)
    assert is_let_in(gate, endpoint, 3000) is is_room


def test_more_tokens_than_expected_are_paid_for_later(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(tokens_per_minute=6000)
    gate.enter(endpoint, MODEL, 5000)
    gate.answered(endpoint, MODEL, expected_tokens=5000, used_tokens=9000)
    assert 50 < seconds_to_wait(gate, endpoint, 3000) <= 60  # 3000 owed, 3000 wanted


@pytest.mark.parametrize("report", ["turned_away", "failed"])
def test_work_that_was_not_done_costs_no_tokens(clock: Clock, make_gate: MakeGate, endpoint: str, report: str) -> None:
    gate = make_gate(tokens_per_minute=6000)
    gate.enter(endpoint, MODEL, 6000)
    if report == "failed":
        gate.failed(endpoint, MODEL, expected_tokens=6000)
    else:
        gate.turned_away(endpoint, MODEL, 0, expected_tokens=6000)
        clock.advance(0.02)
    assert is_let_in(gate, endpoint, 6000)


def test_a_call_with_more_tokens_than_the_bucket_holds_passes_when_it_is_full(
    make_gate: MakeGate, endpoint: str
) -> None:
    gate = make_gate(tokens_per_minute=6000)
    assert is_let_in(gate, endpoint, 7000)
    assert 10 < seconds_to_wait(gate, endpoint, 1) <= 11  # the thousand too many are paid for first


def test_a_call_with_too_many_tokens_waits_no_longer_than_for_a_full_bucket(
    clock: Clock, make_gate: MakeGate, endpoint: str
) -> None:
    gate = make_gate(tokens_per_minute=6000, tuning=Tuning(token_burst_s=0.2))  # 100 a second, 20 at once
    gate.enter(endpoint, MODEL, 50)
    wait_s = seconds_to_wait(gate, endpoint, 50)
    assert wait_s <= 0.5
    clock.advance(wait_s + 0.02)
    assert is_let_in(gate, endpoint, 50)


def test_small_calls_leave_the_tokens_to_a_large_one_that_waits(
    clock: Clock, make_gate: MakeGate, endpoint: str
) -> None:
    gate = make_gate(tokens_per_minute=60_000, tuning=Tuning(token_burst_s=1))  # 1000 a second, 1000 at once
    gate.enter(endpoint, MODEL, 900)
    wait_s = seconds_to_wait(gate, endpoint, 900)
    assert not is_let_in(gate, endpoint, 50)  # though a hundred are left
    clock.advance(wait_s + 0.02)
    assert is_let_in(gate, endpoint, 900)
    clock.advance(0.1)
    assert is_let_in(gate, endpoint, 50)


def test_tokens_left_to_a_large_call_that_never_comes_back_are_free_again(
    clock: Clock, make_gate: MakeGate, endpoint: str
) -> None:
    gate = make_gate(tokens_per_minute=6000, tuning=Tuning(claim_grace_s=-29))  # for a second
    gate.enter(endpoint, MODEL, 5000)
    assert 29 < seconds_to_wait(gate, endpoint, 4000) <= 30
    assert not is_let_in(gate, endpoint, 500)
    clock.advance(1.1)
    assert is_let_in(gate, endpoint, 500)


# Waiting


def test_a_call_waits_in_place_when_its_turn_is_near(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(300, patience_s=2, tuning=NO_BURST)
    gate.enter(endpoint, MODEL, 1)
    began = time.monotonic()
    gate.enter(endpoint, MODEL, 1)
    assert 0.15 < time.monotonic() - began < 5


def test_a_call_whose_turn_is_far_is_turned_back_at_once(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(6, patience_s=2, tuning=NO_BURST)
    gate.enter(endpoint, MODEL, 1)
    began = time.monotonic()
    assert 9 < seconds_to_wait(gate, endpoint) <= 10
    assert time.monotonic() - began < 2


def test_those_turned_back_are_told_turns_one_call_apart(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(60, tuning=NO_BURST)
    gate.enter(endpoint, MODEL, 1)
    waits = [seconds_to_wait(gate, endpoint) for _ in range(5)]
    assert all(later - sooner > 0.5 for sooner, later in pairwise(waits))
    assert waits[-1] <= 5


def test_no_queue_is_longer_than_its_bound(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(60, tuning=Tuning(request_burst_s=0, spread_s=5))
    gate.enter(endpoint, MODEL, 1)
    waits = [seconds_to_wait(gate, endpoint) for _ in range(60)]
    assert max(waits) <= 6.1
    assert len({round(wait, 3) for wait in waits[10:]}) > 20  # by lot, not all at the same moment


# Adaptation


def test_a_named_time_pauses_all_callers(make_gate: MakeGate, endpoint: str) -> None:
    make_gate().turned_away(endpoint, MODEL, 30, expected_tokens=1)
    other = make_gate()
    assert 29 < seconds_to_wait(other, endpoint) <= 30
    assert is_let_in(other, endpoint, model="another")


def test_the_longer_pause_counts(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate()
    gate.turned_away(endpoint, MODEL, 30, expected_tokens=1)
    gate.turned_away(endpoint, MODEL, 3, expected_tokens=1)
    assert seconds_to_wait(gate, endpoint) > 25


def test_a_pause_ends(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(patience_s=2)
    gate.turned_away(endpoint, MODEL, 0.3, expected_tokens=1)
    began = time.monotonic()
    gate.enter(endpoint, MODEL, 1)
    assert 0.25 < time.monotonic() - began < 5


def test_a_pause_is_remembered_longer_than_the_unused(
    make_gate: MakeGate, endpoint: str, redis_urls: RedisUrls
) -> None:
    client = redis.Redis.from_url(redis_urls.client)
    client.flushall()
    make_gate().turned_away(endpoint, MODEL, 7200, expected_tokens=1)
    lives = {key.rpartition(b":gate:")[2].split(b":")[1]: client.ttl(key) for key in client.scan_iter("notes:gate:*")}
    assert 7200 <= lives[b"limits"] <= 7300


def test_an_endpoint_without_a_limit_gets_one_when_it_turns_calls_away(
    clock: Clock, make_gate: MakeGate, endpoint: str
) -> None:
    gate = make_gate(tuning=Tuning(cut_to=0.5))
    assert count_let_in(gate, endpoint, 120) == 120
    gate.turned_away(endpoint, MODEL, 0, expected_tokens=1)
    clock.advance(0.05)
    assert is_let_in(gate, endpoint)
    assert 0.3 < seconds_to_wait(gate, endpoint) <= 1.5  # half of 120 calls in the last minute: one a second


def test_a_configured_limit_is_lowered_from_the_calls_really_made(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(6000, tuning=Tuning(cut_to=0.5))
    assert count_let_in(gate, endpoint, 120) == 120
    gate.turned_away(endpoint, MODEL, 0, expected_tokens=1)
    assert count_let_in(gate, endpoint, 20) <= 2


def test_calls_turned_away_together_lower_the_rate_once(clock: Clock, make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(tuning=Tuning(cut_to=0.5, request_burst_s=0))
    assert count_let_in(gate, endpoint, 120) == 120
    for _ in range(20):
        gate.turned_away(endpoint, MODEL, 0, expected_tokens=1)
    clock.advance(0.05)
    assert is_let_in(gate, endpoint)
    assert seconds_to_wait(gate, endpoint) <= 1.5


def test_the_rate_falls_with_every_round_but_not_to_nothing(clock: Clock, make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(tuning=Tuning(cut_to=0.5, cut_every_s=0, least_allowed=30, request_burst_s=0))
    assert count_let_in(gate, endpoint, 240) == 240
    for _ in range(20):
        gate.turned_away(endpoint, MODEL, 0, expected_tokens=1)
        clock.advance(0.002)
    assert is_let_in(gate, endpoint)
    assert 1.2 < seconds_to_wait(gate, endpoint) <= 2  # 30 calls a minute


@pytest.mark.parametrize("limit", [None, 600], ids=["no limit", "a limit"])
def test_the_rate_recovers_while_calls_are_answered(
    clock: Clock, make_gate: MakeGate, endpoint: str, limit: int | None
) -> None:
    gate = make_gate(limit, tuning=FAST)
    count_let_in(gate, endpoint, 60)
    gate.turned_away(endpoint, MODEL, 0, expected_tokens=1)
    assert count_let_in(gate, endpoint, 20) < 20
    for _ in range(8):
        clock.advance(0.1)
        gate.answered(endpoint, MODEL, expected_tokens=1, used_tokens=1)
    if limit is None:
        assert count_let_in(gate, endpoint, 200) == 200
    else:
        clock.advance(0.2)
        assert 2 <= count_let_in(gate, endpoint, 200) <= 120  # its own limit again: ten a second, 100 at once


def test_the_rate_does_not_recover_without_answers(clock: Clock, make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(tuning=FAST)
    count_let_in(gate, endpoint, 60)
    gate.turned_away(endpoint, MODEL, 0, expected_tokens=1)
    clock.advance(0.8)
    assert count_let_in(gate, endpoint, 50) < 50


# Circuit breaker


def test_five_failures_in_a_row_take_an_endpoint_for_down(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate()
    fail(gate, endpoint, 5)
    wait_s, down_for_s = seconds_down(make_gate(), endpoint)
    assert 3 < wait_s <= 5
    assert 0 < down_for_s < 2


@pytest.mark.parametrize("answer", ["answered", "turned_away"])
def test_an_answer_of_any_kind_between_failures_counts(make_gate: MakeGate, endpoint: str, answer: str) -> None:
    gate = make_gate()
    fail(gate, endpoint, 4)
    if answer == "answered":
        gate.answered(endpoint, MODEL, expected_tokens=1, used_tokens=None)
    else:
        gate.turned_away(endpoint, "another", 0, expected_tokens=1)
    fail(gate, endpoint, 4)
    assert is_let_in(gate, endpoint)


def test_an_endpoint_is_down_since_its_first_failure_however_long_it_was_idle(
    clock: Clock, make_gate: MakeGate, endpoint: str
) -> None:
    gate = make_gate()
    gate.answered(endpoint, MODEL, expected_tokens=1, used_tokens=1)
    clock.advance(0.5)
    fail(gate, endpoint, 4)
    clock.advance(0.1)
    fail(gate, endpoint, 1)
    assert 0.1 <= seconds_down(gate, endpoint)[1] < 0.5


def test_an_endpoint_that_is_down_is_down_for_all_its_models_and_no_other(make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate()
    fail(gate, endpoint, 5)
    with pytest.raises(EndpointDownError):
        gate.enter(endpoint, "another", 1)
    assert is_let_in(gate, endpoint + "/other")


def try_at_once(gates: list[RedisGate], endpoint: str, callers: int) -> int:
    """Count those let through of many threads at the same moment."""
    together = threading.Barrier(callers)

    def attempt(n: int) -> bool:
        together.wait()
        try:
            gates[n % len(gates)].enter(endpoint, MODEL, 1)
        except EndpointDownError:
            return False
        return True

    with ThreadPoolExecutor(callers) as threads:
        return sum(threads.map(attempt, range(callers)))


def test_one_of_many_callers_tries_an_endpoint_that_is_down(clock: Clock, make_gate: MakeGate, endpoint: str) -> None:
    gates = [make_gate(tuning=Tuning(first_trial_after_s=0.2)) for _ in range(2)]
    fail(gates[0], endpoint, 5)
    assert try_at_once(gates, endpoint, 20) == 0
    clock.advance(0.25)
    assert try_at_once(gates, endpoint, 20) == 1


@pytest.mark.parametrize("answer", ["answered", "turned_away"])
def test_an_answer_to_the_trial_opens_the_way_for_all(
    clock: Clock, make_gate: MakeGate, endpoint: str, answer: str
) -> None:
    gate = make_gate(tuning=FAST)
    fail(gate, endpoint, 5)
    clock.advance(0.2)
    gate.enter(endpoint, MODEL, 1)
    if answer == "answered":
        gate.answered(endpoint, MODEL, expected_tokens=1, used_tokens=1)
        assert count_let_in(gate, endpoint, 20) == 20
    else:
        gate.turned_away(endpoint, MODEL, 30, expected_tokens=1)
        assert not is_let_in(gate, endpoint)  # busy, no longer down


def test_each_trial_that_fails_doubles_the_time_to_the_next(clock: Clock, make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(tuning=FAST)
    fail(gate, endpoint, 5)
    waits = [seconds_down(gate, endpoint)[0]]
    for _ in range(3):
        clock.advance(waits[-1] + 0.02)
        fail(gate, endpoint, 1)
        waits.append(seconds_down(gate, endpoint)[0])
    assert waits == pytest.approx([0.15, 0.3, 0.4, 0.4], abs=0.07)


def test_a_trial_whose_caller_died_makes_way_for_another(clock: Clock, make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(tuning=FAST)
    fail(gate, endpoint, 5)
    clock.advance(0.2)
    gate.enter(endpoint, MODEL, 1)  # and is never heard of again
    assert try_at_once([gate], endpoint, 5) == 0
    clock.advance(0.35)
    assert try_at_once([gate], endpoint, 5) == 1


def test_a_call_from_before_that_fails_late_does_not_end_the_trial(
    clock: Clock, make_gate: MakeGate, endpoint: str
) -> None:
    gate = make_gate(tuning=Tuning(first_trial_after_s=0.1, longest_trial_gap_s=0.1))
    gate.enter(endpoint, MODEL, 1)
    with ThreadPoolExecutor(1) as another_thread:
        another_thread.submit(fail, gate, endpoint, 5).result()
        clock.advance(0.15)
        another_thread.submit(gate.enter, endpoint, MODEL, 1).result()
    gate.failed(endpoint, MODEL, expected_tokens=1)
    clock.advance(0.15)
    assert try_at_once([gate], endpoint, 5) == 0


def test_a_trial_waits_for_the_limits_too(clock: Clock, make_gate: MakeGate, endpoint: str) -> None:
    gate = make_gate(60, tuning=Tuning(request_burst_s=5, first_trial_after_s=0.1))
    fail(gate, endpoint, 5)
    clock.advance(0.15)
    wait_s = seconds_to_wait(gate, endpoint)
    assert wait_s < 1
    clock.advance(wait_s + 0.02)
    gate.enter(endpoint, MODEL, 1)
    with pytest.raises(EndpointDownError):
        gate.enter(endpoint, MODEL, 1)


# Without Redis


@pytest.fixture
def gate_without_redis() -> RedisGate:
    never_again = Retry(NoBackoff(), 0)  # of itself redis-py tries for three seconds
    client = redis.Redis(host="127.0.0.1", port=1, socket_timeout=0.2, socket_connect_timeout=0.2, retry=never_again)
    return RedisGate(client, requests_per_minute=600, patience_s=0.05)


def test_while_redis_is_away_calls_go_and_one_line_is_logged(gate_without_redis: RedisGate, endpoint: str) -> None:
    began = time.monotonic()
    with capture_logs() as lines:
        for _ in range(5):
            gate_without_redis.enter(endpoint, MODEL, 100)
            time.sleep(0.1)
            gate_without_redis.answered(endpoint, MODEL, expected_tokens=100, used_tokens=None)
            gate_without_redis.turned_away(endpoint, MODEL, None, expected_tokens=100)
            gate_without_redis.failed(endpoint, MODEL, expected_tokens=100)
    assert [line["event"] for line in lines] == ["gate_unattended"]
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("workers", [1, 4])
def test_while_redis_is_away_each_process_keeps_to_its_share_of_the_limit(
    gate_without_redis: RedisGate, endpoint: str, workers: int
) -> None:
    gate_without_redis.workers = workers
    until, passed = time.monotonic() + 2.0, 0
    while time.monotonic() < until:
        passed += is_let_in(gate_without_redis, endpoint, 1)
    assert 15 / workers <= passed <= 21 / workers + 1, "600 a minute are 20 in two seconds"


def test_without_a_limit_nothing_waits_while_redis_is_away(endpoint: str) -> None:
    client = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
    assert count_let_in(RedisGate(client), endpoint, 50) == 50


def test_an_open_gate_lets_every_call_through(endpoint: str) -> None:
    gate: Gate = OpenGate()
    fail(gate, endpoint, 20)
    gate.turned_away(endpoint, MODEL, 60, expected_tokens=1)
    assert count_let_in(gate, endpoint, 20) == 20
