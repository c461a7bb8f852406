import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notes_pipeline.core.drift import Band, Change, Drift, band_of, compare, drift
from notes_pipeline.core.errors import InputError
from notes_pipeline.core.evaluating import (
    Evaluation,
    InterviewCounts,
    JudgedQuestion,
    Observed,
    count_interview,
    evaluation_from_json,
    evaluation_to_json,
)
from notes_pipeline.core.figures import Figure, Measure, confusion, figures
from notes_pipeline.core.gold import GoldInterview, GoldPassage, GoldSet
from notes_pipeline.core.model_calls import CallOutcome, ModelCall, Purpose
from notes_pipeline.core.notes import CoverageState as S
from notes_pipeline.core.notes import Evidence, Note, NoteStatus, Verdict
from notes_pipeline.core.statistics import (
    MIN_INTERVIEWS,
    Interval,
    bootstrap_interval,
    expanded_tail,
    nearest_rank,
    t_quantile,
    wilson_interval,
)
from notes_pipeline.core.transcript import Span
from tests.making import GUIDE, make_evidence, make_transcript

TRANSCRIPT = make_transcript("Ann: " + "word " * 100)
GOLD = (
    GoldPassage("how", Span(0, 40), is_essential=True),
    GoldPassage("how", Span(100, 140)),
    GoldPassage("trust", Span(200, 240), is_essential=True),
)


def make_interview(
    *passages: GoldPassage, negatives: Sequence[GoldPassage] = (), coverage: dict[str, S] | None = None, id_: str = "i"
) -> GoldInterview:
    return GoldInterview(id_, TRANSCRIPT, GUIDE, passages or GOLD, coverage or {}, tuple(negatives))


def make_note(topic: str, *evidence: Evidence, status: NoteStatus = NoteStatus.SUPPORTED) -> Note:
    return Note("It is so.", evidence, status, question_id=topic)


def make_call(
    outcome: CallOutcome = CallOutcome.ANSWERED, *, ms: int = 1000, cost: int | None = 5, served: str = "m-1"
) -> ModelCall:
    return ModelCall(
        Purpose.DRAFT,
        "m",
        "p",
        datetime(2026, 5, 3, tzinfo=UTC),
        ms,
        outcome,
        served,
        "fp-1",
        tokens_in=None if outcome in (CallOutcome.CACHED, CallOutcome.BUSY) else 100,
        cost_micro_usd=cost,
    )


def count(*notes: Note, interview: GoldInterview | None = None) -> InterviewCounts:
    return count_interview(interview or make_interview(), Observed(notes, {}))


def make_evaluation(*interviews: InterviewCounts, prompt: str = "p") -> Evaluation:
    return Evaluation("gold.jsonl", "hash", "m", prompt, interviews)


def quotes_of(*pairs: tuple[int, int]) -> Evaluation:
    """Make one interview for each (verbatim, unsupported)."""
    return make_evaluation(
        *(
            InterviewCounts(f"i{at}", "g", verbatim=verbatim, unsupported=unsupported)
            for at, (verbatim, unsupported) in enumerate(pairs)
        )
    )


def figure(evaluation: Evaluation, measure: Measure) -> Figure:
    return next(each for each in figures(evaluation) if each.measure is measure)


def change(before: Evaluation, after: Evaluation, measure: Measure) -> Change:
    return next(each for each in compare(before, after) if each.name is measure)


def test_quotes_are_counted_by_verdict_also_in_flagged_notes() -> None:
    counts = count(
        make_note("how", make_evidence((0, 40)), make_evidence((50, 60), verdict=Verdict.FAITHFUL)),
        make_note("how", make_evidence((0, 40), verdict=Verdict.ALTERED), status=NoteStatus.FLAGGED),
        make_note("cost", make_evidence(verdict=Verdict.UNSUPPORTED), status=NoteStatus.FLAGGED),
    )
    assert (counts.verbatim, counts.faithful, counts.altered, counts.unsupported) == (1, 1, 1, 1)
    assert (counts.notes, counts.flagged) == (3, 2)


