"""The chaos test in short: real processes, a handful of faults, nothing lost or doubled; and that it would notice.

The long form is `make chaos`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.chaos import checks
from tests.chaos.checks import Record, Violation, all_violations
from tests.chaos.faults import BY_NAME
from tests.chaos.history import History, Life, Span, Upload
from tests.chaos.report import table, told
from tests.chaos.storm import Storm
from tests.chaos.uploads import Uploads
from tests.chaos.world import World, forget, world

SEED = 20
MIXES = (
    ("worker killed",),
    (
        "worker frozen",
        "database killed",
        "redis emptied",
        "leases taken from their holders",
        "messages sent twice",
        "uploaded twice at once",
    ),
)


@dataclass(frozen=True, slots=True)
class Weathered:
    """A storm that is over, in a world whose database still runs."""

    world: World
    storm: Storm
    repeated: dict[str, int]
    record: Record


@pytest.fixture(scope="module")
def weathered() -> Iterator[Weathered]:
    with world() as made:
        random = Random(SEED)
        storm = Storm(made, Uploads(made, Random(SEED)), random)
        storm.uploads.start()
        try:
            storm.warm_up()
            for mix in MIXES:
                storm.strike([BY_NAME[name] for name in mix])
        finally:
            storm.uploads.stop()
        storm.look()
        repeated = storm.end()
        record = Record(made.record)
        record.read_on()
        yield Weathered(made, storm, repeated, record)
    forget(made)


@pytest.fixture
def connection(weathered: Weathered) -> "Iterator[psycopg.Connection[Any]]":
    """A connection whose changes are forgotten at the end of the test."""
    with weathered.world.connect() as opened:
        yield opened
        opened.rollback()


def found(weathered: Weathered, connection: "psycopg.Connection[Any]") -> list[str]:
    _, violations = all_violations(connection, weathered.record.calls, weathered.world.history, time.time())
    return sorted({violation.kind for violation in violations})


@pytest.mark.timeout(110)
def test_nothing_is_lost_or_doubled_whatever_fails(weathered: Weathered) -> None:
    storm = weathered.storm
    assert not storm.violations, "\n".join([*table(storm, weathered.repeated), *told(storm)])
    assert sorted(span.what for span in storm.world.history.faults) == sorted(name for mix in MIXES for name in mix)
    assert len(storm.world.history.uploads) > 10
    assert all(recovery.settled_s is not None for recovery in storm.recoveries)


def test_faults_met_work_and_calls_in_flight_were_asked_again(weathered: Weathered) -> None:
    """Else nothing was proved."""
    assert sum(weathered.repeated.values()) > 0


TAMPERS: dict[str, tuple[str, str]] = {
    "a note that is deleted": (
        "DELETE FROM note WHERE id = (SELECT id FROM note WHERE stage = 'published' AND id NOT IN "
        "(SELECT merged_into_id FROM note WHERE merged_into_id IS NOT NULL) LIMIT 1)",
        "notes lost",
    ),
    "evidence that is deleted": ("DELETE FROM evidence WHERE id = (SELECT id FROM evidence LIMIT 1)", "notes lost"),
    "a note that is there twice": (
        "INSERT INTO note (id, workspace_id, transcript_id, run_id, chunk_id, ordinal, stage, statement, status, flags,"
        " speakers, model) SELECT gen_random_uuid(), workspace_id, transcript_id, run_id, chunk_id, 1000, 'published',"
        " statement, status, flags, speakers, model FROM note WHERE stage = 'published' LIMIT 1",
        "doubled",
    ),
    "a note whose words are changed": ("UPDATE note SET statement = statement || '!' WHERE ordinal = 0", "notes lost"),
    "a note that was never published": (
        "UPDATE note SET stage = 'draft' WHERE id = (SELECT id FROM note WHERE stage = 'published' LIMIT 1)",
        "notes lost",
    ),
    "a chunk that is deleted": (
        "DELETE FROM chunk WHERE id = (SELECT id FROM chunk WHERE new_from > 0 LIMIT 1)",
        "runs lost",
    ),
    "a run that ended too early": (
        "UPDATE chunk SET state = 'pending', outcome = NULL WHERE id = (SELECT id FROM chunk LIMIT 1)",
        "runs lost",
    ),
    "a run that never ended": (
        "UPDATE run SET state = 'running', finished_at = NULL WHERE id = (SELECT id FROM run LIMIT 1)",
        "runs lost",
    ),
    "a run that is gone": ("DELETE FROM run WHERE id = (SELECT id FROM run LIMIT 1)", "runs lost"),
    "a chunk that failed without a reason": (
        "UPDATE chunk SET state = 'failed', outcome = 'broken' WHERE id = (SELECT id FROM chunk LIMIT 1)",
        "notes lost",
    ),
    "a lease that ran out and nobody freed": (
        "UPDATE chunk SET state = 'running', lease_token = gen_random_uuid(), lease_until = now() - interval '60 s' "
        "WHERE id = (SELECT id FROM chunk LIMIT 1)",
        "runs lost",
    ),
    "calls that are not written": ("DELETE FROM model_call WHERE outcome = 'answered'", "notes lost"),
}


@pytest.mark.parametrize(("tamper", "kind"), TAMPERS.values(), ids=TAMPERS.keys())
def test_what_is_lost_or_doubled_is_noticed(
    weathered: Weathered, connection: "psycopg.Connection[Any]", tamper: str, kind: str
) -> None:
    assert found(weathered, connection) == []
    assert connection.execute(tamper.encode()).rowcount > 0
    assert kind in found(weathered, connection)


def test_an_answer_that_is_paid_for_twice_is_noticed(weathered: Weathered) -> None:
    calls, history = weathered.record.calls, weathered.world.history
    calm = next(call for call in calls if call.notes and checks.excuse(call, history) is None)
    later = replace(calm, arrived=calm.ended + 30, ended=calm.ended + 31, request_id="req_again")
    _, violations = checks.repeated_calls([*calls, later], history)
    assert [violation.kind for violation in violations] == ["doubled"]


def test_an_open_transaction_is_noticed(weathered: Weathered, connection: "psycopg.Connection[Any]") -> None:
    with weathered.world.connect() as forgotten:
        forgotten.execute("SELECT 1")
        time.sleep(0.3)
        assert [each.kind for each in checks.wrong_sessions(connection, longest_s=0.2)] == ["other"]
    connection.rollback()  # what a transaction has seen of sessions it sees until its end
    assert not list(checks.wrong_sessions(connection, longest_s=0.2))


# What excuses a call that is asked again.


@pytest.fixture
def history(tmp_path: Any) -> History:
    made = History(tmp_path / "events.jsonl")
    made.lives["w-1"] = Life("w-1", 1, began=0)
    made.uploads.append(Upload(UUID(int=1), "Qaaaaaaq", 0))
    return made


def call(arrived: float, ended: float, *, delivered: bool = True) -> checks.Call:
    return checks.Call("req_1", "w-1", "Qaaaaaaq", "prompt", arrived, ended, delivered, (("It is so.", ("So.",)),))


def _killed_at(at: float) -> Callable[[History], None]:
    def kill(history: History) -> None:
        history.lives["w-1"].disturbed.append(Span("worker killed", at))
        history.lives["w-1"].ended = at

    return kill


def _stolen_at(at: float) -> Callable[[History], None]:
    return lambda history: history.thefts.append(Span("theft", at, at))


def test_a_worker_that_ends_by_itself_or_takes_long_to_is_noticed(history: History) -> None:
    life = history.lives["w-1"]
    assert not list(checks.wrong_lives(history))
    life.ended, life.exit_code = 30.0, 1
    assert [each.said for each in checks.wrong_lives(history)] == ["w-1 ended by itself with 1"]
    life.exit_code = 6
    assert [each.said for each in checks.wrong_lives(history)] == ["w-1 ended by itself with 6"]
    history.faults.append(Span("database away", 20, 25))
    assert not list(checks.wrong_lives(history)), "it found no database when it started"
    life.exit_code = 0
    life.disturbed.append(Span("worker stopped", 29.0))
    assert not list(checks.wrong_lives(history))
    life.ended = 60.0
    assert [each.said for each in checks.wrong_lives(history)] == ["w-1 ended 31 s after SIGTERM"]


@pytest.mark.parametrize(
    ("happen", "expected"),
    [
        pytest.param(lambda _: None, None, id="nothing happened"),
        pytest.param(_killed_at(10.5), "worker killed", id="killed while it was asked"),
        pytest.param(_killed_at(12.0), "worker killed", id="killed before it was written"),
        pytest.param(_killed_at(30.0), None, id="killed long after"),
        pytest.param(_stolen_at(10.5), "theft", id="the lease was taken meanwhile"),
        pytest.param(_stolen_at(5.0), None, id="a lease was taken before"),
    ],
)
def test_a_call_is_excused_by_what_happened_to_its_asker(
    history: History, happen: Callable[[History], None], expected: str | None
) -> None:
    happen(history)
    assert checks.excuse(call(10, 11), history) == expected


def test_an_answer_may_be_written_when_the_database_is_back(history: History) -> None:
    history.outages.append(Span("database away", 9, 40))
    assert checks.safe_at(call(10, 11), history) > 40
    assert checks.excuse(call(10, 11), history) is None
    _killed_at(39)(history)
    assert checks.excuse(call(10, 11), history) == "worker killed"


def test_an_answer_that_did_not_arrive_is_excused(history: History) -> None:
    assert checks.excuse(call(10, 11, delivered=False), history) == "not delivered"
    repeated, violations = checks.repeated_calls([call(10, 11, delivered=False), call(20, 21)], history)
    assert (dict(repeated), violations) == ({"not delivered": 1}, [])


def test_a_violation_is_told_with_what_happened_around_it(weathered: Weathered) -> None:
    storm = weathered.storm
    fault = storm.world.history.faults[0]
    until = fault.until or fault.since
    shown = Storm(storm.world, storm.uploads, Random(0), violations=[Violation("runs lost", "x", fault.since, until)])
    assert any(f"{fault.what}: begins" in line for line in told(shown))
    row = next(line for line in table(shown, {}) if line.startswith(f"{fault.what} "))
    assert [cell.strip() for cell in row.split("|")][1:4] == ["1", "1", "0"]
