"""Everything that goes wrong. A fault is a function: what it does is over when it returns."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from uuid import UUID

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from notes_pipeline.core.errors import NotesPipelineError
from notes_pipeline.embedded import processes
from notes_pipeline.llm.offline.faults import Fault as ModelFault
from notes_pipeline.llm.offline.faults import Rule
from notes_pipeline.steps.cancel_run import cancel_run
from notes_pipeline.steps.next_work import NextWork
from tests.chaos.uploads import Uploads
from tests.chaos.workers import Seat
from tests.chaos.world import LEASE_S, World

AWAY_S = (LEASE_S + 1, LEASE_S + 6)  # longer than a lease
MINUTE_S = 60.0
HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fault happens, and the chance that decides its details."""

    world: World
    uploads: Uploads
    random: Random


@dataclass(frozen=True, slots=True)
class Fault:
    """`part`: what it is done to; of two that happen at once each has its own. `weight`: how often it is chosen."""

    name: str
    part: str
    happen: Callable[[Scene], None]
    weight: float = 1.0


def _lasting(scene: Scene, shortest_s: float, longest_s: float) -> None:
    time.sleep(scene.random.uniform(shortest_s, longest_s))


# Workers


@contextmanager
def _free_seat(scene: Scene) -> Iterator[Seat]:
    """Choose a worker that nobody else does something to, and wait until it has started."""
    seats = scene.random.sample(scene.world.seats, len(scene.world.seats))
    seat = next((seat for seat in seats if seat.busy.acquire(blocking=False)), None)
    if seat is None:
        seat = seats[0]
        seat.busy.acquire()
    try:
        yield seat
    finally:
        seat.busy.release()


def _killed(scene: Scene) -> None:
    with _free_seat(scene) as seat:
        seat.kill()


def _all_killed(scene: Scene) -> None:
    for seat in scene.world.seats:
        seat.kill()


def _stopped(scene: Scene) -> None:
    with _free_seat(scene) as seat:
        seat.terminate()


def _frozen(scene: Scene) -> None:
    with _free_seat(scene) as seat:
        seat.freeze(scene.random.uniform(*AWAY_S))


def _out_of_memory(scene: Scene) -> None:
    with _free_seat(scene) as seat, seat.starved():
        _lasting(scene, 1, 4)


def _clock_jumps(scene: Scene) -> None:
    with _free_seat(scene) as seat:
        hours = scene.random.choice((-25, -3, -1, 1, 3, 25))
        scene.world.history.note(f"the clock of {seat.name} jumps by {hours} h and back")
        seat.set_clock(hours * HOUR_S)
        _lasting(scene, 2, 5)
        seat.set_clock(0)


# The broker


def _redis_restarted(scene: Scene) -> None:
    scene.world.redis_server.stop()
    _lasting(scene, 0, 2)
    scene.world.redis_server.start()


def _redis_emptied(scene: Scene) -> None:
    with scene.world.broker() as client:
        client.flushall()


def _redis_away(scene: Scene) -> None:
    scene.world.redis_proxy.refuse()
    try:
        _lasting(scene, *AWAY_S)
    finally:
        scene.world.redis_proxy.restore()


def _redis_hangs(scene: Scene) -> None:
    scene.world.redis_proxy.hang()
    try:
        _lasting(scene, *AWAY_S)
    finally:
        scene.world.redis_proxy.restore()


def _bell_is_silent(scene: Scene) -> None:
    scene.uploads.silent.set()
    try:
        for _ in range(2):
            scene.uploads.upload(scene.uploads.next_number())
    finally:
        scene.uploads.silent.clear()
        scene.world.redis_proxy.restore()


# The database


def _database_restarted(scene: Scene) -> None:
    world = scene.world
    with world.postgres_busy, world.history.outage():
        world.postgres.stop()
        _lasting(scene, 0, 2)
        world.postgres.start()


def _database_dies_of(number: signal.Signals) -> Callable[[Scene], None]:
    def die(scene: Scene) -> None:
        world = scene.world
        with world.postgres_busy, world.history.outage():
            if (pid := world.postgres.pid) is not None:
                os.kill(pid, number)
                processes.wait_gone(pid, world.postgres.data, 10)
            _lasting(scene, 0, 1)
            world.postgres.start()

    return die


