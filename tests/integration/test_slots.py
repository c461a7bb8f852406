"""The slots of a worker over a real PostgreSQL: what they take, how they stop, and what they outlive."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event, Lock, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import LeaseLostError
from notes_pipeline.core.runs import RunState
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.requests import ModelRequest, Record
from notes_pipeline.steps.cancel_run import cancel_run
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.steps.permits import Permits
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import read_run
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.direct import Direct
from notes_pipeline.store.leases import MAX_LOSSES, lease_chunk
from notes_pipeline.worker.app import create_app
from notes_pipeline.worker.doorbell import Doorbell
from notes_pipeline.worker.duties import Duties
from notes_pipeline.worker.leases import Leases
from notes_pipeline.worker.slots import Slots
from tests.integration.pipeline import EMPTY, Pipeline, answer, interview
from tests.making import ScriptedModel

MANY_CHUNKS = interview(turns=60)  # ten
PATIENCE_S = 10.0  # until a thread of ours must have done something; on a busy machine it may take a while


class Held(ScriptedModel):
    """A model that answers everything the same, once it is let; counts the calls that it has at once.

    `first`: what it says before, one a call; an exception is raised.
    """

    def __init__(self, reply: str = EMPTY, *, first: Sequence[str | BaseException] = (), is_let: bool = True) -> None:
        super().__init__()
        self._reply = reply
        self._first = list(first)
        self._lock = Lock()
        self.let = Event()
        self.inside = self.most_inside = 0
        if is_let:
            self.let.set()

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        with self._lock:
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            reply = self._first.pop(0) if self._first else self._reply
        self.let.wait(PATIENCE_S)
        with self._lock:
            self.inside -= 1
            self._answers.append(reply)
            return super().complete(request, record=record, retries=retries)


@dataclass
class Working:
    """Slots over one database, and what they pass on."""

    made: Pipeline
    slots: Slots
    passed_on: list[NextWork]

    @property
    def model(self) -> Held:
        assert isinstance(self.made.model, Held)
        return self.made.model

    def states(self) -> dict[str, int]:
        with self.made.transactions.begin() as session:
            rows = session.execute(text("SELECT state, count(*) FROM chunk GROUP BY state")).all()
            return {str(row[0]): int(row[1]) for row in rows}

    def sql(self, statement: str, **values: object) -> Any:
        with self.made.transactions.begin() as session:
            result = session.execute(text(statement), values)
            return result.all() if result.returns_rows else None  # type: ignore[attr-defined]


Work = Callable[..., Working]


@pytest.fixture
def work(transactions: Transactions) -> Iterator[Work]:
    started: list[Working] = []

    def make(number: int, model: Held | None = None, *, transactions_: Any = transactions, **options: Any) -> Working:
        made = Pipeline(transactions_, model or Held(), {"permits": Permits(number)})
        passed_on: list[NextWork] = []
        then = options.pop("then", passed_on.append)
        drafting = replace(made.drafting, **options.pop("drafting", {}))
        working = Working(Pipeline(transactions, made.model), Slots(drafting, number, then=then, **options), passed_on)
        started.append(working)
        return working

    yield make
    for each in started:
        each.model.let.set()
        each.slots.stop(grace_s=PATIENCE_S)


def soon(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, and tell whether it came to that."""
    until = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


def test_all_chunks_are_drafted_by_so_many_threads_at_once(work: Work) -> None:
    working = work(3, Held(is_let=False))
    run_id, chunk_ids = working.made.planned(MANY_CHUNKS)
    working.slots.start()
    assert soon(lambda: working.model.inside == 3)
    assert soon(lambda: working.states()["running"] == 4)  # one more is prepared, and waits for its call
    assert (working.slots.busy, working.model.inside) == (3, 3)
    working.model.let.set()
    assert soon(lambda: working.states() == {"done": len(chunk_ids)})
    assert soon(lambda: [each for each in working.passed_on if each != NOTHING] == [NextWork(finish=(run_id,))])
    assert working.model.most_inside == 3


