"""Which of the guide's questions is asked where, and whether an answer follows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from notes_pipeline.llm.offline.interview import Exchange, Interview
from notes_pipeline.llm.offline.prompts import AskedQuestion
from notes_pipeline.llm.offline.relevance import Scores
from notes_pipeline.llm.offline.words import terms

ASKED = 0.55  # likeness of what is asked to a question of the guide, or to one of its probes
SAME_WORDS = 0.9  # from here on one common term is enough: "What was the moment?"
TIE = 0.9  # share of the best question's likeness at which another counts as asked, too
UNSAID = 0.85  # of the likeness is left for a question with a word that nobody says in the whole part
ECHO = 0.7  # of the likeness is left after a remark that only repeats: "Twice a week.", "It got wet?", "Oh no."
LATER = 0.1  # a sentence further into an answer is less to the point: divided by 1 + LATER for each
EVASIVE_WITHIN = 3  # sentences from the start of an answer
MIN_ANSWER_TERMS = 2

_EVASIVE = re.compile(
    r"^(?:\W|\b(?:um|uh|well|oh|ah|no|yeah|honestly|so)\b)*"
    r"(?:i (?:really |honestly |just )?(?:don't|do not|couldn't|can't|wouldn't) "
    r"(?:really |honestly |actually )?(?:know|say|tell you|remember|recall|answer)\b(?! (?:that|i|they|he|she|we|it))"
    r"|i have no idea|no idea\b|no comment|i'd rather not|i would rather not"
    r"|you(?:'d| would|'ll)? have to ask|you(?:'d| would) better ask|ask (?:him|her|them)\b"
    r"|(?:i'm|i am) not the (?:right|best) person"
    r"|(?:das )?(?:weiß|weiss) ich (?:nicht|leider nicht)|keine ahnung|da müssen sie"
    r"|je ne sais pas|aucune idée|no (?:lo )?sé|ni idea|não sei|non (?:lo )?so)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the guide in an interview. `credit`: of each place, for standing in an answer to it.

    `at`: the number of the first line in which it is asked, None: it is not. `is_answered`: something follows.
    """

    credit: Scores
    at: int | None
    is_answered: bool


def find_askings(interview: Interview, questions: Sequence[AskedQuestion]) -> list[Asked]:
    """Match what is asked to the questions of the guide; one for each, in their order."""
    queries = [[frozenset(terms(text, interview.stops)) for text in (each.text, *each.probes)] for each in questions]
    credit = np.zeros((len(questions), len(interview.places)))
    at: list[int | None] = [None] * len(questions)
    answered = [False] * len(questions)
    open_questions: dict[int, float] = {}
    before = Exchange((), ())
    for exchange in interview.exchanges():
        said = _readings(interview, exchange)
        likeness = {position: _best_likeness(interview, said, wanted) for position, wanted in enumerate(queries)}
        likeness = {position: value for position, value in likeness.items() if value >= ASKED}
        if likeness:
            best = max(likeness.values())
            open_questions = {position: value for position, value in likeness.items() if value >= TIE * best}
        elif said and said[-1] <= _said_in(interview, before):
            open_questions = {position: value * ECHO for position, value in open_questions.items()}
        else:
            open_questions = {}
        before = exchange
        has_answer = _is_answer(interview, exchange)
        for position, value in open_questions.items():
            if at[position] is None:
                at[position] = interview.places[exchange.asked[0]].sentence.number
            if has_answer:
                answered[position] = True
                for step, place in enumerate(exchange.answer):
                    credit[position, place] = max(credit[position, place], value / (1 + LATER * step))
    return [Asked(credit[position], at[position], answered[position]) for position in range(len(questions))]


def _readings(interview: Interview, exchange: Exchange) -> list[frozenset[str]]:
    """Give the terms of each asking sentence, then of all together; empty where nothing is asked."""
    each = [frozenset(interview.places[position].terms) for position in exchange.asked]
    return [*each, frozenset().union(*each)] if each else []


def _said_in(interview: Interview, exchange: Exchange) -> frozenset[str]:
    return frozenset(term for place in (*exchange.asked, *exchange.answer) for term in interview.places[place].terms)


def _best_likeness(interview: Interview, said: Sequence[frozenset[str]], wanted: Sequence[frozenset[str]]) -> float:
    return max((_likeness(interview, one, query) for one in said for query in wanted), default=0.0)


def _likeness(interview: Interview, said: frozenset[str], wanted: frozenset[str]) -> float:
    common = len(said & wanted)
    if not common:
        return 0.0
    likeness = interview.relevance.likeness(said, wanted)
    if not interview.relevance.knows(wanted):
        likeness *= UNSAID
    return likeness if common > 1 or likeness >= SAME_WORDS else 0.0


def _is_answer(interview: Interview, exchange: Exchange) -> bool:
    """Tell whether somebody says something to the point: more than a nod, and not that another has to be asked."""
    said = [interview.places[position] for position in exchange.answer]
    if len({term for place in said for term in place.terms}) < MIN_ANSWER_TERMS:
        return False
    start = said[:EVASIVE_WITHIN]
    evades = any(_EVASIVE.match(place.sentence.text.replace("’", "'")) for place in start)
    return not evades or any(_NUMBER.search(place.sentence.text) for place in start)
