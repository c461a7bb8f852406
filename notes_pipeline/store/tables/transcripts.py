from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, CreatedAt, Id, Table


class TranscriptRow(Base):
    """An immutable version of a transcript; `content_hash` is that of `core.transcript.Transcript`."""

    __tablename__ = "transcript"
    __table_args__ = (
        UniqueConstraint("workspace_id", "content_hash"),
        Index("ix_transcript_workspace_id_id", "workspace_id", "id"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    title: Mapped[str]
    filename: Mapped[str]
    source_format: Mapped[str]
    language: Mapped[str | None]
    content_hash: Mapped[str]
    speakers: Mapped[list[str]]
    warnings: Mapped[list[str]]
    utterance_count: Mapped[int]
    word_count: Mapped[int]
    duration_ms: Mapped[int | None]
    media_url: Mapped[str | None]
    created_at: Mapped[CreatedAt]


class UtteranceRow(Base):
    """`words`: [from, to, start_ms, end_ms] for each word with a time, null where none has one."""

    __tablename__ = "utterance"

    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id", ondelete="CASCADE"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    speaker: Mapped[str | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    text: Mapped[str]
    words: Mapped[Table | None]