@pytest.mark.parametrize(
    ("note", "missed", "missed_everywhere"),
    [
        pytest.param(make_note("how", make_evidence((0, 40))), (1, 2), (1, 2), id="the same words"),
        pytest.param(make_note("how", make_evidence((20, 60))), (1, 2), (1, 2), id="half of them"),
        pytest.param(make_note("how", make_evidence((21, 61))), (0, 1, 2), (0, 1, 2), id="less than half"),
        pytest.param(make_note("how", make_evidence((35, 45))), (1, 2), (1, 2), id="half of a short quote"),
        pytest.param(make_note("how", make_evidence((0, 400))), (2,), (), id="a quote over everything"),
        pytest.param(make_note("how", make_evidence((60, 70), (100, 140))), (0, 2), (0, 2), id="part of an ellipsis"),
        pytest.param(make_note("cost", make_evidence((0, 40))), (0, 1, 2), (1, 2), id="another topic"),
        pytest.param(
            make_note("how", make_evidence((0, 40)), status=NoteStatus.FLAGGED),
            (0, 1, 2),
            (0, 1, 2),
            id="a flagged note",
        ),
        pytest.param(
            make_note("how", make_evidence((0, 40), verdict=Verdict.ALTERED)), (0, 1, 2), (0, 1, 2), id="altered words"
        ),
        pytest.param(make_note("how"), (0, 1, 2), (0, 1, 2), id="no quote"),
    ],
)
def test_a_gold_passage_is_found_by_a_supported_note_that_quotes_half_of_it(
    note: Note, missed: tuple[int, ...], missed_everywhere: tuple[int, ...]
) -> None:
    counts = count(note)
    assert (counts.missed, counts.missed_everywhere) == (missed, missed_everywhere)


def test_a_note_on_a_theme_finds_the_passages_of_the_theme() -> None:
    note = Note("It is so.", (make_evidence((200, 240)),), NoteStatus.SUPPORTED, theme_id="trust")
    assert count(note).missed == (0, 1)


def test_essential_passages_are_counted_apart() -> None:
    counts = count(make_note("how", make_evidence((0, 40))))
    assert (counts.essential, counts.essential_missed) == (2, 1)


def test_precision_looks_only_at_supported_notes_on_topics_with_gold() -> None:
    counts = count(
        make_note("how", make_evidence((0, 40))),
        make_note("how", make_evidence((0, 40)), make_evidence((300, 340))),
        make_note("how", make_evidence((200, 240))),  # gold, but of another topic
        make_note("cost", make_evidence((0, 40))),  # a topic without gold
        make_note("how", make_evidence((0, 40)), status=NoteStatus.FLAGGED),
    )
    assert (counts.notes_on_gold, counts.notes_on_gold_topics) == (2, 3)


@pytest.mark.parametrize(
    ("note", "quoted"),
    [
        pytest.param(make_note("how", make_evidence((50, 90))), 1, id="the rejected words"),
        pytest.param(make_note("trust", make_evidence((50, 90))), 0, id="for another topic"),
        pytest.param(make_note("how", make_evidence((30, 145))), 0, id="together with what is right"),
        pytest.param(make_note("how", make_evidence((50, 90)), make_evidence((0, 40))), 1, id="beside what is right"),
        pytest.param(make_note("how", make_evidence((50, 90)), status=NoteStatus.FLAGGED), 0, id="in a flagged note"),
    ],
)
def test_a_rejected_passage_must_not_be_quoted_for_its_topic(note: Note, quoted: int) -> None:
    interview = make_interview(negatives=[GoldPassage("how", Span(50, 90))])
    counts = count(note, interview=interview)
    assert (counts.negatives, counts.negatives_quoted) == (1, quoted)


def test_a_rejected_passage_inside_of_a_right_one_is_not_counted() -> None:
    interview = make_interview(negatives=[GoldPassage("how", Span(0, 20))])
    assert count(make_note("how", make_evidence((0, 20))), interview=interview).negatives == 0


def test_a_question_without_a_state_counts_as_undetermined_and_wrong() -> None:
    interview = make_interview(coverage={"how": S.ANSWERED, "cost": S.NOT_ASKED})
    counts = count_interview(interview, Observed([], {"how": S.ANSWERED}))
    assert counts.coverage == (
        JudgedQuestion("how", S.ANSWERED, S.ANSWERED),
        JudgedQuestion("cost", S.NOT_ASKED, S.UNDETERMINED),
    )
    evaluation = make_evaluation(counts, replace(counts, interview_id="j"))
    assert figure(evaluation, Measure.COVERAGE).value == 0.5
    assert confusion(evaluation) == {(S.ANSWERED, S.ANSWERED): 2, (S.NOT_ASKED, S.UNDETERMINED): 2}


