"""Choose for each question and theme the passages that fit best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from notes_pipeline.core.notes import CoverageState
from notes_pipeline.llm.offline.asking import Asked, find_askings
from notes_pipeline.llm.offline.candidates import Candidates, Passage
from notes_pipeline.llm.offline.interview import Interview
from notes_pipeline.llm.offline.prompts import AskedQuestion, AskedTheme, DraftPrompt
from notes_pipeline.llm.offline.related import related_terms
from notes_pipeline.llm.offline.relevance import Scores
from notes_pipeline.llm.offline.words import terms

MAX_PASSAGES = 3  # for one topic in one prompt
FITS = 0.5  # the least score of a passage that is noted
WEAK = 0.3  # the least score of the one passage that is noted where none fits, for a theme or what was asked
NEAR_BEST = 0.5  # share of the best passage's score that others need to stand beside it
BESIDE = 0.5  # what the words count beside standing in an answer to the question
SAME_ANSWER = 0.75  # further passages of an answer that is already quoted weigh less: other answers have their turn
THEME_TERMS = 2.5  # so many rare terms of a theme in one sentence are a full match; its definition has many more
NAME = 1.5  # a theme's name counts for more than the words that explain it
CHANCE = 0.5  # one word in common, and not from the name, may well be chance
RELATED = 1.2  # related words are many and each says little, so two of them together are almost a match
THEME_ASKED = 0.5  # what an answer gains from a question that is about the theme


@dataclass(frozen=True, slots=True)
class Picked:
    """The passages for a topic, in the order of the interview. `state`, `asked_at`: of a question only."""

    topic: str
    passages: tuple[Passage, ...]
    state: CoverageState | None = None
    asked_at: int | None = None


def pick(prompt: DraftPrompt) -> list[Picked]:
    """Pick for every topic of the guide, in its order."""
    picker = _Picker(Interview(prompt.lines))
    return [*picker.questions(prompt.guide.questions), *map(picker.theme, prompt.guide.themes)]


class _Picker:
    def __init__(self, interview: Interview) -> None:
        self._interview = interview
        self._candidates = Candidates(interview)
        self._exchanges = interview.exchanges()
        self._exchange_of = {
            place: number for number, exchange in enumerate(self._exchanges) for place in exchange.answer
        }

    def questions(self, questions: Sequence[AskedQuestion]) -> Iterable[Picked]:
        for question, asked in zip(questions, find_askings(self._interview, questions), strict=True):
            yield self._question(question, asked)

    def theme(self, theme: AskedTheme) -> Picked:
        """A theme is no question: it counts how many of the words that explain it are said together."""
        name = self._terms([theme.name])
        wanted = name | self._terms([theme.definition, *theme.include])
        unwanted = self._about(self._terms(theme.exclude) - wanted)
        scores = self._about(wanted) + (NAME - 1) * self._about(name)
        scores = scores + self._from_questions(scores)
        scores = self._candidates.scores(np.where(unwanted > scores, 0.0, scores))
        scores = self._doubting_chance(scores, wanted, name)
        scores = np.maximum(scores, self._loosely_about(name, wanted))
        return Picked(theme.id, self._choose(scores) or self._choose(scores, least=WEAK)[:1])

    def _question(self, question: AskedQuestion, asked: Asked) -> Picked:
        fit = self._best([question.text, *question.probes])
        scores = self._candidates.scores(fit if asked.at is None else asked.credit + BESIDE * fit)
        if asked.at is None:
            # Nobody asked it in such words: perhaps it is spoken of all the same.
            heads = self._terms([question.text])
            wanted = heads | self._terms(question.probes)
            scores = np.maximum(self._doubting_chance(scores, wanted), self._loosely_about(heads, wanted))
        elif not asked.is_answered:
            return Picked(question.id, (), CoverageState.ASKED_NOT_ANSWERED, asked.at)
        if passages := self._choose(scores):
            state = CoverageState.PARTLY if asked.at is None else CoverageState.ANSWERED
        elif asked.at is None:
            state = CoverageState.NOT_ASKED
        else:
            passages = self._choose(scores, least=WEAK)[:1]
            state = CoverageState.PARTLY if passages else CoverageState.ASKED_NOT_ANSWERED
        return Picked(question.id, passages, state, asked.at)

    def _best(self, texts: Sequence[str]) -> Scores:
        """Score each place by the text that fits it best: a question has several ways to be asked."""
        scores = np.zeros(len(self._interview.places))
        for text in texts:
            scores = np.maximum(scores, self._interview.relevance.of(terms(text, self._interview.stops)))
        return scores

    def _about(self, wanted: frozenset[str]) -> Scores:
        return self._interview.relevance.of(wanted, THEME_TERMS * self._interview.relevance.rare_weight)

    def _doubting_chance(self, scores: Scores, wanted: frozenset[str], name: frozenset[str] = frozenset()) -> Scores:
        is_chance = (self._candidates.counts(wanted) < 2) & (self._candidates.counts(name) == 0)
        return np.where(is_chance, CHANCE * scores, scores)

    def _loosely_about(self, heads: frozenset[str], wanted: frozenset[str]) -> Scores:
        """Score each passage for words that are related to `heads` or wanted; one of them alone says nothing."""
        related = related_terms(heads)
        if not related:
            return np.zeros(len(self._candidates.passages))
        scores = self._candidates.scores(self._about(related | wanted))
        return np.where(self._candidates.counts(related | wanted) < 2, 0.0, RELATED * scores)

    def _terms(self, texts: Iterable[str]) -> frozenset[str]:
        return frozenset(term for text in texts for term in terms(text, self._interview.stops))

    def _from_questions(self, wanted: Scores) -> Scores:
        gained = np.zeros_like(wanted)
        for exchange in self._exchanges:
            if exchange.asked:
                gained[list(exchange.answer)] = THEME_ASKED * max(wanted[position] for position in exchange.asked)
        return gained

    def _choose(self, scores: Scores, least: float = FITS) -> tuple[Passage, ...]:
        passages, scores = self._candidates.passages, scores.copy()
        chosen: list[Passage] = []
        best = 0.0
        while len(chosen) < MAX_PASSAGES and scores.size:
            position = int(np.argmax(scores))  # of equals the first
            score, passage = float(scores[position]), passages[position]
            best = best or score
            if score < max(least, NEAR_BEST * best):
                break
            chosen.append(passage)
            for other, each in enumerate(passages):
                if each.overlaps(passage):
                    scores[other] = 0.0
                elif self._exchange_of.get(each.first) == self._exchange_of.get(passage.first):
                    scores[other] *= SAME_ANSWER
        return tuple(sorted(chosen, key=lambda each: each.first))
