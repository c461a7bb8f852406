"""Answers of the right form that say wrong things: what a careless model gives, for tests and demonstrations."""

import re
from collections.abc import Sequence
from typing import TypeVar

from notes_pipeline.llm.answers import DraftAnswer, NoteAnswer, QuoteAnswer, RepairAnswer
from notes_pipeline.llm.offline.faults import Fault
from notes_pipeline.llm.offline.prompts import Line

N = TypeVar("N", NoteAnswer, RepairAnswer)

INVENTED_WORDS = "Honestly, I would sign up for the lunar delivery plan again tomorrow without a second thought."
OUTSIDE = 1_000_000

_NEGATION = re.compile(r"\b(?:not|never|no) |n['’]t\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d+\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twice|once|hundred)\b")


def spoil_draft(fault: Fault | None, drafted: DraftAnswer, lines: Sequence[Line]) -> DraftAnswer:
    """Make notes wrong in the way of `fault`; other faults than those of wrong answers change nothing."""
    match fault:
        case Fault.UNKNOWN_IDS:
            notes = [note.model_copy(update={"topic": f"no-such-{note.topic}"}) for note in drafted.notes]
        case Fault.WRONG_NUMBERS:
            notes = [
                _with_quote(note, note.quotes[0].model_copy(update={"utterance": OUTSIDE})) for note in drafted.notes
            ]
        case _:
            notes = [_spoil(fault, note, lines) for note in drafted.notes]
    return drafted.model_copy(update={"notes": notes})


def spoil_repair(fault: Fault | None, repaired: RepairAnswer, lines: Sequence[Line]) -> RepairAnswer:
    """Make a second attempt as wrong as a first one; who invents quotes also does where a note is to be withdrawn."""
    if not repaired.is_withdrawn:
        return _spoil(fault, repaired, lines)
    if fault is Fault.INVENTED and lines:
        quote = QuoteAnswer(utterance=lines[0].number, speaker=lines[0].speaker, words=INVENTED_WORDS)
        return RepairAnswer(is_withdrawn=False, quotes=[quote], statement=INVENTED_WORDS)
    return repaired


def _spoil(fault: Fault | None, note: N, lines: Sequence[Line]) -> N:
    quote = note.quotes[0]
    match fault:
        case Fault.INVENTED:
            return _with_quote(note, quote.model_copy(update={"words": INVENTED_WORDS}), statement=INVENTED_WORDS)
        case Fault.BENT:
            bent = bend(quote.words)
            return _with_quote(note, quote.model_copy(update={"words": bent}), statement=bent)
        case Fault.WRONG_SPEAKER:
            others = sorted({line.speaker for line in lines} - {quote.speaker})
            return _with_quote(note, quote.model_copy(update={"speaker": others[0] if others else "Nobody Known"}))
        case _:
            return note


def _with_quote(note: N, quote: QuoteAnswer, *, statement: str | None = None) -> N:
    return note.model_copy(update={"quotes": [quote], "statement": note.statement if statement is None else statement})


def bend(words: str) -> str:
    """Turn what was said into something else with the least change: a negation lost, a number changed, one put in."""
    if _NEGATION.search(words):
        return _NEGATION.sub("", words, count=1)
    if _NUMBER.search(words):
        return _NUMBER.sub("eleven thousand", words, count=1)
    return f"It was never true that {words}"
