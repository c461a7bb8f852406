"""Where the notes on a transcript have their evidence."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from notes_pipeline.core.notes import NoteStatus, Verdict
from notes_pipeline.core.reviewing import ReviewState
from notes_pipeline.core.transcript import Span
from notes_pipeline.store.tables import EvidenceRow, NoteRow
from notes_pipeline.store.tables.notes import NoteStage


@dataclass(frozen=True, slots=True)
class MarkedNote:
    """A quote of a published note, and where it stands. `spans`: never empty."""

    note_id: UUID
    statement: str
    status: NoteStatus
    review_state: ReviewState
    verdict: Verdict
    spans: tuple[Span, ...]


def marks_of_transcript(session: Session, transcript_id: UUID) -> list[MarkedNote]:
    """List the evidence of all published notes on a transcript, in the order of its text."""
    rows = session.execute(
        select(
            NoteRow.id, NoteRow.statement, NoteRow.status, NoteRow.review_state, EvidenceRow.verdict, EvidenceRow.spans
        )
        .join(EvidenceRow, EvidenceRow.note_id == NoteRow.id)
        .where(
            NoteRow.transcript_id == transcript_id,
            NoteRow.stage == NoteStage.PUBLISHED.value,
            EvidenceRow.retired_by_id.is_(None),
        )
    )
    found = [
        MarkedNote(
            note_id,
            statement,
            NoteStatus(status),
            ReviewState(review_state),
            Verdict(verdict),
            tuple(Span(start, end) for start, end in spans),
        )
        for note_id, statement, status, review_state, verdict, spans in rows
        if spans
    ]
    return sorted(found, key=lambda each: (each.spans, each.note_id))
