from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, CreatedAt, Id, Record


class GuideRow(Base):
    """An immutable version of a guide: a guide of the same title with other content is the next version."""

    __tablename__ = "guide"
    __table_args__ = (
        UniqueConstraint("workspace_id", "content_hash"),
        UniqueConstraint("workspace_id", "title", "version"),
        Index("ix_guide_workspace_id_id", "workspace_id", "id"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    title: Mapped[str]
    version: Mapped[int]
    content_hash: Mapped[str]
    body: Mapped[Record]
    created_at: Mapped[CreatedAt]
