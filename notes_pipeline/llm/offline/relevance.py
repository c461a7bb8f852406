"""How well sentences fit queries, by BM25."""

import logging
import math
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

import bm25s
import numpy as np
import numpy.typing as npt

K1, B = 1.2, 0.5  # sentences of speech are short and of uneven length: half of the usual correction for length
MATCH = 1 / (1 + K1)  # what one occurrence of a term in a sentence of average length adds, for an idf of 1
MIN_COUNT = 50  # sentences; in a shorter part a term that is said twice would pass for a common one

Scores = npt.NDArray[np.float64]

# It tells of every index that it builds, at a level that it sets for itself.
logging.getLogger("bm25s").setLevel(logging.WARNING)


class Relevance:
    """BM25 over the sentences of one prompt."""

    def __init__(self, documents: Sequence[list[str]]) -> None:
        self._count = len(documents)
        self._frequencies = Counter(term for document in documents for term in set(document))
        self._index: bm25s.BM25 | None = None
        if self._frequencies:
            self._index = bm25s.BM25(k1=K1, b=B, method="lucene")
            self._index.index(list(documents), show_progress=False)

    def of(self, query: Collection[str], whole: float | None = None) -> Scores:
        """Score every document against the terms of a query.

        1 is a sentence of average length that holds `whole` of the query's weight; None: all of it. Terms that nobody
        says have the greatest weight.
        """
        known = sorted(term for term in set(query) if term in self._frequencies)
        if self._index is None or not known:
            return np.zeros(self._count)
        scores = np.asarray(self._index.get_scores(known), dtype=np.float64)
        return scores / (MATCH * (self._weight(query) if whole is None else whole))

    def likeness(self, said: frozenset[str], wanted: frozenset[str]) -> float:
        """Compare two texts as sets of weighted terms: 0 without a common one, 1 if all are common.

        What is wanted and not said lowers it more than what is said beside it.
        """
        common = self._weight(said & wanted, MIN_COUNT)
        if not common:
            return 0.0
        share_of_wanted = common / self._weight(wanted, MIN_COUNT)
        share_of_said = common / self._weight(said, MIN_COUNT)
        return float(share_of_wanted ** (2 / 3) * share_of_said ** (1 / 3))

    def knows(self, terms: Collection[str]) -> bool:
        return all(term in self._frequencies for term in terms)

    @property
    def rare_weight(self) -> float:
        """Give the weight of a term that stands in two sentences."""
        return _idf(2, max(self._count, 3))

    def _weight(self, terms: Collection[str], least_count: int = 0) -> float:
        """Sum the idf of different terms."""
        count = max(self._count, least_count)
        return sum(_idf(self._frequencies[term], count) for term in sorted(set(terms)))


@lru_cache(maxsize=4096)
def _idf(found: int, count: int) -> float:
    """Weigh a term that stands in `found` of `count` sentences, as Lucene and bm25s do."""
    return math.log(1 + (count - found + 0.5) / (found + 0.5))