def _sessions_ended(scene: Scene) -> None:
    for _ in range(3):
        with suppress(psycopg.OperationalError), scene.world.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        time.sleep(0.3)


def _connections_cut(scene: Scene) -> None:
    for _ in range(3):
        scene.world.postgres_proxy.cut()
        time.sleep(0.2)


def _database_away_for(shortest_s: float, longest_s: float) -> Callable[[Scene], None]:
    def away(scene: Scene) -> None:
        with scene.world.postgres_busy, scene.world.history.outage():
            scene.world.postgres_proxy.refuse()
            try:
                _lasting(scene, shortest_s, longest_s)
            finally:
                scene.world.postgres_proxy.restore()

    return away


def _database_hangs(scene: Scene) -> None:
    """Hold all bytes; then either pass them on or break the connections."""
    with scene.world.postgres_busy, scene.world.history.outage():
        scene.world.postgres_proxy.hang()
        try:
            _lasting(scene, *AWAY_S)
            if scene.random.random() < 0.5:
                scene.world.postgres_proxy.cut()
        finally:
            scene.world.postgres_proxy.restore()


def _database_clock_jumps(scene: Scene) -> None:
    """Move what is stored of open work against the clock, which is what a jump of it looks like."""
    minutes = scene.random.choice((-60, 60))
    scene.world.history.note(f"stored times move by {minutes} minutes")
    scene.world.history.theft("database's clock jumps")
    shift = {"by": f"{minutes} minutes"}
    with suppress(psycopg.OperationalError), scene.world.connect() as connection:
        connection.execute(
            "UPDATE chunk SET lease_until = lease_until + %(by)s::interval,"
            " enqueued_at = enqueued_at + %(by)s::interval, next_attempt_at = next_attempt_at + %(by)s::interval"
            " WHERE state IN ('pending', 'running')",
            shift,
        )
        connection.execute(
            "UPDATE run SET enqueued_at = enqueued_at + %(by)s::interval WHERE finished_at IS NULL", shift
        )
        connection.execute(
            "UPDATE answer SET lease_until = lease_until + %(by)s::interval WHERE outcome IS NULL", shift
        )


# Leases and messages


def _leases_end(scene: Scene) -> None:
    """Let leases run out under their holders, which are in the midst of a call."""
    scene.world.history.theft("leases end under their holders")
    for _ in range(2):
        with suppress(psycopg.OperationalError), scene.world.connect() as connection:
            connection.execute("UPDATE chunk SET lease_until = now() - interval '1 s' WHERE state = 'running'")
        time.sleep(0.2)


def _leases_taken(scene: Scene) -> None:
    """Free chunks as a sweep does, while their holders ask for them: two workers have the same chunk in hand."""
    scene.world.history.theft("leases taken from their holders")
    with suppress(psycopg.OperationalError), scene.world.connect() as connection:
        connection.execute(
            "UPDATE chunk SET state = 'pending', lease_owner = NULL, lease_token = NULL, lease_until = NULL,"
            " next_attempt_at = now() WHERE state = 'running'"
        )


def _messages_doubled(scene: Scene) -> None:
    """Send every message about open work again, twice."""
    work = _work(scene, "finished_at IS NULL", "state IN ('pending', 'running')")
    for _ in range(2):
        scene.uploads.ring(work)


def _messages_replayed(scene: Scene) -> None:
    """Send messages about work that has ended long ago."""
    scene.uploads.ring(_work(scene, "finished_at IS NOT NULL", "state IN ('done', 'failed')"))


def _work(scene: Scene, runs: str, chunks: str) -> NextWork:
    try:
        with scene.world.connect() as connection:
            query = f"SELECT id FROM run WHERE {runs} ORDER BY random() LIMIT 20"  # noqa: S608 (ours)
            run_ids = tuple(UUID(str(row[0])) for row in connection.execute(query))
            query = f"SELECT id FROM chunk WHERE {chunks} ORDER BY random() LIMIT 20"  # noqa: S608 (ours)
            chunk_ids = tuple(UUID(str(row[0])) for row in connection.execute(query))
    except psycopg.OperationalError:
        return NextWork()
    return NextWork(plan=run_ids, draft=chunk_ids, finish=run_ids)


# Users