def test_a_run_that_gave_nothing_misses_everything() -> None:
    counts = count()
    assert counts.missed == (0, 1, 2)
    assert figure(make_evaluation(counts), Measure.RECALL).value == 0.0
    assert figure(make_evaluation(counts), Measure.VERBATIM).value is None


@pytest.mark.parametrize(
    ("calls", "cost", "latencies"),
    [
        pytest.param([make_call(ms=900), make_call(ms=100)], 10, (900, 100), id="answered"),
        pytest.param(
            [make_call(CallOutcome.BUSY, cost=None), make_call()], 5, (1000,), id="one was turned away and cost nothing"
        ),
        pytest.param([make_call(), make_call(cost=None)], None, (1000, 1000), id="a price is not known"),
        pytest.param([make_call(), make_call(CallOutcome.CACHED)], None, (1000,), id="an answer came from the cache"),
        pytest.param([], None, (), id="nothing was asked"),
    ],
)
def test_cost_and_latency_are_those_of_the_model(
    calls: list[ModelCall], cost: int | None, latencies: tuple[int, ...]
) -> None:
    counts = count_interview(make_interview(), Observed([], {}, calls))
    assert (counts.cost_micro_usd, counts.latencies_ms) == (cost, latencies)


def test_rates_are_pooled_over_interviews_and_not_averaged() -> None:
    evaluation = quotes_of((9, 1), (0, 10))
    found = figure(evaluation, Measure.VERBATIM)
    assert (found.value, found.of) == (9 / 20, 20)


def test_cost_and_latency_of_a_set() -> None:
    evaluation = make_evaluation(
        InterviewCounts("a", "g", cost_micro_usd=10, latencies_ms=(100, 400), notes=3),
        InterviewCounts("b", "g", cost_micro_usd=30, latencies_ms=(200, 300), notes=4),
    )
    values = {each.measure: (each.value, each.of) for each in figures(evaluation)}
    assert values[Measure.COST] == (20, 2)
    assert values[Measure.NOTES] == (3.5, 2)
    assert values[Measure.LATENCY_P50] == (200, 4)
    assert values[Measure.LATENCY_P95] == (400, 4)


def test_a_single_unknown_cost_makes_the_cost_of_a_set_unknown() -> None:
    evaluation = make_evaluation(InterviewCounts("a", "g", cost_micro_usd=10), InterviewCounts("b", "g"))
    assert figure(evaluation, Measure.COST).value is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # z = 1.959964; for none of ten, high = z * z / (10 + z * z) = 3.841459 / 13.841459
        pytest.param(0, 10, 0.0, 0.277533, id="none of ten"),
        pytest.param(10, 10, 0.722467, 1.0, id="all of ten"),
        pytest.param(5, 10, 0.236593, 0.763407, id="half of ten"),
        pytest.param(50, 100, 0.403832, 0.596168, id="half of a hundred"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing to count"),
    ],
)
def test_wilsons_interval_of_a_share(hits: int, of: int, low: float, high: float) -> None:
    interval = wilson_interval(hits, of)
    assert interval.low == pytest.approx(low, abs=1e-6)
    assert interval.high == pytest.approx(high, abs=1e-6)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param([], 0.5, None, id="nothing"),
        pytest.param([7], 0.95, 7, id="one"),
        pytest.param([4, 1, 3, 2], 0.5, 2, id="the lower of two in the middle"),
        pytest.param(range(1, 21), 0.95, 19, id="95 % of twenty"),
        pytest.param(range(1, 20), 0.95, 19, id="95 % of nineteen is the largest"),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(
    values: Sequence[float], share: float, expected: float | None
) -> None:
    assert nearest_rank(values, share) == expected


