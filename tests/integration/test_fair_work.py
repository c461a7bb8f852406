"""Whose turn it is, what is lost and found again, and how a run ends before its time: on a real PostgreSQL."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Barrier, Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from notes_pipeline.core.chunking import chunk_transcript
from notes_pipeline.core.errors import InputError, ModelUnreachableError, TooLongError, TooMuchWorkError
from notes_pipeline.core.model_calls import Purpose
from notes_pipeline.core.notes import CoverageState, NoteStatus
from notes_pipeline.core.reviewing import ReviewState
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.prompts import load_prompts
from notes_pipeline.llm.requests import ModelRequest, Record
from notes_pipeline.readers import read_transcript
from notes_pipeline.steps.cancel_run import cancel_run
from notes_pipeline.steps.draft_chunk import MAX_ATTEMPTS, draft_chunk, draft_leased
from notes_pipeline.steps.evaluate import Evaluating, evaluate, open_gold_set
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.next_work import NOTHING, NextWork
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import RunReport, read_run
from notes_pipeline.steps.request_run import Limits, RequestedRun, RunOptions, request_run
from notes_pipeline.steps.retry_run import retry_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.answers import Asker, Taken, Wanted, take_on
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.direct import Direct, InSession
from notes_pipeline.store.leases import (
    MAX_LOSSES,
    PASSED_OVER,
    LeasedChunk,
    give_back,
    halve_chunk,
    lease_chunk,
    lease_chunks,
    mend_pending,
    recover_lost,
    release_chunk,
)
from notes_pipeline.store.leases import Recovered as Found
from notes_pipeline.store.runs import load_run
from tests.integration.pipeline import EMPTY, GUIDE, SAID, WORKSPACE, Pipeline, answer, interview
from tests.making import ScriptedModel, make_asking

LEASE_S = 30.0
ASIDE_S = 3_600.0
TWO_CHUNKS = interview(turns=12)
NOT_SAID = "The new app has paid for itself within two years."
REPAIRED = {"utterance": 1, "speaker": "Bram", "words": SAID}


@dataclass
class Board:
    """Runs in several workspaces, with as many chunks as a test needs; nobody drafts these."""

    transactions: Transactions
    places: dict[UUID, str] = field(default_factory=dict)

    def add(
        self,
        workspace: str,
        number: int,
        *,
        is_backfill: bool = False,
        losses: int = 0,
        due_since_s: float = 1.0,
        is_of_old_code: bool = False,
    ) -> UUID:
        """Add a run with chunks that have been due for so long; of one run the first is the oldest."""
        transcript = ingest_transcript(self.transactions, workspace, interview(), "interview.txt")
        guide = ingest_guide(self.transactions, workspace, GUIDE, "guide.yaml")
        options = RunOptions("none", anew=True, is_backfill=is_backfill)
        run_id = request_run(self.transactions, workspace, transcript, guide, options, load_prompts()).id
        self.sql(
            """
            INSERT INTO chunk (id, run_id, workspace_id, is_backfill, index, text_from, text_to, new_from, losses,
                               next_attempt_at, enqueued_at)
            SELECT gen_random_uuid(), run.id, CASE WHEN :old THEN NULL ELSE workspace_id END,
                   CASE WHEN :old THEN false ELSE is_backfill END, i, i, i + 1, i, :losses,
                   now() - make_interval(secs => :due_since) + make_interval(secs => i * 0.001), now()
            FROM run, generate_series(0, :number - 1) AS i WHERE run.id = :run
            """,
            run=run_id,
            number=number,
            losses=losses,
            due_since=due_since_s + number * 0.001,
            old=is_of_old_code,
        )
        self.sql("UPDATE run SET state = 'running', chunks_total = :n WHERE id = :run", run=run_id, n=number)
        self.places[run_id] = workspace
        return run_id

    def lease(self, limit: int, *, owner: str = "test", **options: Any) -> list[LeasedChunk]:
        with self.transactions.begin() as session:
            return lease_chunks(session, owner=owner, lease_s=LEASE_S, limit=limit, **options)

    def turns(self, limit: int, **options: Any) -> Counter[str]:
        """Lease, and count by workspace."""
        return Counter(self.places[each.run_id] for each in self.lease(limit, **options))

    def sql(self, statement: str, **values: object) -> list[Any]:
        with self.transactions.begin() as session:
            result = session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []  # type: ignore[attr-defined]

    def one(self, statement: str, **values: object) -> Any:
        ((value,),) = self.sql(statement, **values)
        return value


@pytest.fixture
def board(transactions: Transactions) -> Board:
    return Board(transactions)


@pytest.fixture
def made(transactions: Transactions) -> Pipeline:
    return Pipeline(transactions, ScriptedModel())


# Whose turn it is


def test_a_workspace_with_one_chunk_is_in_the_next_choice(board: Board) -> None:
    board.add("big", 300, due_since_s=3_600)
    board.add("small", 1)
    assert board.turns(16) == {"big": 15, "small": 1}


def test_a_workspace_with_one_chunk_goes_before_the_next_of_one_that_has_chunks_in_hand(board: Board) -> None:
    board.add("big", 300, due_since_s=3_600)
    assert board.turns(16) == {"big": 16}
    board.add("small", 1)
    assert board.turns(1) == {"small": 1}
    assert board.turns(1) == {"big": 1}


def test_workspaces_get_equal_shares_whatever_they_have_in_hand(board: Board) -> None:
    board.add("first", 100, due_since_s=3_600)
    assert board.turns(6) == {"first": 6}
    board.add("second", 100, due_since_s=60)
    board.add("third", 100)
    assert board.turns(12) == {"second": 6, "third": 6}
    assert board.turns(30) == {"first": 10, "second": 10, "third": 10}


def test_a_workspace_of_many_runs_has_no_more_turns_than_one_of_one(board: Board) -> None:
    for _ in range(5):
        board.add("many", 20, due_since_s=60)
    board.add("one", 20)
    assert board.turns(10) == {"many": 5, "one": 5}


def test_in_a_workspace_the_oldest_goes_first(board: Board) -> None:
    board.add("alone", 10)
    old = board.add("alone", 10, due_since_s=60)
    leased = board.lease(10)
    assert {each.run_id for each in leased} == {old}
    assert sorted(each.chunk.index for each in board.lease(3)) == [0, 1, 2]


def runs_leased(board: Board, owner: str, limit: int) -> Counter[UUID]:
    return Counter(each.run_id for each in board.lease(limit, owner=owner))


def test_a_worker_goes_on_with_the_runs_that_it_works_on(board: Board) -> None:
    first = board.add("alone", 10, due_since_s=60)
    second = board.add("alone", 10)
    assert runs_leased(board, "one", 4) == {first: 4}
    assert runs_leased(board, "two", 4) == {second: 4}
    assert runs_leased(board, "one", 8) == {first: 6, second: 2}
    assert runs_leased(board, "two", 8) == {second: 4}


def test_the_runs_of_others_are_helped_with_where_nothing_else_is_due(board: Board) -> None:
    board.add("alone", 10)
    assert len(board.lease(3, owner="one")) == 3
    assert len(board.lease(5, owner="two")) == 5
    assert len(board.lease(5, owner="one")) == 2


def test_a_worker_that_is_slow_keeps_few_chunks_of_its_runs_waiting(board: Board) -> None:
    slow = [board.add("alone", 20, due_since_s=60) for _ in range(3)]
    for each in slow:
        board.sql(
            "UPDATE chunk SET state = 'running', lease_owner = 'slow', lease_token = gen_random_uuid(), "
            "lease_until = now() + interval '30 s' WHERE run_id = :run AND index = 0",
            run=each,
        )
    newer = board.add("alone", 100)
    assert runs_leased(board, "quick", 10).keys().isdisjoint({newer}), "57 older ones wait, more than are passed over"


def test_workspaces_take_turns_whoever_works_on_their_runs(board: Board) -> None:
    board.add("mine", 50, due_since_s=60)
    assert board.turns(2, owner="one") == {"mine": 2}
    board.add("another", 50)
    assert board.turns(10, owner="one") == {"mine": 4, "another": 6}
    assert board.turns(10, owner="two") == {"mine": 5, "another": 5}


def test_backfill_waits_for_whatever_else_is_due_also_in_other_workspaces(board: Board) -> None:
    backfill = board.add("archive", 20, is_backfill=True, due_since_s=3_600)
    board.add("archive", 4)
    board.add("busy", 8)
    assert [each.run_id for each in board.lease(12) if each.run_id == backfill] == []
    assert {each.run_id for each in board.lease(3)} == {backfill}


def test_backfill_goes_first_where_that_is_asked_for_and_leaves_the_rest_to_others(board: Board) -> None:
    backfill = board.add("archive", 3, is_backfill=True)
    urgent = board.add("busy", 20, due_since_s=3_600)
    taken = Counter(each.run_id for each in board.lease(5, backfill_first=True))
    assert taken == {backfill: 3, urgent: 2}


def test_what_is_not_due_is_not_taken(board: Board) -> None:
    board.add("later", 5, due_since_s=-60)
    board.add("now", 1)
    assert board.turns(10) == {"now": 1}


@contextmanager
def choices_of(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that choose chunks, as the driver gets them."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if "WITH RECURSIVE place" in statement:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def explained(engine: Engine, statement: str, parameters: Any) -> dict[str, Any]:
    """Give the plan of a statement as it ran; what it did is rolled back."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        plan: dict[str, Any] = rows.scalar_one()[0]["Plan"]
        connection.rollback()
    return plan


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes_of(part)


