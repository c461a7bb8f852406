"""The figures of an evaluation, with their intervals."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from notes_pipeline.core.evaluating import Evaluation, InterviewCounts
from notes_pipeline.core.notes import CoverageState
from notes_pipeline.core.statistics import (
    MIN_INTERVIEWS,
    Interval,
    bootstrap_interval,
    nearest_rank,
    wilson_interval,
)
from notes_pipeline.core.wording import dollars


class Measure(StrEnum):
    """What is told of an evaluation. A rate lies from 0 to 1; the last four are no rates."""

    VERBATIM = "verbatim"  # of all quotes, also those of flagged notes
    FAITHFUL = "faithful"
    ALTERED = "altered"
    UNSUPPORTED = "unsupported"
    FLAGGED = "flagged"  # of all notes
    RECALL = "recall"  # of the gold passages: quoted by a supported note of their topic
    ESSENTIAL_RECALL = "essential_recall"
    RECALL_ANY_TOPIC = "recall_any_topic"  # quoted by a supported note of whatever topic
    PRECISION = "precision"  # of the supported notes on topics with gold: quotes a gold passage of its topic
    NEGATIVES_QUOTED = "negatives_quoted"  # of the rejected passages
    COVERAGE = "coverage"  # of the questions: the state that people gave it
    NOTES = "notes_per_interview"
    COST = "cost_micro_usd_per_interview"
    LATENCY_P50 = "latency_p50_ms"  # over all answered requests
    LATENCY_P95 = "latency_p95_ms"

    @property
    def is_rate(self) -> bool:
        return self in _RATES


# hits, of
_RATES: Mapping[Measure, Callable[[InterviewCounts], tuple[int, int]]] = {
    Measure.VERBATIM: lambda each: (each.verbatim, each.quotes),
    Measure.FAITHFUL: lambda each: (each.faithful, each.quotes),
    Measure.ALTERED: lambda each: (each.altered, each.quotes),
    Measure.UNSUPPORTED: lambda each: (each.unsupported, each.quotes),
    Measure.FLAGGED: lambda each: (each.flagged, each.notes),
    Measure.RECALL: lambda each: (each.passages - len(each.missed), each.passages),
    Measure.ESSENTIAL_RECALL: lambda each: (each.essential - each.essential_missed, each.essential),
    Measure.RECALL_ANY_TOPIC: lambda each: (each.passages - len(each.missed_everywhere), each.passages),
    Measure.PRECISION: lambda each: (each.notes_on_gold, each.notes_on_gold_topics),
    Measure.NEGATIVES_QUOTED: lambda each: (each.negatives_quoted, each.negatives),
    Measure.COVERAGE: lambda each: (sum(one.gold is one.found for one in each.coverage), len(each.coverage)),
}


# In the words that people read.
MEASURES = {
    Measure.VERBATIM: "quotes word for word",
    Measure.FAITHFUL: "quotes faithful",
    Measure.ALTERED: "quotes altered",
    Measure.UNSUPPORTED: "quotes not in the transcript",
    Measure.FLAGGED: "notes flagged",
    Measure.RECALL: "evidence recall",
    Measure.ESSENTIAL_RECALL: "recall of the essential",
    Measure.RECALL_ANY_TOPIC: "recall under any topic",
    Measure.PRECISION: "evidence precision",
    Measure.NEGATIVES_QUOTED: "rejected passages quoted",
    Measure.COVERAGE: "coverage right",
    Measure.NOTES: "notes an interview",
    Measure.COST: "cost an interview",
    Measure.LATENCY_P50: "latency p50",
    Measure.LATENCY_P95: "latency p95",
}


def written(measure: Measure, value: float | None) -> str:
    """Write a value of a measure with its unit, "unknown" where there is none."""
    if value is None:
        return "unknown"
    if measure.is_rate:
        return f"{100 * value:.1f} %"
    match measure:
        case Measure.NOTES:
            return f"{value:.1f}"
        case Measure.COST:
            return dollars(round(value))
        case _:
            return f"{value:,.0f} ms"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of an evaluation.

    `value`: None where there is nothing to count, or a cost is not known. `of`: how many quotes, notes, passages,
    questions, interviews or requests it rests on. `interval`: None where too few interviews have something to count.
    """

    measure: Measure
    value: float | None
    of: int
    interval: Interval | None


def figures(evaluation: Evaluation) -> list[Figure]:
    """Give every measure with its 95 % interval over interviews, in the order of `Measure`.

    The interval of a rate holds both that of the bootstrap and Wilson's. The bootstrap knows that interviews differ,
    but shrinks to a point where no interview has a single failure; Wilson's has the right width there, but takes each
    quote as independent. Below `MIN_INTERVIEWS` none is given: one over so few says more of chance than of the model.
    """
    return [_figure(measure, evaluation.interviews) for measure in Measure]


def _figure(measure: Measure, interviews: Sequence[InterviewCounts]) -> Figure:
    interval = None
    if informative(measure, interviews) >= MIN_INTERVIEWS:
        interval = bootstrap_interval(
            lambda chosen: value_of(measure, [interviews[at] for at in chosen]), len(interviews)
        )
        if interval is not None and measure.is_rate:
            interval = interval.around(wilson_interval(*hits_of(measure, interviews)))
    return Figure(measure, value_of(measure, interviews), _basis(measure, interviews), interval)


def informative(measure: Measure, interviews: Sequence[InterviewCounts]) -> int:
    """Count the interviews that have something to count for the measure."""
    return sum(value_of(measure, [each]) is not None for each in interviews)


def value_of(measure: Measure, interviews: Sequence[InterviewCounts]) -> float | None:
    """Give a measure over interviews; None where there is nothing to count, or a cost is not known."""
    if measure.is_rate:
        hits, of = hits_of(measure, interviews)
        return hits / of if of else None
    if not interviews:
        return None
    match measure:
        case Measure.NOTES:
            return sum(each.notes for each in interviews) / len(interviews)
        case Measure.COST:
            known = [each.cost_micro_usd for each in interviews if each.cost_micro_usd is not None]
            return sum(known) / len(known) if len(known) == len(interviews) else None
        case _:
            latencies = [latency for each in interviews for latency in each.latencies_ms]
            return nearest_rank(latencies, 0.5 if measure is Measure.LATENCY_P50 else 0.95)


def hits_of(measure: Measure, interviews: Sequence[InterviewCounts]) -> tuple[int, int]:
    """Count what a rate counts, and of how many."""
    pairs = [_RATES[measure](each) for each in interviews]
    return sum(hits for hits, _ in pairs), sum(of for _, of in pairs)


def _basis(measure: Measure, interviews: Sequence[InterviewCounts]) -> int:
    if measure.is_rate:
        return hits_of(measure, interviews)[1]
    if measure in (Measure.NOTES, Measure.COST):
        return len(interviews)
    return sum(len(each.latencies_ms) for each in interviews)


def confusion(evaluation: Evaluation) -> dict[tuple[CoverageState, CoverageState], int]:
    """Count the questions by the state that people gave them and the one that the runs gave them; no zeros."""
    return dict(Counter((one.gold, one.found) for each in evaluation.interviews for one in each.coverage))
