from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, CreatedAt, Id


class ApiKeyRow(Base):
    """A key of a workspace. `secret_hash`: SHA-256 of its secret, which is stored nowhere; `hint`: to tell keys apart.

    `last_used_at`: to the minute, so that a busy key does not write at every request.
    """

    __tablename__ = "api_key"
    __table_args__ = (Index("ix_api_key_workspace_id", "workspace_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    name: Mapped[str]
    hint: Mapped[str]
    secret_hash: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[CreatedAt]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
