from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.core.model_calls import CallOutcome, Purpose
from notes_pipeline.store.tables.base import Base, CreatedAt, one_of


class AnswerRow(Base):
    """What a model answered to a request, so that it is paid for once; or that somebody is asking just now.

    `key`: identity of the request (`llm.requests.ModelRequest.key`). `scope`: the id of the run that it
    is for, or zero where it is for all. `outcome`: null while `owner` asks, until `lease_until` at most. `content`: the
    answer, or why there is none. `context`, `topics`: of drafts, hashes of all that shapes an answer beside the guide's
    topics, and of each topic asked for, so that an answer serves a guide that shares some of them.
    `reserved_micro_usd`: what the call may cost at most, held against budgets while it runs. `is_chunk_owner`: `owner`
    is the token of a chunk's lease, and ends with it.
    """

    __tablename__ = "answer"
    __table_args__ = (
        Index("ix_answer_transcript_id", "transcript_id"),
        Index("ix_answer_run_id", "run_id"),
        Index("ix_answer_context", "workspace_id", "context", postgresql_where=text("context IS NOT NULL")),
        Index("ix_answer_asked_now", "lease_until", postgresql_where=text("outcome IS NULL")),
        one_of("outcome", CallOutcome),
        one_of("purpose", Purpose),
    )

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[UUID] = mapped_column(primary_key=True)
    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id", ondelete="CASCADE"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    model: Mapped[str]
    context: Mapped[str | None]
    topics: Mapped[list[str]]
    owner: Mapped[UUID]
    is_chunk_owner: Mapped[bool]
    lease_until: Mapped[datetime]
    reserved_micro_usd: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str | None]
    content: Mapped[str | None]
    model_served: Mapped[str | None]
    hits: Mapped[int] = mapped_column(server_default=text("0"))
    last_hit_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
