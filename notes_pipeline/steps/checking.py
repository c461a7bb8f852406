"""From claims to notes: every quote is verified, and what the model may not point to is flagged."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from notes_pipeline.core.chunking import Chunk
from notes_pipeline.core.notes import Claim, Evidence, Flag, Note, NoteStatus
from notes_pipeline.core.roles import Roles
from notes_pipeline.core.transcript import Transcript
from notes_pipeline.steps.recent import Recent
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
    if claim.question_id is None and claim.theme_id is None:
        flags.append(Flag.UNKNOWN_TOPIC)
    hints = [quote.utterance_hint for quote in claim.quotes if quote.utterance_hint is not None]
    if shown is not None and any(hint not in shown for hint in hints):
        flags.append(Flag.OUTSIDE_CHUNK)
    flags += check_statement(claim.statement, evidence, index)
    is_sound = not flags and all(each.stands for each in evidence)
    return Note(
        statement=claim.statement,
        evidence=evidence,
        status=NoteStatus.SUPPORTED if is_sound else NoteStatus.FLAGGED,
        question_id=claim.question_id,
        theme_id=claim.theme_id,
        flags=tuple(flags),
    )


def check_statement(statement: str, evidence: Sequence[Evidence], index: TranscriptIndex) -> list[Flag]:
    """Say what speaks against a statement with its evidence, beside the verdicts on it; whoever wrote it."""
    flags = []
    if not statement:
        flags.append(Flag.NO_STATEMENT)
    if not evidence:
        flags.append(Flag.NO_QUOTE)
    if evidence and statement:
        flags += unsaid(statement, evidence, index)
    if may_be_dictated(statement, evidence, index):
        flags.append(Flag.SPEAKS_TO_MACHINE)
    return flags


def shown_utterances(transcript: Transcript, chunk: Chunk) -> range:
    """Give the utterances of which a chunk holds at least a part."""
    return range(transcript.utterance_at(chunk.span.start), transcript.utterance_at(chunk.span.end - 1) + 1)


class IndexCache:
    """Keeps the last transcripts with their index: it takes tens of milliseconds, and every chunk of one needs it.

    Twelve take 30 MB where transcripts are an hour long. A worker goes on with the runs that it works on, so a process
    with 100 slots works on about as many at a time.
    """

    def __init__(self, size: int = 12) -> None:
        self._transcripts: Recent[UUID, Transcript] = Recent(size)
        self._indexes: Recent[tuple[UUID, Roles], TranscriptIndex] = Recent(size)
        self._builder = ThreadPoolExecutor(1, thread_name_prefix="index")  # its thread starts when it is needed

    def transcript(self, transcript_id: UUID, load: Callable[[], Transcript]) -> Transcript:
        return self._transcripts.get(transcript_id, load)

    def get(self, transcript_id: UUID, roles: Roles, load: Callable[[], Transcript]) -> TranscriptIndex:
        return self._indexes.get(
            (transcript_id, roles), lambda: index_transcript(self.transcript(transcript_id, load), roles)
        )

    def prepare(self, transcript_id: UUID, roles: Roles, load: Callable[[], Transcript]) -> None:
        """Have an index built while a model is asked: it is needed when the answer is there, and not before."""
        if (transcript_id, roles) not in self._indexes:
            self._builder.submit(self.get, transcript_id, roles, load)
