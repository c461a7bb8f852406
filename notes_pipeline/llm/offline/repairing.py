"""Look once more for the passage that a note which did not stand may have meant."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from notes_pipeline.llm.answers import RepairAnswer
from notes_pipeline.llm.offline.candidates import Candidates, Passage
from notes_pipeline.llm.offline.drafting import quote_of, statement_of
from notes_pipeline.llm.offline.faults import Fault
from notes_pipeline.llm.offline.interview import Interview
from notes_pipeline.llm.offline.prompts import Lenient, Line, read_block, read_lines
from notes_pipeline.llm.offline.words import terms
from notes_pipeline.llm.offline.wrong_answers import spoil_repair
from notes_pipeline.llm.rendering import NOTE_CLOSE, NOTE_OPEN

MEANT = 0.4  # the least likeness of a passage to the failed quote, to what stands there, or to the statement
WITHDRAWN = RepairAnswer(is_withdrawn=True, quotes=[], statement="")


class FailedQuote(Lenient):
    words: str = ""
    really_said: str = ""


class FailedNote(Lenient):
    statement: str = ""
    quotes: tuple[FailedQuote, ...] = ()

    @property
    def texts(self) -> list[str]:
        return [text for quote in self.quotes for text in (quote.really_said, quote.words)] + [self.statement]


_NOTE = TypeAdapter(FailedNote)


@dataclass(frozen=True, slots=True)
class RepairPrompt:
    note: FailedNote
    lines: tuple[Line, ...]


def write_repair(texts: Sequence[str], fault: Fault | None = None) -> RepairAnswer | None:
    """Answer messages that ask for a second attempt; None: they hold no note and transcript."""
    prompt = read_repair_prompt(texts)
    return None if prompt is None else spoil_repair(fault, repair(prompt), prompt.lines)


def read_repair_prompt(texts: Sequence[str]) -> RepairPrompt | None:
    note = read_block(texts, NOTE_OPEN, NOTE_CLOSE, _NOTE)
    lines = read_lines(texts)
    return None if note is None or lines is None else RepairPrompt(note, lines)


def repair(prompt: RepairPrompt) -> RepairAnswer:
    """Quote the passage that is most like what the note says, or withdraw it."""
    passage = _find(Interview(prompt.lines), prompt.note)
    if passage is None:
        return WITHDRAWN
    return RepairAnswer(is_withdrawn=False, quotes=[quote_of(passage)], statement=statement_of(passage))


def _find(interview: Interview, note: FailedNote) -> Passage | None:
    candidates = Candidates(interview)
    if not candidates.passages:
        return None
    likeness = [candidates.likeness(frozenset(terms(text, interview.stops))) for text in note.texts]
    scores = np.max(likeness, axis=0)
    score, passage = max(
        zip(scores, candidates.passages, strict=True),
        key=lambda each: (each[0], -len(each[1].text)),  # of equals the one without an "Um." before it, or the first
    )
    return passage if score >= MEANT else None