def test_no_more_are_drafted_at_once_than_all_workers_together_may(work: Work) -> None:
    one, two = (work(4, Held(is_let=False), most_running=3) for _ in range(2))
    one.made.planned(MANY_CHUNKS)
    one.slots.start()
    two.slots.start()
    assert soon(lambda: one.model.inside + two.model.inside == 3)
    time.sleep(1.2)  # either has looked again
    assert one.model.inside + two.model.inside == 3


def test_slots_that_are_woken_look_at_once_and_else_every_second(work: Work) -> None:
    working = work(2)
    working.slots.start()
    time.sleep(0.2)
    taken_s = []
    for turns in (1, 2, 3):
        working.made.planned(interview(turns=turns))
        began = time.monotonic()
        working.slots.wake()
        assert soon(lambda: working.states() == {"done": turns})  # noqa: B023 (called before the next turn)
        taken_s.append(time.monotonic() - began)
    assert min(taken_s) < 0.6
    working.made.planned(interview(turns=4))
    assert soon(lambda: working.states() == {"done": 4})  # nobody woke them


def test_an_idle_worker_stops_at_once(work: Work) -> None:
    working = work(2)
    working.slots.start()
    began = time.monotonic()
    working.slots.stop(grace_s=30.0)
    assert time.monotonic() - began < 10


def test_a_worker_that_is_stopped_ends_what_is_in_hand_and_takes_nothing_new(work: Work) -> None:
    working = work(2, Held(is_let=False))
    _, chunk_ids = working.made.planned(MANY_CHUNKS)
    working.slots.start()
    assert soon(lambda: working.model.inside == 2)
    stopping = Thread(target=partial(working.slots.stop, grace_s=PATIENCE_S))
    stopping.start()
    time.sleep(0.1)
    working.model.let.set()
    stopping.join()
    assert working.states() == {"done": 2, "pending": len(chunk_ids) - 2}
    assert len(working.model.requests) == 2


def test_what_takes_longer_than_the_grace_is_given_back_and_due_and_counts_as_nothing(work: Work) -> None:
    working = work(2, Held(answer(), is_let=False))
    _, chunk_ids = working.made.planned(MANY_CHUNKS)
    working.sql("UPDATE chunk SET losses = 1")
    working.slots.start()
    assert soon(lambda: working.model.inside == 2)
    began = time.monotonic()
    working.slots.stop(grace_s=0.3)
    assert 0.3 <= time.monotonic() - began < 10
    assert working.states() == {"pending": len(chunk_ids)}
    rows = working.sql("SELECT DISTINCT losses, attempts, lease_token, next_attempt_at <= now() FROM chunk")
    assert rows == [(1, 0, None, True)]
    working.model.let.set()  # the answers come when nobody waits for them any more: they are kept, no note is written
    assert soon(lambda: working.sql("SELECT count(*) FROM answer WHERE outcome = 'answered'") == [(2,)])
    assert soon(lambda: working.slots.busy == 0)
    assert working.states() == {"pending": len(chunk_ids)}
    assert working.sql("SELECT count(*) FROM note") == [(0,)]


def test_a_chunk_that_waits_for_its_call_is_given_back_at_once_by_a_worker_that_stops(work: Work) -> None:
    working = work(1, Held(is_let=False))
    _, chunk_ids = working.made.planned(MANY_CHUNKS)
    working.slots.start()
    assert soon(lambda: working.model.inside == 1 and working.states()["running"] == 2)
    stopping = Thread(target=working.slots.stop, kwargs={"grace_s": PATIENCE_S})
    stopping.start()
    assert soon(lambda: working.states() == {"running": 1, "pending": len(chunk_ids) - 1})
    assert working.sql("SELECT sum(attempts) FROM chunk WHERE state = 'pending'") == [(0,)]
    working.model.let.set()
    stopping.join(PATIENCE_S)
    assert working.states() == {"done": 1, "pending": len(chunk_ids) - 1}
    assert working.model.most_inside == 1


