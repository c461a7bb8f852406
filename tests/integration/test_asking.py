"""What stands between a question and a paid call: known answers, one flight, budgets, the fallback."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import text

from notes_pipeline.core.errors import (
    AnswerTruncatedError,
    EndpointDownError,
    ModelBusyError,
    ModelConfigurationError,
    ModelUnreachableError,
    QuestionTooLongError,
    RequestNotTakenError,
)
from notes_pipeline.core.model_calls import CallOutcome
from notes_pipeline.core.notes import NoteStatus
from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.llm.forms import A
from notes_pipeline.llm.prices import load_prices
from notes_pipeline.llm.requests import ModelRequest, Record
from notes_pipeline.steps.draft_chunk import MAX_ATTEMPTS, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.list_notes import list_notes
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import read_progress, read_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.budgets import Budgets
from notes_pipeline.store.database import Transactions
from tests.integration.pipeline import EMPTY, GUIDE, WORKSPACE, Pipeline, answer, interview
from tests.making import ScriptedModel

Make = Callable[..., Pipeline]
LONGER_GUIDE = GUIDE.replace(b"themes:", b'  - {id: who, text: "Who takes them?"}\nthemes:')
PRICES = load_prices().model_copy(update={"models": {"scripted": load_prices().models["gpt-4.1-mini"]}})
DRAFT_COST = 5_000  # of a scripted answer, in millionths of a dollar
MOST = 19_000  # enough for a draft, which may cost 18,000 at most, and not for another


@pytest.fixture
def pipeline(transactions: Transactions) -> Make:
    return lambda *answers, **options: Pipeline(transactions, ScriptedModel(*answers), options)


def asked_topics(model: ScriptedModel) -> list[list[str]]:
    """Give, by request, the ids of the questions and themes asked for."""
    guides = [json.loads(messages[1]["content"].split("\n", 1)[1].rsplit("\n", 1)[0]) for messages in model.asked]
    return [[topic["id"] for topic in (*guide["questions"], *guide["themes"])] for guide in guides]


def test_a_known_answer_costs_nothing_in_another_run(pipeline: Make) -> None:
    made = pipeline(answer())
    first = made.run(interview())
    again = made.run(interview(), anew=True)
    assert again.run.id != first.run.id
    assert (again.claims, len(made.model.asked)) == (first.claims, 1)
    assert (again.spending.calls, again.spending.cached, again.spending.cost_micro_usd) == (0, 1, 0)
    assert (first.spending.calls, first.spending.cached) == (1, 0)


def test_without_the_cache_the_model_is_asked_again_and_the_new_answer_is_kept(pipeline: Make) -> None:
    made = pipeline(answer(), EMPTY)
    made.run(interview())
    assert made.run(interview(), uses_cache=False).claims == {}
    assert made.run(interview(), anew=True).claims == {}
    assert len(made.model.asked) == 2


def test_when_a_question_is_added_only_that_one_is_asked(pipeline: Make) -> None:
    made = pipeline(answer(), answer("I never take them by mail.", topic="who"))
    made.run(interview())
    report = made.run(interview(), guide=LONGER_GUIDE)
    assert asked_topics(made.model) == [["how", "cost", "trust"], ["who"]]
    assert sorted(stored.note.question_id or "" for stored in report.notes) == ["how", "who"]
    assert report.coverage["how"].state.value == "answered"


def test_when_a_question_is_taken_away_nothing_is_asked(pipeline: Make) -> None:
    made = pipeline(answer())
    made.run(interview(), guide=LONGER_GUIDE)
    report = made.run(interview())
    assert len(made.model.asked) == 1
    assert [stored.note.question_id for stored in report.notes] == ["how"]


def test_a_question_in_other_words_is_another_question(pipeline: Make) -> None:
    made = pipeline(answer(), EMPTY)
    made.run(interview())
    made.run(interview(), guide=GUIDE.replace(b"How do orders come in?", b"How do orders reach you?"))
    assert asked_topics(made.model)[1] == ["how"]


def test_known_answers_go_with_the_transcript(pipeline: Make) -> None:
    made = pipeline(answer())
    made.run(interview())
    with made.transactions.begin() as session:
        session.execute(text("DELETE FROM transcript"))
        assert session.execute(text("SELECT count(*) FROM answer")).scalar_one() == 0


def test_of_two_runs_that_need_the_same_answer_one_asks(pipeline: Make) -> None:
    made = pipeline()
    is_asked, may_answer = Event(), Event()

    class Slow(ScriptedModel):
        def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
            is_asked.set()
            assert may_answer.wait(10)
            return super().complete(request, record=record, retries=retries)

    made.model = Slow(answer())
    run_ids = [made.request(interview()).id, made.request(interview(), anew=True).id]
    chunk_ids = [plan_run(made.transactions, run_id).draft[0] for run_id in run_ids]
    with ThreadPoolExecutor() as pool:
        first = pool.submit(draft_chunk, made.drafting, chunk_ids[0])
        assert is_asked.wait(10)
        second = pool.submit(draft_chunk, made.drafting, chunk_ids[1])
        may_answer.set()
        assert first.result(10).finish
        assert second.result(10).finish
    assert len(made.model.asked) == 1


def test_a_claim_of_a_worker_that_died_is_taken_over_with_its_chunk(pipeline: Make) -> None:
    made = pipeline(KeyboardInterrupt(), answer())
    _run_id, (chunk_id,) = made.planned(interview())
    with pytest.raises(KeyboardInterrupt):
        draft_chunk(made.drafting, chunk_id)
    made.expire_leases()
    with made.transactions.begin() as session:
        session.execute(text("UPDATE chunk SET state = 'pending', lease_token = NULL"))
    assert draft_chunk(made.drafting, chunk_id).finish


def test_an_answer_of_the_wrong_form_is_paid_once_even_if_the_second_try_is_turned_away(pipeline: Make) -> None:
    made = pipeline("no JSON", ModelBusyError("busy", retry_after_s=0.0), answer())
    run_id, (chunk_id,) = made.planned(interview())
    draft_chunk(made.drafting, chunk_id)
    made.make_due()
    assert draft_chunk(made.drafting, chunk_id).finish
    prompts = [json.dumps(messages) for messages in made.model.asked]
    assert prompts[1] == prompts[2] != prompts[0]
    assert read_run(made.transactions, run_id).spending.failures == {CallOutcome.INVALID: 1, CallOutcome.BUSY: 1}


def test_an_answer_of_the_wrong_form_is_not_taken_over_by_another_run(pipeline: Make) -> None:
    made = pipeline("no", "no again", answer())
    assert made.run(interview()).run.state is RunState.FAILED
    assert made.run(interview()).run.state is RunState.FINISHED


@pytest.mark.parametrize(
    "error", [AnswerTruncatedError("cut off"), QuestionTooLongError("too long")], ids=["answer", "question"]
)
def test_a_chunk_that_is_too_long_is_cut_in_two_and_nothing_of_it_is_lost(
    pipeline: Make, error: AnswerTruncatedError
) -> None:
    made = pipeline(error, EMPTY, EMPTY, EMPTY)
    data = interview(turns=12)
    report = made.run(data)
    assert report.run.state is RunState.FINISHED
    assert [chunk.halvings for chunk in report.ledger] == [1, 1, 0]
    assert report.run.chunks_total == len(report.ledger) == 3
    first, second, third = (chunk.span for chunk in report.ledger)
    assert first.start == 0
    assert first.start < second.start <= first.end + 1 < second.end
    assert third.start <= second.end + 1
    assert third.end == len(report.utterances.text)


def test_a_chunk_that_is_always_too_long_fails_when_it_cannot_be_smaller(pipeline: Make) -> None:
    made = pipeline(*[QuestionTooLongError("too long")] * 100)
    report = made.run(interview(turns=6))
    assert report.run.state is RunState.FAILED
    assert {chunk.outcome for chunk in report.ledger} == {ChunkOutcome.TOO_LONG}
    assert "too short to be cut" in (report.run.reason or "")


def test_a_budget_ends_a_run_as_partial_with_whole_notes_and_the_next_run_goes_on(pipeline: Make) -> None:
    made = pipeline(answer(), EMPTY, prices=PRICES)
    report = made.run(interview(turns=12), budget_micro_usd=MOST)
    assert report.run.state is RunState.PARTIAL
    assert report.ledger[1].outcome is ChunkOutcome.OVER_BUDGET
    assert "budget of the run" in (report.run.reason or "")
    assert report.claims == {NoteStatus.SUPPORTED: 1}
    assert report.spending.cost_micro_usd == DRAFT_COST
    again = made.run(interview(turns=12), budget_micro_usd=10 * MOST)
    assert (again.run.state, again.spending.calls, again.spending.cached) == (RunState.FINISHED, 1, 1)


@pytest.mark.parametrize("budgets", [Budgets(day=MOST), Budgets(workspace=MOST)], ids=["day", "workspace"])
def test_the_budgets_of_day_and_workspace_hold_over_runs(pipeline: Make, budgets: Budgets) -> None:
    made = pipeline(EMPTY, prices=PRICES, budgets=budgets)
    assert made.run(interview()).run.state is RunState.FINISHED
    over = made.run(interview() + b"\n\nBram: One thing more.")
    assert (over.run.state, over.ledger[0].outcome) == (RunState.FAILED, ChunkOutcome.OVER_BUDGET)


def test_money_that_is_held_for_a_call_in_flight_is_waited_for(pipeline: Make) -> None:
    made = pipeline(EMPTY, prices=PRICES)
    run_id = made.request(interview(turns=12), budget_micro_usd=MOST + 4_000).id
    chunk_ids = plan_run(made.transactions, run_id).draft
    is_asked, may_answer = Event(), Event()

    class Slow(ScriptedModel):
        def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
            is_asked.set()
            assert may_answer.wait(10)
            return super().complete(request, record=record, retries=retries)

    made.model = Slow(EMPTY, EMPTY)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(draft_chunk, made.drafting, chunk_ids[0])
        assert is_asked.wait(10)
        draft_chunk(made.drafting, chunk_ids[1])
        assert read_run(made.transactions, run_id).ledger[1].state is ChunkState.PENDING
        may_answer.set()
        first.result(10)
    made.make_due()
    draft_chunk(made.drafting, chunk_ids[1])
    assert finish_run(made.transactions, run_id) is RunState.FINISHED


def test_a_budget_for_a_model_without_a_price_is_refused_with_what_to_set(pipeline: Make) -> None:
    report = pipeline(EMPTY, budgets=Budgets(day=MOST)).run(interview())
    assert report.run.state is RunState.FAILED
    assert "NOTES_PRICES" in (report.run.reason or "")


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(EndpointDownError("down", retry_after_s=5, down_for_s=9), id="the endpoint is down"),
        pytest.param(ModelConfigurationError("no quota left"), id="its quota is used up"),
    ],
)
def test_the_fallback_is_asked_and_the_note_says_which_model_wrote_it(
    transactions: Transactions, error: ModelConfigurationError
) -> None:
    models = {"scripted": ScriptedModel(error), "second": ScriptedModel(answer(), name="second")}

    class WithFallback(Pipeline):
        def model_of(self, name: str) -> ScriptedModel:
            return models[name]

    made = WithFallback(transactions, models["scripted"], {"fallback": "second"})
    report = made.run(interview())
    assert report.run.state is RunState.FINISHED
    assert [note.model for note in list_notes(transactions, WORKSPACE)] == ["second"]
    assert report.spending.models_served == ("second",)


def test_an_endpoint_that_is_down_costs_no_attempt_until_patience_ends(pipeline: Make) -> None:
    down = EndpointDownError("it is down", retry_after_s=0.0, down_for_s=30.0)
    made = pipeline(*[down] * (MAX_ATTEMPTS + 2))
    run_id, (chunk_id,) = made.planned(interview())
    for _ in range(MAX_ATTEMPTS + 1):
        assert not draft_chunk(made.drafting, chunk_id).finish
        made.make_due()
    assert read_run(made.transactions, run_id).ledger[0].attempts == 0
    made.options["patience_s"] = 20.0
    assert draft_chunk(made.drafting, chunk_id).finish
    assert read_run(made.transactions, run_id).ledger[0].outcome is ChunkOutcome.UNREACHABLE


def test_every_call_is_kept_also_of_a_chunk_that_failed(pipeline: Make) -> None:
    made = pipeline(*[ModelUnreachableError("no answer")] * MAX_ATTEMPTS)
    run_id, (chunk_id,) = made.planned(interview())
    for _ in range(MAX_ATTEMPTS):
        draft_chunk(made.drafting, chunk_id)
        made.make_due()
    report = read_run(made.transactions, run_id)
    assert report.spending.failures == {CallOutcome.UNREACHABLE: MAX_ATTEMPTS}
    with made.transactions.begin() as session:
        retries = session.execute(text("SELECT retries FROM model_call ORDER BY id")).scalars().all()
    assert retries == list(range(MAX_ATTEMPTS))


def test_an_answer_of_the_wrong_form_stays_with_the_run_that_got_it(pipeline: Make) -> None:
    made = pipeline("no JSON", ModelBusyError("busy", retry_after_s=0.0), answer(), answer())
    _first, (first_chunk,) = made.planned(interview())
    draft_chunk(made.drafting, first_chunk)  # the second try is turned away
    second = made.request(interview(), anew=True).id
    (second_chunk,) = plan_run(made.transactions, second).draft
    assert draft_chunk(made.drafting, second_chunk).finish
    made.make_due()
    assert draft_chunk(made.drafting, first_chunk).finish
    prompts = [json.dumps(messages) for messages in made.model.asked]
    assert prompts.count(prompts[0]) <= 2, "once for each run at most"
    assert len(prompts) == 3


def test_a_run_without_the_cache_takes_nothing_from_the_others(pipeline: Make) -> None:
    made = pipeline(answer(), ModelUnreachableError("away"), EMPTY)
    made.run(interview())
    run_id = made.request(interview(), uses_cache=False).id
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    draft_chunk(made.drafting, chunk_id)
    again = made.run(interview(), anew=True)
    assert (again.spending.calls, again.claims) == (0, {NoteStatus.SUPPORTED: 1})
    made.make_due()
    assert draft_chunk(made.drafting, chunk_id).finish
    assert len(made.model.asked) == 3


def test_an_owner_that_lost_its_chunk_asks_nothing_more(pipeline: Make) -> None:
    made = pipeline()

    class LosesItsLease(ScriptedModel):
        def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
            said = super().complete(request, record=record, retries=retries)
            if request.purpose.value == "draft":
                made.expire_leases()
                sweep(made.transactions, queue_is_empty=True)
            return said

    made.model = LosesItsLease(answer())
    run_id = made.request(interview(), judge_model="judge").id
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    draft_chunk(made.drafting, chunk_id)
    assert [request.purpose.value for request in made.model.requests] == ["draft"]
    assert read_run(made.transactions, run_id).claims == {}
    made.model = ScriptedModel('{"missing": "", "verdict": "supported"}')
    assert draft_chunk(made.drafting, chunk_id).finish, "the answer is known, and only the judge is asked"


def test_an_endpoint_that_is_always_busy_is_waited_for_with_patience_and_no_longer(pipeline: Make) -> None:
    made = pipeline(*[ModelBusyError("busy", retry_after_s=0.0)] * 3, patience_s=60.0)
    run_id, (chunk_id,) = made.planned(interview())
    draft_chunk(made.drafting, chunk_id)
    assert read_progress(made.transactions, run_id).waiting == "busy"
    made.make_due()
    draft_chunk(made.drafting, chunk_id)
    with made.transactions.begin() as session:
        session.execute(text("UPDATE chunk SET busy_since = now() - interval '61 s'"))
    made.make_due()
    assert draft_chunk(made.drafting, chunk_id).finish
    assert read_run(made.transactions, run_id).ledger[0].outcome is ChunkOutcome.UNREACHABLE


def test_one_question_that_the_endpoint_does_not_like_leaves_the_others_alone(pipeline: Make) -> None:
    made = pipeline(RequestNotTakenError("invalid"), answer())
    report = made.run(interview(turns=12))
    assert report.run.state is RunState.PARTIAL
    assert [chunk.outcome for chunk in report.ledger] == [ChunkOutcome.REJECTED, ChunkOutcome.DRAFTED]


def test_a_fault_of_ours_ends_the_chunk_with_its_reason(pipeline: Make) -> None:
    report = pipeline(ZeroDivisionError("oops")).run(interview())
    assert report.run.state is RunState.FAILED
    assert report.ledger[0].outcome is ChunkOutcome.BROKEN
    assert "ZeroDivisionError" in (report.run.reason or "")


def test_a_call_whose_cost_is_not_known_counts_with_the_most_it_can_have_cost(pipeline: Make) -> None:
    made = pipeline(EMPTY, prices=PRICES, budgets=Budgets(day=MOST))

    class CountsNoTokens(ScriptedModel):
        def complete(self, request: ModelRequest[A], *, record: Record, retries: int) -> str:
            unpriced = lambda call: record(replace(call, cost_micro_usd=None, may_be_charged=True))  # noqa: E731
            return super().complete(request, record=unpriced, retries=retries)

    made.model = CountsNoTokens(EMPTY)
    assert made.run(interview()).run.state is RunState.FINISHED
    over = made.run(interview() + b"\n\nBram: One thing more.")
    assert over.ledger[0].outcome is ChunkOutcome.OVER_BUDGET


def test_what_the_judge_could_not_look_at_is_counted_in_the_reason(pipeline: Make) -> None:
    made = pipeline(answer(), prices=PRICES)
    report = made.run(interview(), judge_model="scripted", budget_micro_usd=MOST - 500)
    assert (report.run.state, report.claims) == (RunState.FINISHED, {NoteStatus.SUPPORTED: 1})
    assert report.run.reason == "1 of 1 notes were not judged by scripted"


class TwoModels(Pipeline):
    """A pipeline with a model and a fallback, by name."""

    second: ScriptedModel

    def model_of(self, name: str) -> ScriptedModel:
        return self.second if name == "second" else self.model


def test_what_the_fallback_wrote_serves_its_own_run_and_no_other(transactions: Transactions) -> None:
    down = EndpointDownError("down", retry_after_s=0.0, down_for_s=9.0)
    away = ModelUnreachableError("the judge is away", retry_after_s=0.0)
    made = TwoModels(transactions, ScriptedModel(down, away, answer()), {"fallback": "second"})
    made.second = ScriptedModel(answer(), name="second")
    run_id = made.request(interview(), judge_model="scripted").id
    (chunk_id,) = plan_run(transactions, run_id).draft
    draft_chunk(made.drafting, chunk_id)  # drafted by the fallback, then the judge is away
    made.make_due()
    made.model = ScriptedModel('{"missing": "", "verdict": "supported"}')
    assert draft_chunk(made.drafting, chunk_id).finish
    assert [request.purpose.value for request in made.model.requests] == ["judge"]
    made.model = ScriptedModel(answer())
    made.run(interview())
    assert len(made.model.requests) == 1, "another run asks the model that it was asked for with"


def test_a_judge_that_is_down_for_longer_than_patience_costs_no_notes(pipeline: Make) -> None:
    made = pipeline(answer(), EndpointDownError("down", retry_after_s=0.0, down_for_s=601.0))
    report = made.run(interview(), judge_model="judge")
    assert (report.run.state, report.claims) == (RunState.FINISHED, {NoteStatus.SUPPORTED: 1})
    assert report.run.reason == "1 of 1 notes were not judged by judge"
