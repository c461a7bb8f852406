"""Answers of the right form that say wrong things: what a careless model gives, for tests and demonstrations."""

import re

from notes_pipeline.llm.answers import DraftAnswer, NoteAnswer
from notes_pipeline.llm.offline.faults import Fault
from notes_pipeline.llm.offline.prompts import DraftPrompt

INVENTED_WORDS = "Honestly, I would sign up for the lunar delivery plan again tomorrow without a second thought."
OUTSIDE = 1_000_000

_NEGATION = re.compile(r"\b(?:not|never|no) |n['’]t\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d+\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twice|once|hundred)\b")


def spoil(fault: Fault, answer: DraftAnswer, prompt: DraftPrompt) -> DraftAnswer:
    """Make an answer wrong in the way of `fault`; other faults than those of wrong answers change nothing."""
    return answer.model_copy(update={"notes": [_spoil(fault, note, prompt) for note in answer.notes]})


def _spoil(fault: Fault, note: NoteAnswer, prompt: DraftPrompt) -> NoteAnswer:
    quote = note.quotes[0]
    match fault:
        case Fault.INVENTED:
            quote = quote.model_copy(update={"words": INVENTED_WORDS})
            return note.model_copy(update={"quotes": [quote], "statement": INVENTED_WORDS})
        case Fault.BENT:
            bent = bend(quote.words)
            return note.model_copy(update={"quotes": [quote.model_copy(update={"words": bent})], "statement": bent})
        case Fault.WRONG_SPEAKER:
            others = sorted({line.speaker for line in prompt.lines} - {quote.speaker})
            quote = quote.model_copy(update={"speaker": others[0] if others else "Nobody Known"})
            return note.model_copy(update={"quotes": [quote]})
        case Fault.UNKNOWN_IDS:
            return note.model_copy(update={"topic": f"no-such-{note.topic}"})
        case Fault.WRONG_NUMBERS:
            return note.model_copy(update={"quotes": [quote.model_copy(update={"utterance": OUTSIDE})]})
        case _:
            return note


def bend(words: str) -> str:
    """Turn what was said into something else with the least change: a negation lost, a number changed, one put in."""
    if _NEGATION.search(words):
        return _NEGATION.sub("", words, count=1)
    if _NUMBER.search(words):
        return _NUMBER.sub("eleven thousand", words, count=1)
    return f"It was never true that {words}"