def chosen_among_20_000(board: Board, engine: Engine) -> dict[str, Any]:
    """Give the plan of a choice among 20,000 due chunks of one workspace and one of another, for 16 slots."""
    board.add("big", 20_000, due_since_s=3_600)
    board.add("small", 1)
    board.sql("ANALYZE chunk")
    with choices_of(engine) as seen:
        assert board.turns(16) == {"big": 15, "small": 1}
    return explained(engine, *seen[0])


def test_a_choice_among_20_000_chunks_reads_few_pages(board: Board, engine: Engine) -> None:
    plan = chosen_among_20_000(board, engine)
    found = [node for node in nodes_of(plan) if node.get("Index Name") == "ix_chunk_pending"]
    assert max(node["Actual Rows"] for node in found) <= 16 + PASSED_OVER  # in its order, no further
    # The whole index has more than 200 pages, and the table 365.
    assert sum(node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in found) < 50


def test_a_choice_does_not_read_the_whole_table(board: Board, engine: Engine) -> None:
    plan = chosen_among_20_000(board, engine)
    assert [node["Node Type"] for node in nodes_of(plan) if node["Node Type"] == "Seq Scan"] == []


def test_two_sessions_at_once_never_get_the_same_chunk_and_miss_none(board: Board) -> None:
    for place in range(5):
        board.add(f"workspace {place}", 60 + place)
    began = Barrier(2)

    def take(limit: int) -> list[UUID]:
        began.wait()
        taken: list[UUID] = []
        while leased := board.lease(limit):
            taken += [each.id for each in leased]
            if len(leased) < limit:  # a short choice means that nothing is left
                break
        return taken

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(take, (7, 5))
    assert len(one) + len(two) == len({*one, *two}) == 310
    assert one
    assert two


