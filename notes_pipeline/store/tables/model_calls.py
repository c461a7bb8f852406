from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.core.model_calls import CallOutcome, Purpose
from notes_pipeline.store.tables.base import Base, Id, one_of


class ModelCallRow(Base):
    """One request to a model, answered or not, or the finding of a known answer.

    The columns are those of `core.model_calls.ModelCall`. `chunk_id`: null where a whole run is asked about.
    `run_id`: null where its transcript was erased; what it cost still counts against budgets.
    `cost_micro_usd`: millionths of a US dollar, null where the model's price is not known.
    """

    __tablename__ = "model_call"
    __table_args__ = (
        Index("ix_model_call_run_id_id", "run_id", "id"),
        Index("ix_model_call_chunk_id", "chunk_id"),
        Index(
            "ix_model_call_workspace_id_started_at",
            "workspace_id",
            "started_at",
            postgresql_include=["counted_micro_usd"],
        ),
        Index("ix_model_call_started_at", "started_at", postgresql_include=["counted_micro_usd"]),
        one_of("outcome", CallOutcome),
        one_of("purpose", Purpose),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    chunk_id: Mapped[UUID | None] = mapped_column(ForeignKey("chunk.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    model_asked: Mapped[str]
    model_served: Mapped[str | None]
    fingerprint: Mapped[str | None]
    request_id: Mapped[str | None]
    prompt_hash: Mapped[str]
    tokens_in: Mapped[int | None]
    tokens_cached: Mapped[int | None]
    tokens_out: Mapped[int | None]
    cost_micro_usd: Mapped[int | None] = mapped_column(BigInteger)
    counted_micro_usd: Mapped[int] = mapped_column(BigInteger)
    latency_ms: Mapped[int]
    outcome: Mapped[str]
    error: Mapped[str | None]
    retries: Mapped[int]
    started_at: Mapped[datetime]
