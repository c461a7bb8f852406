from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, CreatedAt, Id, Record


class ErasureRow(Base):
    """That a transcript was erased with all that came of it. Holds no words, and is only ever added.

    `counts`: rows that went, by kind. `key_id`: of the API key that asked for it, null where a command did.
    """

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("transcript_id"), Index("ix_erasure_workspace_id", "workspace_id"))

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    transcript_id: Mapped[UUID]
    content_hash: Mapped[str]
    counts: Mapped[Record]
    key_id: Mapped[UUID | None]
    created_at: Mapped[CreatedAt]