def test_another_worker_goes_on_at_once_with_what_a_stopped_one_gave_back(work: Work) -> None:
    stopped, other = work(2, Held(is_let=False)), work(4)
    _, chunk_ids = stopped.made.planned(MANY_CHUNKS)
    stopped.slots.start()
    assert soon(lambda: stopped.model.inside == 2)
    stopped.slots.stop(grace_s=0.0)
    other.slots.start()
    assert soon(lambda: other.states() == {"done": len(chunk_ids)})


def test_what_no_thread_has_begun_is_not_begun_by_a_worker_that_stops(work: Work) -> None:
    working = work(1, Held(is_let=False))
    working.made.planned(interview())
    working.slots.start()
    assert soon(lambda: working.model.inside == 1)
    goes_on = Event()

    def keep_the_spare_thread() -> NextWork:
        goes_on.wait(PATIENCE_S)
        return NOTHING

    assert working.slots.take(uuid4(), keep_the_spare_thread)
    begun: list[int] = []

    def never() -> NextWork:
        begun.append(1)
        return NOTHING

    assert working.slots.take(uuid4(), never)
    working.slots.stop(grace_s=0.2)
    working.model.let.set()
    goes_on.set()
    assert soon(lambda: working.slots.busy == 0)
    assert begun == []
    assert not working.slots.take(uuid4(), never)


def test_another_piece_of_work_is_not_taken_twice_at_once(work: Work) -> None:
    working = work(2)
    working.slots.start()
    run_id, goes_on, turns = uuid4(), Event(), list[int]()

    def summarise() -> NextWork:
        turns.append(1)
        goes_on.wait(PATIENCE_S)
        return NextWork(finish=(run_id,))

    assert working.slots.take(run_id, summarise)
    assert not working.slots.take(run_id, summarise)
    goes_on.set()
    assert soon(lambda: working.passed_on == [NextWork(finish=(run_id,))])
    assert turns == [1]
    assert working.slots.take(run_id, summarise)  # it has ended, and may be needed again


def test_chunks_on_their_last_life_are_drafted_one_at_a_time(work: Work) -> None:
    working = work(4, Held(is_let=False))
    _, chunk_ids = working.made.planned(MANY_CHUNKS)
    working.sql("UPDATE chunk SET losses = :n", n=MAX_LOSSES - 1)
    working.slots.start()
    assert soon(lambda: working.model.inside == 1)
    time.sleep(2.2)  # it has looked twice again
    assert working.states() == {"running": 1, "pending": len(chunk_ids) - 1}
    working.model.let.set()
    assert soon(lambda: working.states().get("done", 0) >= 3)
    assert working.model.most_inside == 1


def test_a_chunk_on_its_last_life_gets_its_turn_while_others_fill_all_slots(work: Work) -> None:
    working = work(2, Held(is_let=False))
    run_id, (chunk_id,) = working.made.planned(interview())
    working.sql("UPDATE chunk SET losses = :n", n=MAX_LOSSES - 1)
    working.sql(
        """INSERT INTO chunk (id, run_id, workspace_id, index, text_from, text_to, new_from)
           SELECT gen_random_uuid(), run_id, workspace_id, i, 0, text_to, 0 FROM chunk, generate_series(1, 300) AS i"""
    )
    working.model.let.set()
    working.slots.start()
    assert soon(lambda: working.states().get("done", 0) >= 150)
    done = working.sql("SELECT state FROM chunk WHERE id = :id", id=chunk_id)
    assert done == [("done",)], f"run {run_id}"


def test_out_of_memory_counts_as_a_lost_worker_and_ends_the_process(work: Work) -> None:
    fatal = Event()
    working = work(1, Held(first=[MemoryError()]), fatal=fatal.set)
    working.made.planned(interview())
    working.slots.start()
    assert fatal.wait(PATIENCE_S)
    assert soon(lambda: working.states() == {"done": 1})  # by whoever takes it next
    assert working.sql("SELECT losses, attempts FROM chunk") == [(1, 0)]