def test_two_sessions_at_once_hold_no_more_than_all_workers_together_may(board: Board) -> None:
    board.add("first", 100)
    board.add("second", 100)
    began = Barrier(2)

    def take(_: int) -> list[LeasedChunk]:
        began.wait()
        return [each for _ in range(6) for each in board.lease(4, most_running=10)]

    with ThreadPoolExecutor(2) as pool:
        taken = [each for some in pool.map(take, range(2)) for each in some]
    assert len(taken) == 10
    with board.transactions.begin() as session:
        give_back(session, [each.token for each in taken[:3]])
    assert len(board.lease(20, most_running=10)) == 3
    assert board.lease(20, most_running=5) == []


# What is lost and found again


def test_a_chunk_on_its_last_life_is_taken_only_when_asked_for(board: Board) -> None:
    board.add("fragile", 3, losses=MAX_LOSSES - 1, due_since_s=3_600)
    board.add("sound", 5)
    assert board.turns(10) == {"sound": 5}
    (leased,) = board.lease(1, on_last_life=True)
    assert (board.places[leased.run_id], leased.is_on_last_life) == ("fragile", True)
    assert board.turns(10, on_last_life=True) == {"fragile": 2}


def test_a_lost_chunk_is_freed_and_counted_and_the_third_time_set_aside(board: Board) -> None:
    board.add("lost", 1)
    for lost in range(1, MAX_LOSSES + 1):
        assert len(board.lease(1, on_last_life=lost == MAX_LOSSES)) == 1
        board.sql("UPDATE chunk SET lease_until = now() - interval '1 s'")
        with board.transactions.begin() as session:
            found = recover_lost(session, lease_s=LEASE_S)
        assert found == (Found(0, 1) if lost == MAX_LOSSES else Found(1, 0))
        assert board.one("SELECT losses FROM chunk") == lost
    assert board.sql("SELECT state, outcome, lease_token FROM chunk") == [("failed", "poisoned", None)]


def test_a_lease_is_not_lost_before_its_end(board: Board) -> None:
    board.add("held", 2)
    board.lease(2)
    with board.transactions.begin() as session:
        assert recover_lost(session, lease_s=LEASE_S) == Found(0, 0)


def test_a_lease_that_ends_in_an_hour_is_taken_for_one_that_ran_out(board: Board) -> None:
    board.add("held", 1)
    board.lease(1)
    board.sql("UPDATE chunk SET lease_until = now() + interval '1 hour'")  # the clock has jumped back since
    with board.transactions.begin() as session:
        assert recover_lost(session, lease_s=LEASE_S) == Found(1, 0)
    assert len(board.lease(1)) == 1


def test_a_sweep_that_may_not_free_frees_nothing_and_does_all_else(board: Board) -> None:
    board.add("held", 1)
    board.add("waiting", 1)
    board.sql("UPDATE chunk SET workspace_id = NULL WHERE run_id = :run", run=list(board.places)[1])
    board.lease(1)
    board.sql("UPDATE chunk SET lease_until = now() - interval '1 hour' WHERE state = 'running'")
    work = sweep(board.transactions, queue_is_empty=True, frees=lambda: False)
    assert board.one("SELECT state FROM chunk WHERE run_id = :run", run=next(iter(board.places))) == "running"
    assert len(work.draft) == 1
    assert len(sweep(board.transactions, queue_is_empty=True).draft) == 2


def test_chunks_put_off_by_a_clock_that_jumped_back_are_due_at_once(board: Board) -> None:
    board.add("put off", 3)
    board.sql("UPDATE chunk SET enqueued_at = now() + interval '1 hour', next_attempt_at = now() + interval '1 hour'")
    assert board.lease(3) == []
    sweep(board.transactions, queue_is_empty=True)
    assert len(board.lease(3)) == 3


def test_chunks_that_wait_for_an_endpoint_go_on_waiting(board: Board) -> None:
    board.add("waiting", 1)
    (leased,) = board.lease(1)
    with board.transactions.begin() as session:
        assert release_chunk(session, leased, error="busy", wait_s=3_000, counts=False)
    sweep(board.transactions, queue_is_empty=True)
    assert board.lease(1) == []


