"""From claims to notes: every quote is verified, and what the model may not point to is flagged."""

from collections.abc import Callable
from threading import Lock
from uuid import UUID

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.notes import Claim, Flag, Note, NoteStatus
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.verification import (
    TranscriptIndex,
    index_transcript,
    may_be_dictated,
    unsaid,
    verify_quote,
)


def check_claim(claim: Claim, index: TranscriptIndex, shown: range | None) -> Note:
    """Verify the quotes of a claim; `shown`: the utterances that the model saw, None where any may be named.

    A note is supported when it has a statement, a topic and at least one quote, every quote stands, and the statement
    brings no number, quantity, negation or name that its quotes do not have; and nothing in reach of it gives orders to
    the machine that takes notes.
    """
    evidence = tuple(verify_quote(quote, index) for quote in claim.quotes)
    flags = []
    if not claim.statement:
        flags.append(Flag.NO_STATEMENT)
    if not evidence:
        flags.append(Flag.NO_QUOTE)
    if claim.question_id is None and claim.theme_id is None:
        flags.append(Flag.UNKNOWN_TOPIC)
    hints = [quote.utterance_hint for quote in claim.quotes if quote.utterance_hint is not None]
    if shown is not None and any(hint not in shown for hint in hints):
        flags.append(Flag.OUTSIDE_CHUNK)
    if evidence and claim.statement:
        flags += unsaid(claim.statement, evidence, index)
    if may_be_dictated(claim.statement, evidence, index):
        flags.append(Flag.SPEAKS_TO_MACHINE)
    is_sound = not flags and all(each.stands for each in evidence)
    return Note(
        statement=claim.statement,
        evidence=evidence,
        status=NoteStatus.SUPPORTED if is_sound else NoteStatus.FLAGGED,
        question_id=claim.question_id,
        theme_id=claim.theme_id,
        flags=tuple(flags),
    )


def shown_utterances(transcript: Transcript, chunk: Chunk) -> range:
    """Give the utterances of which a chunk holds at least a part."""
    return range(transcript.utterance_at(chunk.span.start), transcript.utterance_at(chunk.span.end - 1) + 1)


class IndexCache:
    """Keeps the last few transcripts with their index, since the chunks of one come in a row.

    An index takes tens of milliseconds and is read by every chunk of its transcript. Safe for threads: two that want
    the same one make it once.
    """

    def __init__(self, size: int = 8) -> None:
        self._size = size
        self._lock = Lock()
        self._entries: dict[tuple[UUID, Roles], TranscriptIndex] = {}

    def get(self, transcript_id: UUID, roles: Roles, load: Callable[[], Transcript]) -> TranscriptIndex:
        key = (transcript_id, roles)
        with self._lock:
            index = self._entries.pop(key, None) or index_transcript(load(), roles)
            self._entries[key] = index
            while len(self._entries) > self._size:
                del self._entries[next(iter(self._entries))]
        return index
