from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.core.runs import ChunkOutcome, ChunkState, RunState
from notes_pipeline.store.tables.base import Base, CreatedAt, Id, Record, Records, one_of


class RunRow(Base):
    """One pass over one transcript version with one guide version, model and prompt version.

    `recipe`: hash of all that shapes the answer beside transcript, guide and model (prompt, schema, chunk size,
    verifier version). `ordinal`: 0 for the first run of a recipe, counted up when it is asked for anew. `interviewers`:
    the speakers whose words are no evidence; `roles_guessed`: nobody named them. `reason`: why it is partial or failed.
    `prompts`: hash by name of each prompt it asks with. `uses_cache`: known answers are taken. `repairs`,
    `judge_model`, `summarises`: what is done beside drafting. `budget_micro_usd`: what its calls may cost, null for no
    limit. `attempts`: of the summary. `is_backfill`: whatever else waits goes first. `deadline_at`: what is not drafted
    by then fails. `cancelled_at`: when somebody stopped it. `traceparent`: the trace that it belongs to, as W3C writes
    it. `request_id`: of the request or command that asked for it, as logs show it.
    """

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("transcript_id", "guide_id", "model", "recipe", "ordinal"),
        Index("ix_run_workspace_id_id", "workspace_id", "id"),
        Index("ix_run_guide_id", "guide_id"),
        Index("ix_run_open", "id", postgresql_where=text("state IN ('queued', 'running', 'finishing', 'summarising')")),
        one_of("state", RunState),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    transcript_id: Mapped[UUID] = mapped_column(ForeignKey("transcript.id", ondelete="CASCADE"))
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guide.id"))
    model: Mapped[str]
    prompts: Mapped[Record]
    recipe: Mapped[str]
    ordinal: Mapped[int]
    verifier_version: Mapped[str]
    interviewers: Mapped[list[str]]
    participants: Mapped[list[str]]
    roles_guessed: Mapped[bool]
    uses_cache: Mapped[bool]
    repairs: Mapped[bool]
    summarises: Mapped[bool]
    judge_model: Mapped[str | None]
    budget_micro_usd: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str] = mapped_column(server_default=RunState.QUEUED.value)
    reason: Mapped[str | None]
    chunks_total: Mapped[int | None]
    created_at: Mapped[CreatedAt]
    enqueued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    is_backfill: Mapped[bool] = mapped_column(server_default=text("false"))
    deadline_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    traceparent: Mapped[str | None]
    request_id: Mapped[str | None]


class ChunkRow(Base):
    """Work for one model call. Leased by a worker: only the holder of `lease_token` may finish it.

    `text_from`, `text_to`, `new_from`: code points of the transcript's text, as in `core.chunking.Chunk`. `attempts`:
    tries that failed by the chunk's own call; `losses`: leases that ran out, as when a worker is killed. `busy_since`:
    when the endpoint first turned it away since it last did anything else. `halvings`: how often it was cut in two
    since it was too long for the model; the other halves are chunks of their own. `workspace_id`, `is_backfill`: those
    of the run, here so that one index gives each workspace its turn; the workspace is null where code older than these
    columns made the chunk, until the next sweep.
    """

    __tablename__ = "chunk"
    __table_args__ = (
        UniqueConstraint("run_id", "index"),
        Index(
            "ix_chunk_pending",
            "is_backfill",
            "workspace_id",
            "next_attempt_at",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_chunk_running", "lease_until", "workspace_id", postgresql_where=text("state = 'running'")),
        Index("ix_chunk_lease_token", "lease_token", postgresql_where=text("lease_token IS NOT NULL")),
        one_of("state", ChunkState),
        CheckConstraint(
            "outcome IN ({})".format(", ".join(f"'{outcome.value}'" for outcome in ChunkOutcome)), name="outcome"
        ),
        CheckConstraint("(state = 'running') = (lease_token IS NOT NULL)", name="lease"),
    )

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    index: Mapped[int]
    text_from: Mapped[int]
    text_to: Mapped[int]
    new_from: Mapped[int]
    state: Mapped[str] = mapped_column(server_default=ChunkState.PENDING.value)
    outcome: Mapped[str | None]
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    losses: Mapped[int] = mapped_column(server_default=text("0"))
    busy_since: Mapped[datetime | None]
    halvings: Mapped[int] = mapped_column(server_default=text("0"))
    lease_owner: Mapped[str | None]
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    enqueued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    coverage: Mapped[Records | None]
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]
    workspace_id: Mapped[UUID | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    is_backfill: Mapped[bool] = mapped_column(server_default=text("false"))