@pytest.mark.parametrize("how", ["given back", "freed", "cut in two"])
def test_a_chunk_made_due_before_the_clock_jumped_back_is_due_after_it(board: Board, how: str) -> None:
    board.add("one", 1)
    board.sql("UPDATE chunk SET text_to = 100, enqueued_at = now() - interval '2 hours'")
    (leased,) = board.lease(1)
    with board.transactions.begin() as session:
        match how:
            case "given back":
                give_back(session, [leased.token])
            case "freed":
                session.execute(text("UPDATE chunk SET lease_until = now() - interval '1 s'"))
                recover_lost(session, lease_s=LEASE_S)
            case _:
                halve_chunk(session, leased, _halves(leased), error="too long")
    # The clock jumps back by an hour: all that was written is an hour later than it was.
    board.sql("""UPDATE chunk SET enqueued_at = enqueued_at + interval '1 hour',
                                  next_attempt_at = next_attempt_at + interval '1 hour'""")
    with board.transactions.begin() as session:
        mend_pending(session)
    assert len(board.lease(2)) == (2 if how == "cut in two" else 1)


def test_chunks_of_older_code_get_their_turn_after_the_next_sweep(board: Board) -> None:
    board.add("new", 5, due_since_s=60)
    board.add("old", 5, is_of_old_code=True)
    assert board.turns(10, most_running=2) == {"new": 2}
    sweep(board.transactions, queue_is_empty=True)
    assert board.turns(2) == {"old": 2}


def test_chunks_that_older_code_made_of_a_backfill_wait_as_such(board: Board) -> None:
    board.add("old", 5, is_backfill=True, is_of_old_code=True, due_since_s=60)
    board.add("busy", 5)
    sweep(board.transactions, queue_is_empty=True)
    assert board.turns(5) == {"busy": 5}


def _halves(leased: LeasedChunk) -> Any:
    middle = (leased.chunk.span.start + leased.chunk.span.end) // 2
    first = replace(leased.chunk, span=replace(leased.chunk.span, end=middle))
    return first, replace(leased.chunk, span=replace(leased.chunk.span, start=middle), new_from=middle)


def test_what_an_evaluation_sets_aside_is_nobody_elses_also_when_given_back_or_cut_in_two(
    board: Board, made: Pipeline
) -> None:
    ids = plan_run(board.transactions, made.request(TWO_CHUNKS).id, aside_s=ASIDE_S).draft
    assert board.lease(10) == []
    with board.transactions.begin() as session:
        assert lease_chunk(session, ids[0], owner="worker", lease_s=LEASE_S) is None
        first, second = [lease_chunk(session, each, owner="evaluation", lease_s=LEASE_S, is_aside=True) for each in ids]
    assert first is not None
    assert second is not None
    with board.transactions.begin() as session:
        assert release_chunk(session, first, error="busy", wait_s=0, counts=False, aside_s=ASIDE_S)
        assert halve_chunk(session, second, _halves(second), error="too long", aside_s=ASIDE_S)
    sweep(board.transactions, queue_is_empty=True)
    assert board.one("SELECT count(*) FROM chunk WHERE state = 'pending'") == 3
    assert board.lease(10) == []
    assert board.lease(10, on_last_life=True) == []


@dataclass
class Interrupted:
    """Transactions between which a worker takes whatever is due."""

    board: Board
    taken: list[LeasedChunk] = field(default_factory=list)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with self.board.transactions.begin() as session:
            yield session
        self.taken += self.board.lease(10)

    def direct(self) -> AbstractContextManager[Direct]:
        return self.board.transactions.direct()


