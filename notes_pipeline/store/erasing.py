"""Erase a transcript with all that came of it, and keep a receipt without words."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.ids import new_id
from notes_pipeline.store.tables import (
    AnswerRow,
    ChunkRow,
    CoverageRow,
    ErasureRow,
    EvidenceRow,
    ModelCallRow,
    NoteRow,
    ReviewRow,
    RunRow,
    SentRequestRow,
    SummaryRow,
    TranscriptRow,
    UtteranceRow,
)
from notes_pipeline.store.tables.base import Base


@dataclass(frozen=True, slots=True)
class Erasure:
    """The receipt of an erasure; see `ErasureRow`."""

    id: UUID
    transcript_id: UUID
    content_hash: str
    counts: dict[str, int]
    key_id: UUID | None
    created_at: datetime


def erase_transcript(session: Session, transcript_id: UUID, *, key_id: UUID | None) -> Erasure:
    """Erase a transcript and everything that holds words of it. `key_id`: of the key that asks, None: a command does.

    Calls to models stay as sums of money, without what they were about: a budget does not come back by erasing. First
    all that others could be working on is locked: chunks before their run, as those do who settle one.

    Raises:
        NotFoundError: no transcript has this id.
    """
    runs = select(RunRow.id).where(RunRow.transcript_id == transcript_id)
    notes = select(NoteRow.id).where(NoteRow.transcript_id == transcript_id)
    _lock(session, ChunkRow.id, ChunkRow.run_id.in_(runs))
    found = select(TranscriptRow.workspace_id, TranscriptRow.content_hash).where(TranscriptRow.id == transcript_id)
    transcript = session.execute(found.with_for_update()).one_or_none()
    if transcript is None:
        raise NotFoundError(f"no transcript {transcript_id}")
    _lock(session, RunRow.id, RunRow.transcript_id == transcript_id)
    _lock(session, NoteRow.id, NoteRow.transcript_id == transcript_id)
    counts = {
        "answers": _remove(session, AnswerRow, AnswerRow.transcript_id == transcript_id),
        "sent_requests": _remove(session, SentRequestRow, SentRequestRow.transcript_id == transcript_id),
        "coverage": _remove(session, CoverageRow, CoverageRow.run_id.in_(runs)),
        "summaries": _remove(session, SummaryRow, SummaryRow.run_id.in_(runs)),
        "evidence": _remove(session, EvidenceRow, EvidenceRow.transcript_id == transcript_id),
        "reviews": _remove(session, ReviewRow, ReviewRow.note_id.in_(notes)),
        "notes": _remove(session, NoteRow, NoteRow.transcript_id == transcript_id),
        "model_calls": _forget_calls(session, ModelCallRow.run_id.in_(runs)),
        "chunks": _remove(session, ChunkRow, ChunkRow.run_id.in_(runs)),
        "runs": _remove(session, RunRow, RunRow.transcript_id == transcript_id),
        "utterances": _remove(session, UtteranceRow, UtteranceRow.transcript_id == transcript_id),
        "transcripts": _remove(session, TranscriptRow, TranscriptRow.id == transcript_id),
    }
    receipt = (
        insert(ErasureRow)
        .values(
            id=new_id(),
            workspace_id=transcript.workspace_id,
            transcript_id=transcript_id,
            content_hash=transcript.content_hash,
            counts=counts,
            key_id=key_id,
        )
        .returning(ErasureRow)
    )
    return _receipt(session.scalars(receipt).one())


def load_erasure(session: Session, erasure_id: UUID) -> Erasure:
    """Read a receipt.

    Raises:
        NotFoundError: no erasure has this id.
    """
    row = session.get(ErasureRow, erasure_id)
    if row is None:
        raise NotFoundError(f"no erasure {erasure_id}")
    return _receipt(row)


def find_erasure(session: Session, transcript_id: UUID) -> UUID | None:
    """Give the id of the erasure of a transcript; None: it was not erased."""
    return session.scalar(select(ErasureRow.id).where(ErasureRow.transcript_id == transcript_id))


def _lock(session: Session, ids: InstrumentedAttribute[UUID], condition: ColumnElement[bool]) -> None:
    """Keep rows until the transaction ends, in the order of their ids as all who lock many do."""
    session.execute(select(ids).where(condition).order_by(ids).with_for_update()).all()


def _remove(session: Session, row: type[Base], condition: ColumnElement[bool]) -> int:
    """Delete rows; returns how many."""
    statement = delete(row).where(condition).execution_options(synchronize_session=False)
    return cast(CursorResult[object], session.execute(statement)).rowcount


def _forget_calls(session: Session, condition: ColumnElement[bool]) -> int:
    """Leave of calls what they cost and when; returns of how many."""
    nothing = {"run_id": None, "chunk_id": None, "request_id": None, "error": None}
    statement = update(ModelCallRow).where(condition).values(nothing).execution_options(synchronize_session=False)
    return cast(CursorResult[object], session.execute(statement)).rowcount


def _receipt(row: ErasureRow) -> Erasure:
    return Erasure(row.id, row.transcript_id, row.content_hash, dict(row.counts), row.key_id, row.created_at)
