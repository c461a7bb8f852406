from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, CreatedAt, Record


class SentRequestRow(Base):
    """A creating request that a program named by a key, so that the same sent twice is done once.

    `status`, `headers`, `body`: the answer, null while `owner` works on it, until `lease_until` at most. `fingerprint`:
    hash of what was asked. `transcript_id`: whose words the answer has; it goes with them.
    """

    __tablename__ = "sent_request"
    __table_args__ = (
        Index("ix_sent_request_created_at", "created_at"),
        Index("ix_sent_request_transcript_id", "transcript_id"),
    )

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    owner: Mapped[UUID]
    lease_until: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[Record | None]
    body: Mapped[str | None]
    transcript_id: Mapped[UUID | None] = mapped_column(ForeignKey("transcript.id", ondelete="CASCADE"))
    created_at: Mapped[CreatedAt]
