"""Judge a statement by its words: how many of them stand in the quotes. Negations and order do not count."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from notes_pipeline.llm.answers import JudgeAnswer
from notes_pipeline.llm.offline.prompts import Lenient, read_block
from notes_pipeline.llm.offline.words import stop_words, terms, terms_of_words
from notes_pipeline.llm.rendering import NOTE_CLOSE, NOTE_OPEN

# Share of the statement's different terms that the quotes have.
SUPPORTED = 0.9
PARTLY = 0.4


class ShownQuote(Lenient):
    speaker: str | None = None
    words: str = ""


class ShownNote(Lenient):
    statement: str
    quotes: tuple[ShownQuote, ...] = ()


_NOTE = TypeAdapter(ShownNote)


def write_judgement(texts: Sequence[str]) -> JudgeAnswer | None:
    """Answer messages that ask whether quotes show a statement; None: they hold no note."""
    note = read_block(texts, NOTE_OPEN, NOTE_CLOSE, _NOTE)
    return None if note is None else judge(note)


def judge(note: ShownNote) -> JudgeAnswer:
    shown = [text for quote in note.quotes for text in (quote.speaker or "", quote.words)]
    stops = stop_words([note.statement, *shown])
    # A statement of nothing but such words as "Yes, sure." is judged by them.
    stated = terms_of_words(note.statement, stops) or terms_of_words(note.statement, stops := frozenset())
    said = {term for text in shown for term in terms(text, stops)}
    missing = [word for word, term in stated.items() if term not in said]
    share = 1 - len(missing) / len(stated) if stated else 0.0
    if share >= SUPPORTED:
        return JudgeAnswer(missing="", verdict="supported")
    return JudgeAnswer(missing=", ".join(missing), verdict="partly" if share >= PARTLY else "not_supported")
