from datetime import datetime

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, Id


class WorkerRow(Base):
    """A worker process. It writes a sign of life every few seconds, and takes its row away when it ends by itself.

    `version`: of the code. `slots`: chunks that it drafts at once at most; `busy`: that it drafts just now. `swept_at`:
    when it last looked for work that is stuck.
    """

    __tablename__ = "worker"
    __table_args__ = (Index("ix_worker_seen_at", "seen_at"),)

    id: Mapped[Id]
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    slots: Mapped[int]
    busy: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    swept_at: Mapped[datetime | None]
