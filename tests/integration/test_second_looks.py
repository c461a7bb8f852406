"""What a run may do beside drafting: a second try, a judge, a summary, the passage that asks."""

import json
from collections.abc import Callable

import pytest

from notes_pipeline.core.errors import ModelConfigurationError, ModelRefusedError, ModelUnreachableError
from notes_pipeline.core.notes import CoverageState, Flag, Judgement, NoteStatus
from notes_pipeline.core.runs import RunState
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import MAX_ATTEMPTS, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.read_run import read_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import Transactions
from tests.integration.pipeline import SAID, Pipeline, answer, interview
from tests.making import ScriptedModel

Make = Callable[..., Pipeline]
INVENTED = "The new app has paid for itself within two years."


@pytest.fixture
def pipeline(transactions: Transactions) -> Make:
    return lambda *answers: Pipeline(transactions, ScriptedModel(*answers))


def repair(words: str = SAID, *, withdrawn: bool = False) -> str:
    quotes = [] if withdrawn else [{"utterance": 1, "speaker": "Bram", "words": words}]
    return json.dumps({"is_withdrawn": withdrawn, "quotes": quotes, "statement": "Orders come in by phone."})


def judge(verdict: str, missing: str = "") -> str:
    return json.dumps({"missing": missing, "verdict": verdict})


def sentences(*cited: tuple[str, list[str]]) -> str:
    return json.dumps({"sentences": [{"notes": notes, "text": words} for words, notes in cited]})


def test_a_second_try_that_stands_takes_the_place_of_the_first_and_both_are_kept(pipeline: Make) -> None:
    made = pipeline(answer(INVENTED), repair())
    report = made.run(interview(), repairs=True)
    (stored,) = report.notes
    assert stored.note.status is NoteStatus.SUPPORTED
    (first,) = stored.other_attempts
    assert (first.status, first.evidence[0].quote.text) == (NoteStatus.FLAGGED, INVENTED)
    assert report.claims == {NoteStatus.SUPPORTED: 1, NoteStatus.FLAGGED: 1}
    assert "no passage says it" in made.model.asked[1][-1]["content"]


def test_a_second_try_in_vain_leaves_the_first_before_the_reviewer(pipeline: Make) -> None:
    report = pipeline(answer(INVENTED), repair("I always take them by mail.")).run(interview(), repairs=True)
    (stored,) = report.notes
    assert (stored.note.status, stored.note.evidence[0].quote.text) == (NoteStatus.FLAGGED, INVENTED)
    assert [attempt.evidence[0].quote.text for attempt in stored.other_attempts] == ["I always take them by mail."]


def test_a_note_that_the_model_withdraws_says_so_and_is_still_there(pipeline: Make) -> None:
    report = pipeline(answer(INVENTED), repair(withdrawn=True)).run(interview(), repairs=True)
    (stored,) = report.notes
    assert Flag.WITHDRAWN in stored.note.flags


def test_a_note_that_stands_is_not_asked_about_again(pipeline: Make) -> None:
    made = pipeline(answer())
    made.run(interview(), repairs=True)
    assert len(made.model.asked) == 1


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("supported", NoteStatus.SUPPORTED),
        ("partly", NoteStatus.FLAGGED),
        ("not_supported", NoteStatus.FLAGGED),
    ],
)
def test_the_judge_puts_a_note_in_doubt(pipeline: Make, verdict: str, status: NoteStatus) -> None:
    report = pipeline(answer(), judge(verdict, "by fax")).run(interview(), judge_model="judge")
    (stored,) = report.notes
    assert stored.note.judged is not None
    assert (stored.note.judged.judgement, stored.note.judged.missing) == (Judgement(verdict), "by fax")
    assert stored.note.status is status
    assert (Flag.JUDGED_UNSUPPORTED in stored.note.flags) == (status is NoteStatus.FLAGGED)


def test_the_judge_lifts_no_flag(pipeline: Make) -> None:
    bent = answer("I always take them by mail.")
    (stored,) = pipeline(bent, judge("supported")).run(interview(), judge_model="judge").notes
    assert stored.note.judged is not None
    assert stored.note.status is NoteStatus.FLAGGED