@pytest.mark.parametrize(("freedom", "expected"), [(5, 2.5706), (6, 2.4469), (10, 2.2281), (30, 2.0423)])
def test_quantiles_of_t_are_those_of_the_tables(freedom: int, expected: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(expected, abs=0.003)


def test_the_fewer_the_interviews_the_wider_the_interval_is_cut() -> None:
    # Six interviews: 2.5706 * sqrt(6 / 5) = 2.8159 standard errors, below which 0.0024 of a normal curve lies.
    assert expanded_tail(6) == pytest.approx(0.0024, abs=0.0001)
    assert expanded_tail(6) < expanded_tail(12) < expanded_tail(1000) < 0.025


def test_a_bootstrap_of_the_same_counts_gives_the_same_interval() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 60.0]

    def mean(chosen: Sequence[int]) -> float:
        return sum(values[at] for at in chosen) / len(chosen)

    interval = bootstrap_interval(mean, 6)
    assert interval is not None
    assert interval == bootstrap_interval(mean, 6)
    assert 1.0 <= interval.low < 12.5 < interval.high <= 60.0


def test_resamples_without_anything_to_count_are_left_out() -> None:
    assert bootstrap_interval(lambda chosen: None if 0 in chosen else 1.0, 6) == Interval(1.0, 1.0)
    assert bootstrap_interval(lambda _: None, 6) is None


def test_no_interval_is_given_where_too_few_interviews_have_something_to_count() -> None:
    few = quotes_of(*[(9, 1)] * (MIN_INTERVIEWS - 1), (0, 0))
    assert figure(few, Measure.VERBATIM).interval is None
    assert figure(quotes_of(*[(9, 1)] * MIN_INTERVIEWS), Measure.VERBATIM).interval is not None


def test_a_rate_that_never_failed_is_not_taken_for_certain() -> None:
    found = figure(quotes_of(*[(10, 0)] * 6), Measure.UNSUPPORTED)
    # Wilson for none of 60: 3.841459 / 63.841459
    assert found.interval is not None
    assert found.interval.low == 0.0
    assert found.interval.high == pytest.approx(0.060172, abs=1e-6)


def test_interviews_that_differ_widen_the_interval() -> None:
    alike, unlike = quotes_of(*[(15, 15)] * 6), quotes_of(*[(30, 0)] * 3, *[(0, 30)] * 3)
    narrow, wide = (figure(each, Measure.VERBATIM).interval for each in (alike, unlike))
    assert narrow is not None
    assert wide is not None
    assert narrow == wilson_interval(90, 180)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_a_change_in_every_interview_is_clear() -> None:
    before = quotes_of((5, 5), (6, 4), (7, 3), (4, 6), (5, 5), (6, 4))
    after = quotes_of((7, 3), (7, 3), (9, 1), (6, 4), (7, 3), (8, 2))
    found = change(before, after, Measure.VERBATIM)
    assert (found.before, found.after, found.interviews) == (33 / 60, 44 / 60, 6)
    assert found.difference == pytest.approx(11 / 60)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 11 / 60 < found.high
    assert found.is_clear


