"""Settings against each other: times, and how much is done at once."""

from collections.abc import Iterator

from notes_pipeline.diagnosis.facts import BrokerFacts, Facts
from notes_pipeline.diagnosis.findings import Finding, error, warning
from notes_pipeline.settings import Settings
from notes_pipeline.store.database import POOL_SIZE
from notes_pipeline.store.workers import SEEN_WITHIN

RENEWALS_PER_LEASE = 3  # as the worker renews: two may be lost
MOST_SLOTS_PER_CONNECTION = (
    16  # 200 slots on a pool of 12 were measured without waiting; no connection is held in a call
)
SHORTEST_LEASE_S = 5.0  # a stop of the machine for two seconds, as at a snapshot, must cost no lease


def check_timing(facts: Facts) -> Iterator[Finding]:
    settings = facts.settings
    yield from lease(settings)
    if facts.is_deployment:  # a trial on one machine ends with its command
        yield from stop_grace(settings)
    yield from visibility_timeout(facts)
    yield from concurrency(facts)


def lease(settings: Settings) -> Iterator[Finding]:
    """A lease must outlive two lost renewals and a sweep, and a sign of life must come within a minute."""
    lease_s, sweep_s = settings.notes_lease_s, settings.notes_sweep_s
    if lease_s < SHORTEST_LEASE_S:
        yield warning(
            "lease_short",
            f"NOTES_LEASE_S is {lease_s:g}: a pause of {lease_s:g} s, and a chunk is drafted and paid twice",
            f"set NOTES_LEASE_S to {SHORTEST_LEASE_S:g} or more; the default is 30",
        )
    longest_s = SEEN_WITHIN.total_seconds() * RENEWALS_PER_LEASE
    if lease_s >= longest_s:
        yield error(
            "lease_long",
            f"NOTES_LEASE_S is {lease_s:g}: workers give a sign of life every {lease_s / RENEWALS_PER_LEASE:g} s, and "
            f"count as gone after {SEEN_WITHIN.total_seconds():g}",
            f"set NOTES_LEASE_S below {longest_s:g}",
        )
    if sweep_s > lease_s:
        yield warning(
            "sweep_slow",
            f"NOTES_SWEEP_S is {sweep_s:g}, longer than NOTES_LEASE_S ({lease_s:g}): lost work waits for both together",
            "set NOTES_SWEEP_S to a third of NOTES_LEASE_S",
        )


def stop_grace(settings: Settings) -> Iterator[Finding]:
    grace_s, call_s = settings.notes_stop_grace_s, settings.notes_call_timeout_s
    if grace_s < call_s:
        yield warning(
            "stop_grace",
            f"NOTES_STOP_GRACE_S is {grace_s:g}, and a call may take {call_s:g} s (NOTES_CALL_TIMEOUT_S): calls "
            "cut off when a worker stops are paid twice",
            f"set NOTES_STOP_GRACE_S to {call_s:g} or more, and let what stops workers wait 15 s longer than that",
        )


def visibility_timeout(facts: Facts) -> Iterator[Finding]:
    broker, call_s = facts.broker, facts.settings.notes_call_timeout_s
    if isinstance(broker, BrokerFacts) and broker.visibility_timeout_s <= call_s:
        yield warning(
            "visibility_timeout",
            f"NOTES_CALL_TIMEOUT_S is {call_s:g}, and the broker gives out a message anew after "
            f"{broker.visibility_timeout_s:g} s: tasks under way are announced again",
            f"set NOTES_CALL_TIMEOUT_S below {broker.visibility_timeout_s:g}",
        )


def concurrency(facts: Facts) -> Iterator[Finding]:
    """Slots against the pool of connections, against what may be in flight, and against the rate that is allowed."""
    settings = facts.settings
    slots = settings.notes_concurrency
    if slots > POOL_SIZE * MOST_SLOTS_PER_CONNECTION:
        yield warning(
            "slots_per_connection",
            f"NOTES_CONCURRENCY is {slots}, on {POOL_SIZE} connections a process: slots wait for each other",
            f"set NOTES_CONCURRENCY to {POOL_SIZE * MOST_SLOTS_PER_CONNECTION} at most, and start more processes",
        )
    most = settings.notes_calls_in_flight
    if most is not None and most < slots:
        yield warning(
            "calls_in_flight",
            f"NOTES_CALLS_IN_FLIGHT is {most} for all workers, and one alone has {slots} slots: the others stay empty",
            f"set NOTES_CONCURRENCY to {most} or fewer, or NOTES_CALLS_IN_FLIGHT to what the endpoint takes",
        )
    per_minute = settings.notes_requests_per_minute
    workers = len(facts.work.workers) if facts.work else 0
    needed = None if per_minute is None else max(1.0, per_minute / 60 * settings.notes_call_timeout_s)
    together = slots * max(1, workers)
    if needed is not None and together > needed:
        yield warning(
            "slots_without_turn",
            f"{together} slots, and NOTES_REQUESTS_PER_MINUTE ({per_minute}) fills at most {needed:.0f}, "
            f"even if every call took {settings.notes_call_timeout_s:g} s",
            f"set NOTES_CONCURRENCY to {max(1, int(needed) // max(1, workers))}, or raise NOTES_REQUESTS_PER_MINUTE",
        )