def test_no_worker_takes_a_chunk_of_an_evaluation_before_it_is_set_aside(board: Board, tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_bytes(interview())
    (tmp_path / "guide.yaml").write_bytes(GUIDE)
    line = {"id": "talk", "transcript": "talk.txt", "guide": "guide.yaml"}
    line |= {"passages": [{"topic": "how", "quote": SAID}]}  # type: ignore[dict-item]  # of several types
    (tmp_path / "gold.jsonl").write_text(json.dumps(line))
    between = Interrupted(board)
    made = Pipeline(board.transactions, ScriptedModel(answer()))
    asking = make_asking(between, made.model_of)
    drafting = replace(made.drafting, asking=asking)
    evaluating = Evaluating(drafting, WORKSPACE, load_prompts(), concurrency=1, limit_s=2.0)
    evaluate(evaluating, open_gold_set(tmp_path), "scripted")
    assert between.taken == []


def test_what_a_worker_asked_is_taken_over_when_its_own_lease_ends_and_not_before(made: Pipeline) -> None:
    run_id, chunk_ids = made.planned(interview(turns=40))
    first, second, third = (_leased(made, each) for each in chunk_ids[:3])

    def take(leased: LeasedChunk, key: str) -> bool:
        with made.transactions.begin() as session:
            run = load_run(session, run_id)
            asker = Asker(run.workspace_id, run.transcript_id, run.id, leased.token, has_chunk=True, takes_known=True)
            return take_on(InSession(session), asker, Wanted(key, Purpose.DRAFT, "scripted"), lease_s=240) is Taken.OURS

    assert take(first, "one")
    assert take(second, "two")
    assert not take(third, "one")
    assert not take(third, "two")
    with made.transactions.begin() as session:
        session.execute(text("UPDATE chunk SET lease_until = now() - interval '1 s' WHERE id = :id"), {"id": first.id})
    assert take(third, "one")
    assert not take(third, "two")


def _leased(made: Pipeline, chunk_id: UUID) -> LeasedChunk:
    with made.transactions.begin() as session:
        leased = lease_chunk(session, chunk_id, owner="test", lease_s=LEASE_S)
    assert leased is not None
    return leased


# Runs that are stopped


class Meanwhile(ScriptedModel):
    """A model during whose first call something else happens."""

    def __init__(self, happens: Callable[[], object], *answers: str | BaseException) -> None:
        super().__init__(*answers)
        self._happens = happens

    def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
        if not self.requests:
            self._happens()
        return super().complete(request, record=record, retries=retries)


def finished(made: Pipeline, work: NextWork) -> RunReport:
    (run_id,) = work.finish
    finish_run(made.transactions, run_id)
    return read_run(made.transactions, run_id)


def cancelled(made: Pipeline, run_id: UUID) -> RunReport:
    assert cancel_run(made.transactions, run_id)
    return read_run(made.transactions, run_id)


def test_a_cancelled_run_that_was_queued_asks_nothing(made: Pipeline) -> None:
    run_id = made.request(interview()).id
    report = cancelled(made, run_id)
    assert (report.run.state, report.run.reason, report.run.chunks_total) == (RunState.CANCELLED, "cancelled", None)
    assert report.run.finished_at is not None
    assert plan_run(made.transactions, run_id) == NOTHING


def test_of_a_run_that_was_cancelled_unread_nobody_knows_what_was_asked(made: Pipeline) -> None:
    report = cancelled(made, made.request(interview()).id)
    assert {each.state for each in report.coverage.values()} <= {CoverageState.UNDETERMINED}


def test_a_cancelled_run_keeps_and_publishes_what_was_drafted(made: Pipeline) -> None:
    run_id, (first, second) = made.planned(TWO_CHUNKS)
    made.model = ScriptedModel(answer())
    draft_chunk(made.drafting, first)
    report = cancelled(made, run_id)
    assert draft_chunk(made.drafting, second) == NOTHING
    assert (report.run.state, report.run.reason) == (RunState.CANCELLED, "chunk 2 of 2: cancelled")
    assert [stored.note.statement for stored in report.notes] == ["Orders come in by phone."]
    assert [chunk.outcome for chunk in report.ledger] == [ChunkOutcome.DRAFTED, ChunkOutcome.CANCELLED]
    assert report.coverage["how"].state is CoverageState.ANSWERED
    assert report.coverage["cost"].state is CoverageState.UNDETERMINED
    assert len(made.model.asked) == 1


def test_a_chunk_in_flight_when_its_run_is_cancelled_writes_no_notes_and_asks_no_more(made: Pipeline) -> None:
    run_id = made.request(interview(), repairs=True).id
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    made.model = Meanwhile(lambda: cancel_run(made.transactions, run_id), answer(NOT_SAID), "not to be asked")
    assert draft_chunk(made.drafting, chunk_id) == NOTHING
    report = read_run(made.transactions, run_id)
    assert (report.run.state, report.notes, report.claims) == (RunState.CANCELLED, (), {})
    assert report.ledger[0].outcome is ChunkOutcome.CANCELLED
    assert len(made.model.asked) == 1  # and no repair
    assert report.spending.calls == 1


def test_the_answer_of_a_chunk_in_flight_is_kept_for_the_next_run(made: Pipeline) -> None:
    run_id, (chunk_id,) = made.planned(interview())
    made.model = Meanwhile(lambda: cancel_run(made.transactions, run_id), answer())
    draft_chunk(made.drafting, chunk_id)
    made.model = ScriptedModel()  # nothing is left to be asked
    again = made.run(interview())
    assert again.run.id != run_id
    assert (again.run.state, len(again.notes)) == (RunState.FINISHED, 1)


def test_a_run_that_is_being_finished_can_be_cancelled(made: Pipeline) -> None:
    run_id, (chunk_id,) = made.planned(interview())
    made.model = ScriptedModel(answer())
    assert draft_chunk(made.drafting, chunk_id).finish == (run_id,)
    report = cancelled(made, run_id)
    assert (report.run.state, report.run.reason, len(report.notes)) == (RunState.CANCELLED, "cancelled", 1)


def test_a_run_that_is_being_summed_up_keeps_its_notes_when_cancelled(made: Pipeline) -> None:
    run_id = made.request(interview(), summarises=True).id
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    made.model = ScriptedModel(answer())
    draft_chunk(made.drafting, chunk_id)
    assert finish_run(made.transactions, run_id) is RunState.SUMMARISING
    assert cancel_run(made.transactions, run_id)
    assert summarise_run(made.drafting.asking, made.drafting.indexes, run_id) is RunState.CANCELLED
    report = read_run(made.transactions, run_id)
    assert (report.run.state, report.run.reason, len(report.notes)) == (RunState.CANCELLED, "cancelled", 1)
    assert len(made.model.asked) == 1


def test_a_run_that_has_ended_is_not_cancelled(made: Pipeline) -> None:
    made.model = ScriptedModel(answer())
    before = made.run(interview()).run
    assert not cancel_run(made.transactions, before.id)
    assert read_run(made.transactions, before.id).run == before


def test_the_same_request_after_a_cancelled_run_makes_a_new_one(made: Pipeline) -> None:
    first = made.request(interview())
    cancelled(made, first.id)
    again = made.request(interview())
    assert again.is_new
    assert again.id != first.id


def test_cancelling_does_not_end_in_a_deadlock_with_leasing(board: Board) -> None:
    run_id = board.add("big", 1_000)
    # The newest in the table are due first, so leasing goes the other way through it than cancelling.
    board.sql("UPDATE chunk SET next_attempt_at = now() - make_interval(secs => index)")
    failures: list[Exception] = []

    def lease() -> None:
        with board.transactions.begin() as session:
            session.execute(text("SET LOCAL enable_hashjoin = off"))  # as the plan is where the table is large
            session.execute(text("SET LOCAL enable_mergejoin = off"))
            lease_chunks(session, owner="test", lease_s=LEASE_S, limit=200)

    def tried(action: Callable[[], object]) -> Thread:
        def act() -> None:
            try:
                action()
            except SQLAlchemyError as error:
                failures.append(error)

        thread = Thread(target=act)
        thread.start()
        return thread

    with board.transactions.begin() as session:  # both come as far as this chunk, from either side
        session.execute(text("SELECT 1 FROM chunk WHERE index = 900 FOR UPDATE"))
        threads = [tried(lambda: cancel_run(board.transactions, run_id)), tried(lease)]
        _await_locked(board, 2)
    for thread in threads:
        thread.join()
    assert failures == []


def _await_locked(board: Board, number: int) -> None:
    """Wait until so many sessions wait for a lock; no longer than a second: they may not need to."""
    until = monotonic() + 1.0
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while board.one(waiting) < number and monotonic() < until:
        sleep(0.02)


# Runs that are taken up again


def failed_second(made: Pipeline, **options: Any) -> tuple[RunReport, UUID]:
    """Give a partial run of two chunks: the first gave its notes, the second could not be had."""
    run_id = made.request(TWO_CHUNKS, **options).id
    first, second = plan_run(made.transactions, run_id).draft
    made.model = ScriptedModel(answer(), *[ModelUnreachableError("no answer")] * MAX_ATTEMPTS)
    draft_chunk(made.drafting, first)
    for _ in range(MAX_ATTEMPTS):
        made.make_due()
        draft_chunk(made.drafting, second)
    finish_run(made.transactions, run_id)
    report = read_run(made.transactions, run_id)
    assert report.run.state is RunState.PARTIAL
    return report, second


def in_both_chunks() -> int:
    """The utterance of Bram that both chunks have."""
    transcript = read_transcript(TWO_CHUNKS, "interview.txt")
    _, second = chunk_transcript(transcript)
    return next(each.index for each, _ in transcript.parts(second.span) if each.speaker == "Bram")


def test_a_retry_asks_only_what_failed_and_adds_its_notes(made: Pipeline) -> None:
    before, second = failed_second(made)
    assert before.coverage["cost"].state is CoverageState.UNDETERMINED
    number = len(before.utterances.utterances) - 1
    made.model = ScriptedModel(answer(f"And that was turn {number - 4}.", utterance=number))
    work = retry_run(made.transactions, before.run.id, deadline_s=None)
    assert work == NextWork(draft=(second,))
    assert draft_chunk(made.drafting, second).finish == (before.run.id,)
    assert finish_run(made.transactions, before.run.id) is RunState.FINISHED
    after = read_run(made.transactions, before.run.id)
    assert len(made.model.asked) == 1
    assert after.notes[0] == before.notes[0]
    assert len(after.notes) == 2
    assert after.coverage["cost"].state is CoverageState.NOT_ASKED
    assert after.run.reason is None
    assert after.run.finished_at != before.run.finished_at


def retried(made: Pipeline, before: RunReport, *answers: str) -> RunReport:
    made.model = ScriptedModel(*answers)
    work = retry_run(made.transactions, before.run.id, deadline_s=None)
    for chunk_id in work.draft:
        draft_chunk(made.drafting, chunk_id)
    finish_run(made.transactions, before.run.id)
    return read_run(made.transactions, before.run.id)


def test_a_note_that_is_published_takes_in_what_a_retry_finds_of_the_same_passage(made: Pipeline) -> None:
    number = in_both_chunks()
    same = json.loads(answer(f"And that was turn {number - 4}.", utterance=number))
    other = {**same["notes"][0], "statement": "A turn was counted."}
    run_id = made.request(TWO_CHUNKS).id
    first, _ = plan_run(made.transactions, run_id).draft
    made.model = ScriptedModel(json.dumps(same))
    draft_chunk(made.drafting, first)
    before = cancelled(made, run_id)
    after = retried(made, before, json.dumps({**same, "notes": [other]}))
    assert after.run.state is RunState.FINISHED
    (note,) = after.notes
    assert (note.id, note.note) == (before.notes[0].id, before.notes[0].note)
    assert note.also_stated == ("A turn was counted.",)
    assert note.revision == before.notes[0].revision + 1  # who read it before has not seen that


def test_a_note_that_was_reviewed_stays_as_the_reviewer_saw_it(made: Pipeline) -> None:
    number = in_both_chunks()
    same = json.loads(answer(f"And that was turn {number - 4}.", utterance=number))
    other = {**same["notes"][0], "statement": "A turn was counted."}
    run_id = made.request(TWO_CHUNKS).id
    first, _ = plan_run(made.transactions, run_id).draft
    made.model = ScriptedModel(json.dumps(same))
    draft_chunk(made.drafting, first)
    cancelled(made, run_id)
    with made.transactions.begin() as session:
        session.execute(text("UPDATE note SET review_state = 'accepted'"))
    before = read_run(made.transactions, run_id)
    after = retried(made, before, json.dumps({**same, "notes": [other]}))
    assert after.notes[0] == before.notes[0]
    assert [stored.note.statement for stored in after.notes[1:]] == ["A turn was counted."]
    assert after.notes[1].review_state is ReviewState.UNREVIEWED


def test_a_retry_pays_for_no_answer_that_is_known(made: Pipeline) -> None:
    run_id = made.request(interview(), repairs=True).id
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    made.model = Meanwhile(lambda: cancel_run(made.transactions, run_id), answer(NOT_SAID))
    draft_chunk(made.drafting, chunk_id)
    before = read_run(made.transactions, run_id)
    repaired = {"is_withdrawn": False, "quotes": [REPAIRED], "statement": "Orders come in by phone."}
    after = retried(made, before, json.dumps(repaired))
    assert [request.purpose for request in made.model.requests] == [Purpose.REPAIR]
    assert (after.run.state, len(after.notes)) == (RunState.FINISHED, 1)
    assert (after.spending.calls, after.claims) == (2, {NoteStatus.FLAGGED: 1, NoteStatus.SUPPORTED: 1})


def test_a_failed_chunk_has_all_its_attempts_and_lives_again(made: Pipeline) -> None:
    before, second = failed_second(made)
    with made.transactions.begin() as session:
        session.execute(text("UPDATE chunk SET losses = 3 WHERE id = :id"), {"id": second})
    retry_run(made.transactions, before.run.id, deadline_s=None)
    chunk = read_run(made.transactions, before.run.id).ledger[1]
    assert (chunk.state, chunk.outcome, chunk.error) == (ChunkState.PENDING, None, None)
    assert (chunk.attempts, chunk.losses, chunk.finished_at) == (0, 0, None)


def test_a_run_that_was_never_cut_into_chunks_is_planned(made: Pipeline) -> None:
    run_id = made.request(interview()).id
    cancelled(made, run_id)
    assert retry_run(made.transactions, run_id, deadline_s=None) == NextWork(plan=(run_id,))
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    made.model = ScriptedModel(answer())
    report = finished(made, draft_chunk(made.drafting, chunk_id))
    assert (report.run.state, report.run.cancelled_at, len(report.notes)) == (RunState.FINISHED, None, 1)
    assert report.coverage["how"].state is CoverageState.ANSWERED


def test_a_run_cancelled_after_its_last_chunk_is_only_finished(made: Pipeline) -> None:
    run_id, (chunk_id,) = made.planned(interview())
    made.model = ScriptedModel(answer())
    draft_chunk(made.drafting, chunk_id)
    before = cancelled(made, run_id)
    work = retry_run(made.transactions, run_id, deadline_s=None)
    after = finished(made, work)
    assert (after.run.state, after.notes) == (RunState.FINISHED, before.notes)


def test_a_second_retry_changes_nothing(made: Pipeline) -> None:
    before, second = failed_second(made)
    assert retry_run(made.transactions, before.run.id, deadline_s=None).draft == (second,)
    assert retry_run(made.transactions, before.run.id, deadline_s=None) == NOTHING
    made.model = ScriptedModel(EMPTY)
    report = finished(made, draft_chunk(made.drafting, second))
    assert report.run.state is RunState.FINISHED
    assert retry_run(made.transactions, before.run.id, deadline_s=None) == NOTHING
    assert read_run(made.transactions, before.run.id) == report


def test_a_retry_that_fails_again_keeps_the_notes(made: Pipeline) -> None:
    before, second = failed_second(made)
    retry_run(made.transactions, before.run.id, deadline_s=None)
    made.model = ScriptedModel(TooLongError("too long"))
    with made.transactions.begin() as session:  # as short as a chunk can be
        session.execute(
            text("UPDATE chunk SET new_from = text_from, text_to = text_from + 1 WHERE id = :i"), {"i": second}
        )
    report = finished(made, draft_chunk(made.drafting, second))
    assert (report.run.state, report.notes) == (RunState.PARTIAL, before.notes)
    assert "too long" in (report.run.reason or "")


def test_a_retry_has_a_deadline_of_its_own(made: Pipeline) -> None:
    run_id = made.request(interview(), deadline_s=0.0).id
    sweep(made.transactions, queue_is_empty=True)
    assert read_run(made.transactions, run_id).run.state is RunState.FAILED
    retry_run(made.transactions, run_id, deadline_s=60.0)
    sweep(made.transactions, queue_is_empty=True)
    assert read_run(made.transactions, run_id).run.state is RunState.QUEUED
    with made.transactions.begin() as session:
        left = session.execute(text("SELECT extract(epoch FROM deadline_at - now()) FROM run")).scalar_one()
    assert 30 < left <= 60


# Deadlines


OVERDUE = "the run's deadline was over before its turn came"


def make_overdue(made: Pipeline) -> NextWork:
    with made.transactions.begin() as session:
        session.execute(text("UPDATE run SET deadline_at = now() - interval '1 s'"))
    return sweep(made.transactions, queue_is_empty=True)


def test_a_queued_run_past_its_deadline_fails(made: Pipeline) -> None:
    run_id = made.request(interview(), deadline_s=3_600.0).id
    sweep(made.transactions, queue_is_empty=True)
    assert read_run(made.transactions, run_id).run.state is RunState.QUEUED
    assert make_overdue(made).plan == ()
    run = read_run(made.transactions, run_id).run
    assert (run.state, run.reason) == (RunState.FAILED, OVERDUE)
    assert plan_run(made.transactions, run_id) == NOTHING


def test_of_a_running_run_past_its_deadline_only_what_waits_fails(made: Pipeline) -> None:
    run_id, (first, second) = made.planned(TWO_CHUNKS)
    leased = _leased(made, first)
    assert make_overdue(made).finish == ()
    states = {chunk.id: (chunk.state, chunk.outcome) for chunk in read_run(made.transactions, run_id).ledger}
    assert states == {first: (ChunkState.RUNNING, None), second: (ChunkState.FAILED, ChunkOutcome.OVERDUE)}
    made.model = ScriptedModel(answer())
    report = finished(made, draft_leased(made.drafting, leased))
    assert (report.run.state, report.run.reason) == (RunState.PARTIAL, f"chunk 2 of 2: {OVERDUE}")
    assert len(report.notes) == 1


def test_a_run_whose_last_chunks_are_overdue_is_finished_by_the_same_sweep(made: Pipeline) -> None:
    run_id, (first, _) = made.planned(TWO_CHUNKS)
    made.model = ScriptedModel(answer())
    draft_chunk(made.drafting, first)
    report = finished(made, make_overdue(made))
    assert (report.run.id, report.run.state, len(report.notes)) == (run_id, RunState.PARTIAL, 1)


def test_a_summary_past_its_deadline_is_left_out_and_the_notes_stand(made: Pipeline) -> None:
    run_id = made.request(interview(), summarises=True).id
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    made.model = ScriptedModel(answer())
    draft_chunk(made.drafting, chunk_id)
    finish_run(made.transactions, run_id)
    assert make_overdue(made).summarise == ()
    report = read_run(made.transactions, run_id)
    assert (report.run.state, report.run.reason) == (RunState.FINISHED, f"no summary: {OVERDUE}")
    assert len(report.notes) == 1
    assert summarise_run(made.drafting.asking, made.drafting.indexes, run_id) is RunState.FINISHED


# Limits


def request(made: Pipeline, data: bytes, limits: Limits, **options: Any) -> RequestedRun:
    transcript = ingest_transcript(made.transactions, WORKSPACE, data, "interview.txt")
    guide = ingest_guide(made.transactions, WORKSPACE, GUIDE, "guide.yaml")
    wanted = RunOptions("scripted", **options)
    return request_run(made.transactions, WORKSPACE, transcript, guide, wanted, load_prompts(), limits=limits)


def stored(made: Pipeline, table: str) -> int:
    with made.transactions.begin() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def test_a_transcript_of_too_many_chunks_gets_no_run(made: Pipeline) -> None:
    with pytest.raises(InputError, match=r"2 chunks long and a run may have 1: .* NOTES_MAX_CHUNKS"):
        request(made, TWO_CHUNKS, Limits(chunks=1))
    assert (stored(made, "run"), stored(made, "chunk"), stored(made, "prompt")) == (0, 0, 0)
    assert request(made, TWO_CHUNKS, Limits(chunks=2)).is_new


def test_a_transcript_of_too_many_characters_is_not_stored(made: Pipeline) -> None:
    length = len(ingest_transcript(made.transactions, "other", TWO_CHUNKS, "talk.txt").transcript.text)
    with pytest.raises(InputError, match=rf"talk.txt: has {length:,} .* NOTES_MAX_TRANSCRIPT_CHARACTERS"):
        ingest_transcript(made.transactions, WORKSPACE, TWO_CHUNKS, "talk.txt", most_characters=length - 1)
    assert (stored(made, "transcript"), stored(made, "workspace")) == (1, 1)
    assert ingest_transcript(made.transactions, WORKSPACE, TWO_CHUNKS, "talk.txt", most_characters=length).is_new


def test_a_workspace_with_too_many_open_runs_gets_no_other(made: Pipeline) -> None:
    limits = Limits(open_runs=2)
    first = request(made, interview(), limits)
    request(made, interview(), limits, anew=True)
    with pytest.raises(TooMuchWorkError, match=r"2 runs of this workspace wait already: .* NOTES_MAX_OPEN_RUNS"):
        request(made, interview(), limits, anew=True)
    with pytest.raises(TooMuchWorkError):
        request(made, interview(), limits, anew=True, summarises=True)
    assert (stored(made, "run"), stored(made, "prompt")) == (2, 1)  # not the prompt of a summary
    assert not request(made, interview(), limits).is_new  # what is stored is given at any time
    cancelled(made, first.id)
    assert request(made, interview(), limits, anew=True).is_new


def test_open_runs_of_another_workspace_do_not_count(board: Board, made: Pipeline) -> None:
    board.add("other", 1)
    assert request(made, interview(), Limits(open_runs=1)).is_new