def _uploaded_twice(scene: Scene) -> None:
    told = scene.uploads.upload_twice()
    if len(told) > 1:
        scene.world.history.complain(f"one upload became {len(told)} runs: {sorted(map(str, told))}")


def _cancelled(scene: Scene) -> None:
    """Cancel a run that has just begun."""
    work = _work(scene, "finished_at IS NULL", "false").plan
    for run_id in work[:1]:
        # Noted first: the answer may be lost and the run cancelled all the same.
        scene.world.history.cancelled.add(run_id)
        with suppress(SQLAlchemyError, NotesPipelineError):
            cancel_run(scene.world.services.transactions, run_id)


# The model


def _model(*rules: Rule, lasts: tuple[float, float] = (3.0, 6.0)) -> Callable[[Scene], None]:
    def misbehave(scene: Scene) -> None:
        scene.world.set_rules(*rules)
        try:
            _lasting(scene, *lasts)
        finally:
            scene.world.set_rules()

    return misbehave


FAULTS = (
    Fault("worker killed", "worker", _killed, 3),
    Fault("all workers killed", "worker", _all_killed),
    Fault("worker stopped", "worker", _stopped, 2),
    Fault("worker frozen", "worker", _frozen, 2),
    Fault("worker out of memory", "worker", _out_of_memory, 2),
    Fault("worker's clock jumps", "clock", _clock_jumps, 2),
    Fault("redis restarted", "redis", _redis_restarted),
    Fault("redis emptied", "redis", _redis_emptied),
    Fault("redis away", "redis", _redis_away),
    Fault("redis hangs", "redis", _redis_hangs),
    Fault("redis away at the bell", "redis", _bell_is_silent),
    Fault("database restarted", "database", _database_restarted),
    Fault("database crashes (SIGQUIT)", "database", _database_dies_of(signal.SIGQUIT)),
    Fault("database killed", "database", _database_dies_of(signal.SIGKILL)),
    Fault("sessions terminated", "database", _sessions_ended),
    Fault("connections cut", "database", _connections_cut),
    Fault("database away", "database", _database_away_for(*AWAY_S), 2),
    Fault("database away for a minute", "database", _database_away_for(MINUTE_S, MINUTE_S), 0.2),
    Fault("database hangs", "database", _database_hangs),
    Fault("database's clock jumps", "leases", _database_clock_jumps, 2),
    Fault("leases end under their holders", "leases", _leases_end),
    Fault("leases taken from their holders", "leases", _leases_taken),
    Fault("messages sent twice", "messages", _messages_doubled),
    Fault("messages replayed", "messages", _messages_replayed),
    Fault("uploaded twice at once", "upload", _uploaded_twice),
    Fault("run cancelled", "cancel", _cancelled),
    Fault("model hangs", "model", _model(Rule(fault=ModelFault.TIMEOUT))),
    Fault("model slow", "model", _model(Rule(fault=ModelFault.SLOW, value=3))),
    Fault("model too slow", "model", _model(Rule(fault=ModelFault.SLOW, value=7, share=0.5))),
    Fault("model fails half of the time", "model", _model(Rule(fault=ModelFault.SERVER_ERROR, share=0.5))),
    Fault("model turns away", "model", _model(Rule(fault=ModelFault.RATE_LIMIT, value=1, share=0.7))),
    Fault("model answers malformed", "model", _model(Rule(fault=ModelFault.MALFORMED, share=0.5))),
    Fault("model invents", "model", _model(Rule(fault=ModelFault.INVENTED, share=0.5))),
    Fault("connection to the model reset", "model", _model(Rule(fault=ModelFault.RESET, share=0.5))),
    Fault("model's answer cut", "model", _model(Rule(fault=ModelFault.CUT, share=0.5))),
)
BY_NAME = {fault.name: fault for fault in FAULTS}


def choose_mix(random: Random, most: int = 4) -> list[Fault]:
    """Choose one to `most` faults of different parts; of workers there may be two."""
    wanted = random.choices(range(1, most + 1), weights=[1, 3, 4, 3][:most])[0]
    mix: list[Fault] = []
    while len(mix) < wanted:
        fault = random.choices(FAULTS, weights=[each.weight for each in FAULTS])[0]
        if sum(each.part == fault.part for each in mix) < (2 if fault.part == "worker" else 1):
            mix.append(fault)
    return mix