def test_what_makes_interviews_hard_for_both_drops_out_of_a_change() -> None:
    hard_and_easy = [(1, 9), (9, 1), (2, 8), (8, 2), (1, 9), (9, 1)]
    before, after = quotes_of(*hard_and_easy), quotes_of(*[(hit + 1, miss - 1) for hit, miss in hard_and_easy])
    found = change(before, after, Measure.VERBATIM)
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)
    assert found.is_clear


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([(5, 5)] * 6, [(5, 5)] * 6, id="nothing changed"),
        pytest.param([(5, 5)] * 6, [(9, 1), (1, 9), (8, 2), (2, 8), (7, 3), (4, 6)], id="up and down"),
        pytest.param([(10, 0)] * 6, [(9, 1), *[(10, 0)] * 5], id="one interview alone"),
        pytest.param([(2, 8)] * 5, [(8, 2)] * 5, id="too few interviews, however much changed"),
        pytest.param([(2, 8)] * 6, [(0, 0)] * 6, id="nothing to count any more"),
    ],
)
def test_what_may_be_chance_is_not_called_a_clear_change(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    assert not change(quotes_of(*before), quotes_of(*after), Measure.VERBATIM).is_clear


def test_only_interviews_with_the_same_gold_are_compared() -> None:
    before, after = quotes_of((1, 1), (5, 5)), quotes_of((2, 0), (9, 1), (7, 3))
    regraded = replace(before, interviews=(replace(before.interviews[0], gold_hash="other"), before.interviews[1]))
    found = change(regraded, after, Measure.VERBATIM)
    assert (found.before, found.after, found.interviews) == (0.5, 0.9, 1)
    with pytest.raises(InputError, match="share no interview"):
        compare(replace(regraded, interviews=regraded.interviews[:1]), after)


def test_the_hash_of_a_set_is_that_of_its_content() -> None:
    one, two = make_interview(id_="one"), make_interview(id_="two")
    assert GoldSet("a", (one, two)).content_hash == GoldSet("b", (two, one)).content_hash
    assert one.content_hash != make_interview(GOLD[0], id_="one").content_hash
    assert one.content_hash != make_interview(id_="one", coverage={"how": S.PARTLY}).content_hash
    assert one.content_hash != make_interview(id_="one", negatives=[GoldPassage("how", Span(50, 60))]).content_hash


def test_a_band_is_three_standard_errors_wide() -> None:
    # Twice 50 of 100: p = 0.5, also cautiously; 3 * sqrt(0.25 * (1/100 + 1/200)) = 0.183712
    band = band_of([quotes_of((50, 50)), quotes_of((50, 50))])
    assert band.limits[Measure.VERBATIM].low == pytest.approx(0.5 - 0.183712, abs=1e-6)
    assert band.limits[Measure.VERBATIM].high == pytest.approx(0.5 + 0.183712, abs=1e-6)


def test_a_band_is_never_narrower_than_two_points() -> None:
    band = band_of([quotes_of((100_000, 0))] * 3)
    assert band.limits[Measure.VERBATIM] == Interval(0.98, 1.0)


def test_a_rate_that_never_failed_may_fail_once_without_an_alarm() -> None:
    band = band_of([quotes_of((50, 0))] * 3)
    assert drift(quotes_of((49, 1)), band) == []
    assert {each.name for each in drift(quotes_of((40, 10)), band)} == {"verbatim", "unsupported"}


def test_a_rate_with_nothing_to_count_any_more_is_a_drift() -> None:
    (found, *_) = drift(quotes_of((0, 0)), band_of([quotes_of((50, 0))]))
    assert (found.name, found.value) == ("verbatim", None)


def test_a_band_mixes_no_models_and_no_prompts() -> None:
    with pytest.raises(ValueError, match="one set, one model and one prompt"):
        band_of([make_evaluation(prompt="p"), make_evaluation(prompt="q")])
    with pytest.raises(ValueError, match="one set, one model and one prompt"):
        band_of([])


def test_a_person_may_set_limits_for_any_measure() -> None:
    slow = make_evaluation(InterviewCounts("a", "g", latencies_ms=(21_000,)))
    limits = {Measure.LATENCY_P95: Interval(0, 20_000)}
    assert drift(slow, Band(limits)) == [Drift("latency_p95_ms", 21_000, 0, 20_000)]


@pytest.mark.parametrize(
    ("models", "prints", "expected"),
    [
        pytest.param(("m-1",), ("fp-1",), [], id="as before"),
        pytest.param(("m-2",), ("fp-1",), [Drift("model_served", unknown=("m-2",))], id="another model"),
        pytest.param(("m-1",), ("fp-2", "fp-1"), [Drift("fingerprint", unknown=("fp-2",))], id="also another print"),
        pytest.param((), (), [], id="no name at all"),
    ],
)
def test_an_endpoint_that_names_itself_differently_is_a_drift(
    models: tuple[str, ...], prints: tuple[str, ...], expected: list[Drift]
) -> None:
    before = InterviewCounts("a", "g", models_served=("m-1",), fingerprints=("fp-1",))
    now = replace(before, models_served=models, fingerprints=prints)
    assert drift(make_evaluation(now), band_of([make_evaluation(before)])) == expected


def test_an_evaluation_comes_back_from_json_as_it_was() -> None:
    interview = make_interview(coverage={"how": S.ANSWERED})
    evaluation = make_evaluation(count_interview(interview, Observed([make_note("how")], {}, [make_call()])))
    assert evaluation_from_json(json.loads(json.dumps(evaluation_to_json(evaluation)))) == evaluation


def test_what_is_no_evaluation_is_refused_with_the_place() -> None:
    fields = evaluation_to_json(make_evaluation(InterviewCounts("a", "g")))
    broken = json.loads(json.dumps(fields).replace('"verbatim": 0', '"verbatim": "many"'))
    with pytest.raises(InputError, match=r"interviews\.0\.verbatim.*run the set again"):
        evaluation_from_json(broken)
