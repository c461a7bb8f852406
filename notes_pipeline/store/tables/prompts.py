from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base


class PromptRow(Base):
    """The text of a prompt that a run was asked for with: workers use it, whatever files they have themselves."""

    __tablename__ = "prompt"

    hash: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    purpose: Mapped[str]
    scope: Mapped[str]
    text: Mapped[str]
    first_used_at: Mapped[datetime] = mapped_column(server_default=func.now())
