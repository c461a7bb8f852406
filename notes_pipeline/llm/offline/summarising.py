"""Sum up the notes of one topic: the statements of those with the longest quotes."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from notes_pipeline.llm.answers import SentenceAnswer, SummaryAnswer
from notes_pipeline.llm.offline.prompts import Lenient, read_block
from notes_pipeline.llm.rendering import NOTES_CLOSE, NOTES_OPEN

MAX_SENTENCES = 5  # as the prompt says


class ListedQuote(Lenient):
    words: str = ""


class ListedNote(Lenient):
    id: str
    statement: str
    quotes: tuple[ListedQuote, ...] = ()

    @property
    def length(self) -> int:
        return sum(len(quote.words) for quote in self.quotes)


_NOTES = TypeAdapter(tuple[ListedNote, ...])


def write_summary(texts: Sequence[str]) -> SummaryAnswer | None:
    """Answer messages that ask for a summary; None: they hold no notes."""
    notes = read_block(texts, NOTES_OPEN, NOTES_CLOSE, _NOTES)
    return None if notes is None else summarise(notes)


def summarise(notes: Sequence[ListedNote]) -> SummaryAnswer:
    """Choose the longest, of equals the first, and keep the order in which they are listed."""
    stated = [position for position, note in enumerate(notes) if note.statement.strip()]
    chosen = sorted(sorted(stated, key=lambda position: -notes[position].length)[:MAX_SENTENCES])
    return SummaryAnswer(
        sentences=[SentenceAnswer(notes=[notes[position].id], text=notes[position].statement) for position in chosen]
    )