def test_a_chunk_that_takes_all_memory_three_times_is_set_aside(work: Work) -> None:
    working = work(1, Held(first=[MemoryError() for _ in range(MAX_LOSSES)]))
    working.made.planned(interview())
    working.slots.start()
    assert soon(lambda: working.states() == {"failed": 1})
    assert working.sql("SELECT outcome, losses, error FROM chunk") == [("poisoned", 3, "the worker ran out of memory")]


def test_a_slot_outlives_what_it_does_and_what_comes_after_it(work: Work) -> None:
    def breaks(_: NextWork) -> None:
        raise RuntimeError("nobody hears it")

    working = work(1, then=breaks)
    working.slots.start()

    def fails() -> NextWork:
        raise RuntimeError("a fault of ours")

    assert working.slots.take(uuid4(), fails)
    working.made.planned(MANY_CHUNKS)
    assert soon(lambda: set(working.states()) == {"done"})


@dataclass
class Unsteady:
    """Transactions of a database that may be away."""

    transactions: Transactions
    is_away: Event = field(default_factory=Event)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        if self.is_away.is_set():
            raise OperationalError("SELECT", None, OSError("connection refused"))
        with self.transactions.begin() as session:
            yield session

    @contextmanager
    def direct(self) -> Iterator[Direct]:
        if self.is_away.is_set():
            raise OperationalError("SELECT", None, OSError("connection refused"))
        with self.transactions.direct() as statements:
            yield statements


def test_slots_go_on_when_the_database_is_back_and_lose_no_answer(work: Work, transactions: Transactions) -> None:
    database = Unsteady(transactions)
    working = work(1, Held(answer(), is_let=False), transactions_=database)
    working.made.planned(interview())
    working.slots.start()
    assert soon(lambda: working.model.inside == 1)
    database.is_away.set()
    working.model.let.set()
    time.sleep(0.5)
    working.made.planned(interview(turns=4))
    database.is_away.clear()
    assert soon(lambda: working.states() == {"done": 2})
    assert len(working.model.requests) == 2  # what was paid for was not asked again
    assert working.sql("SELECT sum(losses) FROM chunk") == [(0,)]


def test_chunks_that_an_evaluation_set_aside_are_not_taken(work: Work) -> None:
    working = work(4)
    run_id = working.made.request(MANY_CHUNKS).id
    chunk_ids = plan_run(working.made.transactions, run_id, aside_s=60.0).draft
    working.slots.start()
    time.sleep(1.3)  # it has looked twice
    assert working.states() == {"pending": len(chunk_ids)}
    assert working.model.requests == []


# What is done beside drafting


class Deaf(Doorbell):
    """A doorbell whose broker is away, which tells so at once."""

    def __init__(self) -> None:
        super().__init__(create_app("redis://127.0.0.1:1/0"))

    def ring(self, work: NextWork) -> bool:
        return work == NOTHING


def test_a_run_goes_from_its_plan_to_its_end_without_a_broker(work: Work) -> None:
    model = Held(json.dumps({"sentences": []}), first=[answer()])
    pending: list[Duties] = []
    working = work(2, model, then=lambda work: pending[0].pass_on(work))
    duties = Duties(working.made.drafting, Deaf(), slots=working.slots)
    pending.append(duties)
    working.slots.start()
    run_id = working.made.request(interview(), summarises=True).id
    duties.pass_on_swept(NextWork(plan=(run_id,)))
    assert soon(lambda: read_run(working.made.transactions, run_id).run.state is RunState.FINISHED)
    assert len(model.requests) == 2


def test_what_a_sweep_finds_to_finish_or_sum_up_is_done_once_without_a_broker(work: Work) -> None:
    working = work(1, Held(answer()))
    run_id = working.made.request(interview(), summarises=True).id
    plan_run(working.made.transactions, run_id)
    working.slots.start()
    assert soon(lambda: working.states() == {"done": 1})
    idle = work(1)  # not started: what it is given stays in hand
    duties = Duties(working.made.drafting, Deaf(), slots=idle.slots)
    duties.pass_on_swept(NextWork(finish=(run_id,)))
    assert read_run(working.made.transactions, run_id).run.state is RunState.SUMMARISING
    duties.pass_on_swept(NextWork(summarise=(run_id,)))
    assert idle.slots.busy == 1


