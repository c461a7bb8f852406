"""Check notes that were written by hand against an interview, to show what verification catches. Stores nothing."""

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from notes_pipeline.core.errors import InvalidClaimError
from notes_pipeline.core.guide import Guide
from notes_pipeline.core.notes import Claim, Note, Quote
from notes_pipeline.core.speaking import resolve_roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.steps.checking import check_claim
from notes_pipeline.verification import index_transcript


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _QuoteByHand(_Lenient):
    text: str
    speaker: str | None = None
    utterance: int | None = None


class _NoteByHand(_Lenient):
    what_was_done: str
    statement: str
    quotes: list[_QuoteByHand]
    question_id: str | None = None
    theme_id: str | None = None


class _ByHand(_Lenient):
    notes: list[_NoteByHand]


def check_by_hand(data: bytes, filename: str, transcript: Transcript, guide: Guide) -> list[tuple[str, Note]]:
    """Give, for each note of the file, what was done to it and the note after checking.

    Raises:
        InvalidClaimError: the file is not of that form.
    """
    try:
        by_hand = _ByHand.model_validate(yaml.safe_load(data))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidClaimError(f"{filename}: holds no hand-written notes: {str(error).splitlines()[0]}") from error
    index = index_transcript(transcript, resolve_roles(transcript, guide))
    checked = []
    for note in by_hand.notes:
        quotes = tuple(Quote(quote.text, quote.speaker, quote.utterance) for quote in note.quotes)
        claim = Claim(note.statement, quotes, question_id=note.question_id, theme_id=note.theme_id)
        checked.append((note.what_was_done, check_claim(claim, index, None)))
    return checked
