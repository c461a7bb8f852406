"""The passages of an interview that may be quoted, and how much each says by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from notes_pipeline.llm.offline.interview import Interview
from notes_pipeline.llm.offline.relevance import Scores
from notes_pipeline.llm.offline.words import starts_dangling

PASSAGE_CHARACTERS = 320  # two sentences of speech
FULL_WORDS = 10  # or so many words in all, as in "She wasn't even angry with us, she just cried."
FULL_TERMS = 5  # so many different terms say something; with fewer a passage weighs less in proportion
DANGLING = 0.85  # "They were…", "Which is…": a reader needs the sentence before. "Um. …": nobody needs the first one


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence, or two neighbours of one turn. `first`, `last`: places. `number`: of the line it begins in."""

    first: int
    last: int
    number: int
    speaker: str
    text: str

    def overlaps(self, other: "Passage") -> bool:
        return self.first <= other.last and other.first <= self.last


class Candidates:
    """All passages of an interview, with arrays in their order."""

    def __init__(self, interview: Interview) -> None:
        self.passages = list(_passages(interview))
        self._relevance = interview.relevance
        self._first = np.array([each.first for each in self.passages], dtype=np.intp)
        self._last = np.array([each.last for each in self.passages], dtype=np.intp)
        self._terms = [_terms(interview, each) for each in self.passages]
        quality = [_quality(interview, *each) for each in zip(self.passages, self._terms, strict=True)]
        self._quality = np.array(quality, dtype=np.float64)

    def scores(self, of_places: Scores) -> Scores:
        """Give the score of each passage: of its better sentence more than of the other, less where it says little."""
        first, last = of_places[self._first], of_places[self._last]
        return (2 * np.maximum(first, last) + np.minimum(first, last)) / 3 * self._quality

    def likeness(self, wanted: frozenset[str]) -> Scores:
        """Compare each passage as a set of terms with `wanted`, see `Relevance.likeness`."""
        return np.array([self._relevance.likeness(said, wanted) for said in self._terms], dtype=np.float64)

    def counts(self, wanted: frozenset[str]) -> Scores:
        """Count for each passage how many different terms of `wanted` it holds."""
        return np.array([len(said & wanted) for said in self._terms], dtype=np.float64)


def _passages(interview: Interview) -> Iterator[Passage]:
    places = interview.places
    for first, place in enumerate(places):
        if not interview.is_quotable(place):
            continue
        speaker, number, text = interview.turns[place.turn].speaker, place.sentence.number, place.sentence.text
        yield Passage(first, first, number, speaker, text)
        if first + 1 == len(places):
            continue
        following = places[first + 1]
        if following.turn == place.turn and interview.is_quotable(following):
            text = f"{text} {following.sentence.text}"
            if len(text) <= PASSAGE_CHARACTERS:
                yield Passage(first, first + 1, number, speaker, text)


def _terms(interview: Interview, passage: Passage) -> frozenset[str]:
    return frozenset(term for place in interview.places[passage.first : passage.last + 1] for term in place.terms)


def _quality(interview: Interview, passage: Passage, said: frozenset[str]) -> float:
    fullness = min(1.0, max(len(said) / FULL_TERMS, len(passage.text.split()) / FULL_WORDS))
    is_idle = passage.last > passage.first and not interview.places[passage.first].terms
    return fullness * (DANGLING if is_idle or starts_dangling(passage.text) else 1.0)