class Unheard(Doorbell):
    """A doorbell whose broker takes every message, and that nobody hears."""

    def __init__(self) -> None:
        super().__init__(create_app("redis://127.0.0.1:1/0"))

    def ring(self, work: NextWork) -> bool:
        return True


def test_what_was_rung_for_in_vain_is_done_at_the_next_sweep(work: Work) -> None:
    working = work(1, Held(answer()))
    duties = Duties(working.made.drafting, Unheard(), slots=working.slots)
    run_id, other = working.made.request(interview()).id, working.made.request(interview(turns=4)).id

    def state() -> RunState:
        return read_run(working.made.transactions, run_id).run.state

    duties.pass_on_swept(NextWork(plan=(run_id,)))
    duties.pass_on_swept(NextWork(plan=(other,)))
    assert state() is RunState.QUEUED
    duties.pass_on_swept(NextWork(plan=(run_id,)))
    assert state() is RunState.RUNNING
    assert read_run(working.made.transactions, other).run.state is RunState.QUEUED
    working.slots.start()
    assert soon(lambda: working.states() == {"done": 1})

    def is_finished_by_a_sweep() -> bool:
        duties.pass_on_swept(NextWork(finish=(run_id,)))
        return state() is RunState.FINISHED

    assert soon(is_finished_by_a_sweep)  # the chunk is done a moment before the slot rings in vain


# Leases


@contextmanager
def held_lease(made: Pipeline) -> Iterator[tuple[Leases, UUID, Callable[[], None]]]:
    """Hold the lease of the one chunk of a run."""
    run_id, (chunk_id,) = made.planned(interview())
    with made.transactions.begin() as session:
        leased = lease_chunk(session, chunk_id, owner="test", lease_s=30.0)
    assert leased is not None
    leases = Leases(made.transactions, lease_s=30.0, longest_s=60.0)
    with leases.hold(leased.token) as touch:
        yield leases, run_id, touch


@pytest.fixture
def made(transactions: Transactions) -> Pipeline:
    return Pipeline(transactions, ScriptedModel())


def test_a_lease_that_is_held_may_be_used_for_the_next_call(made: Pipeline) -> None:
    with held_lease(made) as (leases, _, touch):
        leases.renew()
        touch()


def test_the_holder_of_a_cancelled_run_is_told_before_its_next_call(made: Pipeline) -> None:
    with held_lease(made) as (leases, run_id, touch):
        cancel_run(made.transactions, run_id)
        touch()  # nobody has looked yet
        leases.renew()
        with pytest.raises(LeaseLostError):
            touch()


def test_a_chunk_whose_lease_is_known_to_be_lost_asks_nothing_more(work: Work, transactions: Transactions) -> None:
    leases = Leases(transactions, lease_s=30.0, longest_s=60.0)
    working = work(1, Held(is_let=False), drafting={"hold": leases.hold})
    run_id, _ = working.made.planned(interview())
    working.slots.start()
    assert soon(lambda: working.model.inside == 1)
    cancel_run(transactions, run_id)
    leases.renew()
    working.model.let.set()
    assert soon(lambda: working.slots.busy == 0)
    assert read_run(transactions, run_id).run.state is RunState.CANCELLED
    assert len(working.model.requests) == 1
    assert working.passed_on == [NOTHING]


def test_a_lease_is_not_taken_for_lost_while_its_chunk_is_written_for(made: Pipeline) -> None:
    with held_lease(made) as (leases, _, touch):
        with made.transactions.begin() as session:  # as the insert of a model call or a note does
            session.execute(text("SELECT 1 FROM chunk FOR KEY SHARE"))
            leases.renew()
        touch()


def test_each_renewal_gives_a_sign_of_life_also_with_nothing_in_hand(made: Pipeline) -> None:
    signs: list[int] = []
    leases = Leases(made.transactions, lease_s=30.0, longest_s=60.0, sign=lambda _: signs.append(1))
    leases.renew()
    assert signs == [1]
