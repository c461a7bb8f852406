from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, CreatedAt, Records


class SummaryRow(Base):
    """What a run's notes say on one question or theme.

    `sentences`: [{"text", "notes": [id, ...], "revisions": [number, ...]}]; `revisions`: of the notes when it was
    written, missing where it was written before notes had any. `dropped`: [{"text", "reason"}], those not taken.
    """

    __tablename__ = "summary"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[str] = mapped_column(primary_key=True)
    sentences: Mapped[Records]
    dropped: Mapped[Records]
    model: Mapped[str]
    created_at: Mapped[CreatedAt]