@pytest.mark.parametrize(
    "error", [ModelRefusedError("no"), ModelConfigurationError("no such model")], ids=["refuses", "is not there"]
)
def test_a_judge_that_does_not_answer_leaves_the_note_unjudged(pipeline: Make, error: ModelRefusedError) -> None:
    report = pipeline(answer(), error).run(interview(), judge_model="judge")
    (stored,) = report.notes
    assert (stored.note.judged, stored.note.status) == (None, NoteStatus.SUPPORTED)
    assert report.run.state is RunState.FINISHED
    assert report.spending.failures


def test_a_judge_that_is_away_is_asked_again_and_the_draft_is_not_paid_twice(pipeline: Make) -> None:
    made = pipeline(answer(), *[ModelUnreachableError("away")] * MAX_ATTEMPTS)
    run_id = made.request(interview(), judge_model="judge").id
    (chunk_id,) = plan_run(made.transactions, run_id).draft
    for _ in range(MAX_ATTEMPTS):
        draft_chunk(made.drafting, chunk_id)
        made.make_due()
    finish_run(made.transactions, run_id)
    report = read_run(made.transactions, run_id)
    assert [stored.note.status for stored in report.notes] == [NoteStatus.SUPPORTED]
    assert [request.purpose.value for request in made.model.requests].count("draft") == 1


def test_a_summary_cites_the_notes_of_its_list_and_other_sentences_are_dropped_and_counted(pipeline: Make) -> None:
    made = pipeline(
        answer(),
        sentences(
            ("Most orders come in by phone.", ["n1"]),
            ("Nobody likes the app.", []),
            ("Orders come in by phone, mostly.", ["n7"]),
            ("Most of the 400 orders come in by phone.", ["n1"]),
        ),
    )
    report = made.run(interview(), summarises=True)
    assert report.run.state is RunState.FINISHED
    summary = report.summaries["how"].summary
    assert [(each.text, each.note_ids) for each in summary.sentences] == [
        ("Most orders come in by phone.", (report.notes[0].id,))
    ]
    assert [each.reason for each in summary.dropped] == [
        "it cites no note of the list",
        "it cites no note of the list",
        "the statement has a number that its quotes do not have",
    ]


def test_flagged_notes_are_not_summed_up(pipeline: Make) -> None:
    made = pipeline(answer(INVENTED))
    report = made.run(interview(), summarises=True)
    assert (report.run.state, report.summaries) == (RunState.FINISHED, {})


def test_a_summary_that_is_refused_costs_no_notes_and_is_named(pipeline: Make) -> None:
    report = pipeline(answer(), ModelRefusedError("declined")).run(interview(), summarises=True)
    assert report.run.state is RunState.FINISHED
    assert report.run.reason == "no summary of how: declined"
    assert len(report.notes) == 1


def test_a_summary_is_tried_again_later_by_the_sweep(pipeline: Make) -> None:
    made = pipeline(answer(), ModelUnreachableError("away", retry_after_s=0.0), sentences(("By phone.", ["n1"])))
    report = made.run(interview(), summarises=True)
    assert report.run.state is RunState.SUMMARISING
    assert len(report.notes) == 1  # readable already
    assert sweep(made.transactions, queue_is_empty=True).summarise == (report.run.id,)
    assert summarise_run(made.drafting.asking, IndexCache(), report.run.id) is RunState.FINISHED
    assert summarise_run(made.drafting.asking, IndexCache(), report.run.id) is RunState.FINISHED
    assert read_run(made.transactions, report.run.id).summaries["how"].summary.sentences


def coverage(state: str, asked_at: int | None) -> str:
    return json.dumps({"notes": [], "coverage": [{"question": "how", "state": state, "asked_at": asked_at}]})


def test_a_question_that_was_asked_comes_with_the_passage_that_asks_it(pipeline: Make) -> None:
    report = pipeline(coverage("asked_not_answered", 0)).run(interview())
    found = report.coverage["how"]
    assert (found.state, found.asked_at) == (CoverageState.ASKED_NOT_ANSWERED, 0)
    assert found.asked_span is not None
    assert report.utterances.slice(found.asked_span) == "How do orders come in?"


@pytest.mark.parametrize(
    "asked_at", [pytest.param(1, id="the participant speaks there"), pytest.param(999, id="not shown"), None]
)
def test_a_question_asked_without_a_passage_that_can_ask_it_is_undetermined(
    pipeline: Make, asked_at: int | None
) -> None:
    report = pipeline(coverage("asked_not_answered", asked_at)).run(interview())
    assert report.coverage["how"].state is CoverageState.UNDETERMINED
    assert report.coverage["how"].asked_span is None
