"""How sure a figure is that comes from few interviews: shares, percentiles and intervals, with no library."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

RESAMPLES = 2000
SEED = 20260503  # any number; fixed, so that the same counts always give the same interval
CONFIDENCE = 0.95

# Six: where n interviews all change in the same direction, chance alone does that in 2 of 2**n cases. Five interviews
# make that 1 in 16, more than the 1 in 20 that we call clear; six make it 1 in 32.
MIN_INTERVIEWS = 6


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def around(self, other: "Interval") -> "Interval":
        """Give the shortest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


def wilson_interval(hits: int, of: int) -> Interval:
    """Give Wilson's score interval for a share (JASA 22, 1927); the whole range where there is nothing to count.

    It takes every case as independent. Quotes of one interview are not, so alone it is too narrow.
    """
    if not of:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # At the ends the formula gives 0 and 1, but for rounding.
    return Interval(0.0 if hits == 0 else middle - half, 1.0 if hits == of else middle + half)


def nearest_rank(values: Sequence[float], share: float) -> float | None:
    """Give the smallest value that at least `share` of the values do not exceed; None where there is none.

    No interpolation: it is a value that was measured. Below 20 values the 95th percentile is the largest.
    """
    if not values:
        return None
    # Rounded first: 0.95 * 20 is a hair above 19 in floating point on some ways to get there.
    rank = math.ceil(round(share * len(values), 9))
    return sorted(values)[max(1, rank) - 1]


def bootstrap_interval(statistic: Callable[[Sequence[int]], float | None], interviews: int) -> Interval | None:
    """Give the expanded percentile interval of a figure over resampled interviews.

    `statistic` gets positions of interviews, drawn with replacement, and gives the figure for these, None where they
    have nothing to count. None below `MIN_INTERVIEWS`. The plain percentile interval is too narrow for few clusters;
    its level is widened as a t interval is wider than a normal one: Hesterberg, "What Teachers Should Know About the
    Bootstrap", The American Statistician 69 (2015).
    """
    if interviews < MIN_INTERVIEWS:
        return None
    figures = sorted(figure for chosen in _resamples(interviews) if (figure := statistic(chosen)) is not None)
    if not figures:
        return None
    tail = expanded_tail(interviews)
    last = len(figures) - 1
    return Interval(figures[math.floor(tail * last)], figures[math.ceil((1 - tail) * last)])


def expanded_tail(interviews: int) -> float:
    """Give the share to cut from each side of the resampled figures: less than 0.025, the less the fewer there are."""
    freedom = interviews - 1
    return NormalDist().cdf(-t_quantile(0.5 + CONFIDENCE / 2, freedom) * math.sqrt(interviews / freedom))


def t_quantile(level: float, freedom: int) -> float:
    """Give a quantile of Student's t by its expansion around the normal one (Abramowitz and Stegun 26.7.5).

    With 5 degrees of freedom and a level of 0.975 it gives 2.568 instead of 2.571, and it is nearer with more.
    """
    z = NormalDist().inv_cdf(level)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return sum(term / math.pow(freedom, power) for power, term in enumerate(terms))


@lru_cache(maxsize=4)  # one evaluation asks for the same ones a dozen times
def _resamples(interviews: int) -> tuple[tuple[int, ...], ...]:
    chance = random.Random(SEED)  # noqa: S311 - drawn for an interval, not for a secret
    return tuple(tuple(chance.choices(range(interviews), k=interviews)) for _ in range(RESAMPLES))
