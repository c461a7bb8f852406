"""An interview as the offline model sees it: turns, sentences with their terms, who asks, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from notes_pipeline.core.roles import Role
from notes_pipeline.llm.offline.prompts import Line
from notes_pipeline.llm.offline.relevance import Relevance
from notes_pipeline.llm.offline.turns import Sentence, turns_of
from notes_pipeline.llm.offline.words import stop_words, terms


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence in its turn, both counted from 0."""

    turn: int
    at: int
    sentence: Sentence
    terms: list[str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is asked in one go and what follows up to the next asking: places, in order. Either may be empty."""

    asked: tuple[int, ...]
    answer: tuple[int, ...]


class Interview:
    """The lines of one prompt. `places`: all sentences in order; scores of `relevance` are in that order too."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.turns = turns_of(lines)
        self.stops = stops = stop_words(sentence.text for turn in self.turns for sentence in turn.sentences)
        self.places = [
            Place(turn_at, at, sentence, terms(sentence.text, stops))
            for turn_at, turn in enumerate(self.turns)
            for at, sentence in enumerate(turn.sentences)
        ]
        self.relevance = Relevance([place.terms for place in self.places])
        self._has_roles = any(turn.role is Role.INTERVIEWER for turn in self.turns)

    def is_quotable(self, place: Place) -> bool:
        """Leave out the interviewer's words, and questions: they claim nothing."""
        return self.turns[place.turn].role is not Role.INTERVIEWER and not place.sentence.is_question

    def exchanges(self) -> list[Exchange]:
        exchanges: list[Exchange] = []
        asked: list[int] = []
        answer: list[int] = []
        for position, place in enumerate(self.places):
            if not self._asks(place):
                answer.append(position)
                continue
            if answer:
                exchanges.append(Exchange(tuple(asked), tuple(answer)))
                asked, answer = [], []
            asked.append(position)
        if asked or answer:
            exchanges.append(Exchange(tuple(asked), tuple(answer)))
        return exchanges

    def _asks(self, place: Place) -> bool:
        """The interviewer, whatever he says; where nobody is known as one, who asks a question."""
        return self.turns[place.turn].role is Role.INTERVIEWER if self._has_roles else place.sentence.is_question
