from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.store.tables.base import Base, CreatedAt, Id, Record


class EvaluationRow(Base):
    """How a model did on a gold set. `body`: as `core.evaluating` writes it; counts by interview, so that two
    evaluations can be compared with confidence.

    `set_hash`: of the set's content. `prompts`: hash by name. `alarms`: what a canary found out of its band.
    """

    __tablename__ = "evaluation"
    __table_args__ = (Index("ix_evaluation_workspace_id_id", "workspace_id", "id"),)

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    set_name: Mapped[str]
    set_hash: Mapped[str]
    model: Mapped[str]
    prompts: Mapped[Record]
    verifier_version: Mapped[str]
    is_canary: Mapped[bool]
    body: Mapped[Record]
    alarms: Mapped[list[str]]
    created_at: Mapped[CreatedAt]
