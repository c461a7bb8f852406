"""What changed from one evaluation to another, and what left the band of the earlier ones."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notes_pipeline.core.errors import InputError
from notes_pipeline.core.evaluating import Evaluation, InterviewCounts
from notes_pipeline.core.figures import MEASURES, Measure, hits_of, informative, value_of, written
from notes_pipeline.core.statistics import MIN_INTERVIEWS, Interval, bootstrap_interval

BAND_ERRORS = 3  # standard errors: with a dozen rates, a canary without a change cries about once in thirty times
MIN_BAND = 0.02  # on each side, or one quote in two hundred would be an alarm


@dataclass(frozen=True, slots=True)
class Change:
    """What a measure was and is, over the same interviews.

    `low`, `high`: 95 % interval of the difference, None where too few interviews have something to count.
    `is_clear`: it leaves out zero. Of twenty measures that did not change, one is called clear by chance.
    """

    name: Measure
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    is_clear: bool
    interviews: int


def compare(before: Evaluation, after: Evaluation) -> list[Change]:
    """Say what changed from one evaluation to the other, over the interviews that both have with the same gold.

    The bootstrap is paired: each resample takes the same interviews from both sides, so what makes an interview hard
    for every model drops out.

    Raises:
        InputError: they share no interview with the same gold.
    """
    earlier = {(each.interview_id, each.gold_hash): each for each in before.interviews}
    pairs = [
        (earlier[each.interview_id, each.gold_hash], each)
        for each in after.interviews
        if (each.interview_id, each.gold_hash) in earlier
    ]
    if not pairs:
        raise InputError(
            f"the evaluations of {before.set_name} and {after.set_name} share no interview with the same words and "
            "gold; run the set again with both models"
        )
    return [_change(measure, [old for old, _ in pairs], [new for _, new in pairs]) for measure in Measure]


def _change(measure: Measure, before: Sequence[InterviewCounts], after: Sequence[InterviewCounts]) -> Change:
    def difference(chosen: Sequence[int]) -> float | None:
        old = value_of(measure, [before[at] for at in chosen])
        new = value_of(measure, [after[at] for at in chosen])
        return None if old is None or new is None else new - old

    interval = None
    if min(informative(measure, before), informative(measure, after)) >= MIN_INTERVIEWS:
        interval = bootstrap_interval(difference, len(before))
    return Change(
        name=measure,
        before=value_of(measure, before),
        after=value_of(measure, after),
        difference=difference(range(len(before))),
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        is_clear=interval is not None and 0.0 not in interval,
        interviews=len(before),
    )


@dataclass(frozen=True, slots=True)
class Band:
    """Where an evaluation should lie.

    `limits`: by measure, whether measured or set by a person. `models_served`, `fingerprints`: those that were seen;
    None where any will do.
    """

    limits: Mapping[Measure, Interval]
    models_served: frozenset[str] | None = None
    fingerprints: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """Something that left its band.

    `name`: a measure, `model_served` or `fingerprint`. For a measure: `value`, None where there is nothing to count
    any more, and the limits. Else `unknown`: the names that the endpoint gave itself and never before.
    """

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.unknown:
            what = "the model calls itself" if self.name == "model_served" else "the fingerprint is"
            return f"{what} {', '.join(self.unknown)}, as never before"
        measure = Measure(self.name)
        band = f"{written(measure, self.low)} to {written(measure, self.high)}"
        return f"{MEASURES[measure]}: {written(measure, self.value)}, and {band} was to be expected"


def band_of(earlier: Sequence[Evaluation]) -> Band:
    """Measure the band of each rate from earlier evaluations of the same set, model and prompt; one is enough.

    Around the pooled share p of N cases lie three standard errors of the next share of n cases, sqrt(p (1 - p)
    (1/n + 1/N)), n as many as an earlier evaluation had on the average, and at least `MIN_BAND`. For the error, p
    gets two hits and two misses more (Agresti and Coull 1998): a rate that never failed may still fail.

    Raises:
        ValueError: none is given, or they are not of the same set, model and prompt.
    """
    if len({(each.set_hash, each.model, each.prompt_hash) for each in earlier}) != 1:
        raise ValueError("a band needs evaluations of one set, one model and one prompt")
    interviews = [counts for each in earlier for counts in each.interviews]
    limits = {}
    for measure in Measure:
        hits, of = hits_of(measure, interviews) if measure.is_rate else (0, 0)
        if of:
            share, cautious = hits / of, (hits + 2) / (of + 4)
            error = math.sqrt(cautious * (1 - cautious) * (len(earlier) / of + 1 / of))
            margin = max(BAND_ERRORS * error, MIN_BAND)
            limits[measure] = Interval(max(0.0, share - margin), min(1.0, share + margin))
    return Band(
        limits,
        frozenset().union(*(each.models_served for each in earlier)),
        frozenset().union(*(each.fingerprints for each in earlier)),
    )


def drift(evaluation: Evaluation, band: Band) -> list[Drift]:
    """Find what left the band; empty where all is as before. A measure without a limit is not looked at."""
    found = []
    for measure, limits in band.limits.items():
        value = value_of(measure, evaluation.interviews)
        if value is None or value not in limits:
            found.append(Drift(measure, value, limits.low, limits.high))
    for name, served, known in (
        ("model_served", evaluation.models_served, band.models_served),
        ("fingerprint", evaluation.fingerprints, band.fingerprints),
    ):
        if known is not None and served - known:
            found.append(Drift(name, unknown=tuple(sorted(served - known))))
    return found
