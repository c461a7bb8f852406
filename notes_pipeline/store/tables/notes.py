from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import REAL, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.core.notes import CoverageState, Judgement, NoteStatus, Verdict
from notes_pipeline.core.reviewing import Decision, ReviewState
from notes_pipeline.store.tables.base import Base, CreatedAt, Id, Record, Records, Table, one_of


class NoteStage(StrEnum):
    DRAFT = "draft"  # written with its chunk; the run is not finished
    PUBLISHED = "published"  # readers see it
    MERGED = "merged"  # says the same as the note in `merged_into_id`, which has its evidence
    REPLACED = "replaced"  # the other of two attempts at one claim is the better one


class NoteRow(Base):
    """A statement for a question or theme. Every claim of the model becomes one row, and no row is ever deleted alone.

    `speakers`: of its evidence. `flags`: why the statement itself is doubted; those of the quotes stand with them.
    `repair_of_id`: set on a second attempt. `judgement`, `judgement_missing`, `judged_by`: what another model says.
    `revision`: counts up with whatever changes a published note. `is_overridden`: the latest review took it against
    what the checks found. `risk`: see `core.reviewing.risk`; infinite: not told yet.
    Lists are ordered by id, that is by time of making, so that pages stay stable while notes come in.
    """

    __tablename__ = "note"
    __table_args__ = (
        UniqueConstraint("chunk_id", "ordinal"),
        Index("ix_note_workspace_id_id", "workspace_id", "id"),
        Index("ix_note_run_id_id", "run_id", "id"),
        Index("ix_note_transcript_id_id", "transcript_id", "id"),
        Index("ix_note_question", "workspace_id", "question_id", "id"),
        Index("ix_note_theme", "workspace_id", "theme_id", "id"),
        Index("ix_note_status", "workspace_id", "status", "review_state", "id"),
        Index("ix_note_updated", "workspace_id", "updated_at", "id"),
        Index("ix_note_speakers", "speakers", postgresql_using="gin"),
        Index("ix_note_words", "words", postgresql_using="gin"),
        Index("ix_note_repair_of_id", "repair_of_id", postgresql_where=text("repair_of_id IS NOT NULL")),
        Index(
            "ix_note_queue",
            "workspace_id",
            "status",
            text("risk DESC"),
            "id",
            postgresql_where=text("stage = 'published' AND review_state = 'unreviewed'"),
        ),
        Index(
            "ix_note_without_risk",
            "workspace_id",
            postgresql_where=text("stage = 'published' AND risk = 'Infinity'::real"),
        ),
        Index("ix_note_merged_into_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        one_of("stage", NoteStage),
        one_of("status", NoteStatus),
        one_of("review_state", ReviewState),
        one_of("judgement", Judgement),
        CheckConstraint("(stage = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        CheckConstraint("question_id IS NULL OR theme_id IS NULL", name="one_topic"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id", ondelete="CASCADE"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    chunk_id: Mapped[UUID] = mapped_column(ForeignKey("chunk.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    stage: Mapped[str]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    question_id: Mapped[str | None]
    theme_id: Mapped[str | None]
    statement: Mapped[str]
    status: Mapped[str]
    flags: Mapped[list[str]]
    speakers: Mapped[list[str]]
    model: Mapped[str]
    repair_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    judgement: Mapped[str | None]
    judgement_missing: Mapped[str | None]
    judged_by: Mapped[str | None]
    review_state: Mapped[str] = mapped_column(server_default=ReviewState.UNREVIEWED.value)
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    is_overridden: Mapped[bool] = mapped_column(server_default=text("false"))
    risk: Mapped[float] = mapped_column(REAL, server_default=text("'Infinity'::real"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    words: Mapped[str] = mapped_column(TSVECTOR, Computed("to_tsvector('simple', statement)", persisted=True))


class EvidenceRow(Base):
    """A quote after checking; the columns are those of `core.notes.Evidence`.

    `spans`: [[start, end], ...] in the transcript's text. `verifier_version`: what judged it, so that it can be judged
    again. `note_id` changes once, when the note that brought it is merged into another. `attached_by_id`: the review
    that brought it, None where the model did. `retired_by_id`: the review after which it is evidence no more.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("note_id", "ordinal"),
        Index("ix_evidence_transcript_id_first_utterance", "transcript_id", "first_utterance"),
        Index("ix_evidence_attached_by_id", "attached_by_id", postgresql_where=text("attached_by_id IS NOT NULL")),
        Index("ix_evidence_retired_by_id", "retired_by_id", postgresql_where=text("retired_by_id IS NOT NULL")),
        Index("ix_evidence_words", text("to_tsvector('simple', matched_text)"), postgresql_using="gin"),
        one_of("verdict", Verdict),
        CheckConstraint("start_ms >= 0 AND end_ms >= 0", name="times"),
        CheckConstraint("score >= 0 AND score <= 1", name="score"),
    )

    id: Mapped[Id]
    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id", ondelete="CASCADE"))
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    quote: Mapped[str]
    claimed_speaker: Mapped[str | None]
    utterance_hint: Mapped[int | None]
    verdict: Mapped[str]
    score: Mapped[float]
    reasons: Mapped[list[str]]
    spans: Mapped[Table]
    first_utterance: Mapped[int | None]
    last_utterance: Mapped[int | None]
    speaker: Mapped[str | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    matched_text: Mapped[str]
    prefix: Mapped[str]
    suffix: Mapped[str]
    alternatives: Mapped[list[Table]]
    runner_up_score: Mapped[float | None]
    diff: Mapped[Records]
    verifier_version: Mapped[str]
    attached_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("review.id"))
    retired_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("review.id"))


class CoverageRow(Base):
    """How far a run answers a question of its guide. `asked_span`: [start, end] of the words that ask it."""

    __tablename__ = "coverage"
    __table_args__ = (one_of("state", CoverageState),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    asked_at: Mapped[int | None]
    asked_span: Mapped[list[int] | None]


class ReviewRow(Base):
    """A person's decision on a note. Rows are only ever added.

    `sent_by`: name and hint of the API key, None where none was used. `reason`: a `core.reviewing.ReviewReason`.
    `before`, `after`: the note without what a review cannot change, see `store.reviews`. `revision`: the one that it
    made. `batch_id`: the same for decisions that were taken at once.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_note_id_id", "note_id", "id"),
        Index("ix_review_reviewer_created_at", "reviewer", "created_at"),
        Index("ix_review_batch_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
        one_of("decision", Decision),
    )

    id: Mapped[Id]
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    reviewer: Mapped[str]
    sent_by: Mapped[str | None]
    decision: Mapped[str]
    reason: Mapped[str | None]
    comment: Mapped[str | None]
    before: Mapped[Record]
    after: Mapped[Record]
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    batch_id: Mapped[UUID | None]
    created_at: Mapped[CreatedAt]


class ReviewLeaseRow(Base):
    """Who has a note open to decide on it, so that others get another one. `holder`: a key and its reviewer."""

    __tablename__ = "review_lease"
    __table_args__ = (Index("ix_review_lease_workspace_id", "workspace_id", "expires_at"),)

    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    holder: Mapped[str]
    reviewer: Mapped[str]
    expires_at: Mapped[datetime]
