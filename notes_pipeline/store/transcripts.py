"""Transcripts in and out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.transcript import Span, Transcript, Utterance, Word
from notes_pipeline.store.tables import TranscriptRow, UtteranceRow
from notes_pipeline.store.tables.base import Table


@dataclass(frozen=True, slots=True)
class StoredTranscript:
    """What is known of a transcript without reading its utterances."""

    id: UUID
    title: str
    filename: str
    source_format: str
    content_hash: str
    speakers: tuple[str, ...]
    word_count: int
    duration_ms: int | None
    created_at: datetime


def save_transcript(
    session: Session, workspace_id: UUID, transcript: Transcript, *, title: str, filename: str
) -> tuple[UUID, bool]:
    """Store the transcript unless the workspace has one of the same content.

    Returns the id and whether it is new. Safe against another writer of the same content at the same time.
    """
    transcript_id = new_id()
    stored = session.scalar(
        upsert(TranscriptRow)
        .values(
            id=transcript_id,
            workspace_id=workspace_id,
            title=title,
            filename=filename,
            source_format=transcript.source_format,
            language=transcript.language,
            content_hash=transcript.content_hash,
            speakers=list(transcript.speakers),
            warnings=list(transcript.warnings),
            utterance_count=len(transcript.utterances),
            word_count=transcript.word_count,
            duration_ms=transcript.duration_ms,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "content_hash"])
        .returning(TranscriptRow.id)
    )
    if stored is None:
        return session.scalars(
            select(TranscriptRow.id).where(
                TranscriptRow.workspace_id == workspace_id, TranscriptRow.content_hash == transcript.content_hash
            )
        ).one(), False
    rows = [
        {
            "transcript_id": transcript_id,
            "index": utterance.index,
            "speaker": utterance.speaker,
            "start_ms": utterance.start_ms,
            "end_ms": utterance.end_ms,
            "text": utterance.text,
            "words": _pack(utterance.words),
        }
        for utterance in transcript.utterances
    ]
    session.execute(insert(UtteranceRow), rows)
    return transcript_id, True


def load_transcript(session: Session, transcript_id: UUID) -> Transcript:
    """Read a transcript with all its utterances.

    Raises:
        NotFoundError: no transcript has this id.
    """
    row = session.get(TranscriptRow, transcript_id)
    if row is None:
        raise NotFoundError(f"no transcript {transcript_id}")
    utterances = session.execute(
        select(
            UtteranceRow.index,
            UtteranceRow.speaker,
            UtteranceRow.start_ms,
            UtteranceRow.end_ms,
            UtteranceRow.text,
            UtteranceRow.words,
        )
        .where(UtteranceRow.transcript_id == transcript_id)
        .order_by(UtteranceRow.index)
    )
    return Transcript(
        utterances=tuple(
            Utterance(index, speaker, start_ms, end_ms, text, _unpack(words))
            for index, speaker, start_ms, end_ms, text, words in utterances
        ),
        language=row.language,
        source_format=row.source_format,
        warnings=tuple(row.warnings),
    )


def describe_transcript(session: Session, transcript_id: UUID) -> StoredTranscript:
    row = session.get(TranscriptRow, transcript_id)
    if row is None:
        raise NotFoundError(f"no transcript {transcript_id}")
    return StoredTranscript(
        id=row.id,
        title=row.title,
        filename=row.filename,
        source_format=row.source_format,
        content_hash=row.content_hash,
        speakers=tuple(row.speakers),
        word_count=row.word_count,
        duration_ms=row.duration_ms,
        created_at=row.created_at,
    )


def _pack(words: tuple[Word, ...]) -> Table | None:
    return [[word.span.start, word.span.end, word.start_ms, word.end_ms] for word in words] or None


def _unpack(words: Table | None) -> tuple[Word, ...]:
    return tuple(Word(Span(start, end), start_ms, end_ms) for start, end, start_ms, end_ms in words or ())
