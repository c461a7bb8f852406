from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from notes_pipeline.core.webhooks import DeliveryState
from notes_pipeline.store.tables.base import Base, CreatedAt, Id, Record, one_of


class WebhookRow(Base):
    """A URL of a customer that is told of events. `events`: their types. `disabled_reason`: why nothing is sent."""

    __tablename__ = "webhook"
    __table_args__ = (
        Index("ix_webhook_workspace_id_id", "workspace_id", "id"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", name="disabled"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    url: Mapped[str]
    events: Mapped[list[str]]
    description: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]


class WebhookSecretRow(Base):
    """A secret that messages of a webhook are signed with, until `expires_at`; null: until it is replaced.

    A signature needs the secret itself, so it is stored as it is: whoever reads the table, or a backup of it, can sign
    as we do. The API's role may write it and not read it. It stands in no log and in no repr.
    """

    __tablename__ = "webhook_secret"
    __table_args__ = (Index("ix_webhook_secret_webhook_id", "webhook_id"),)

    id: Mapped[Id]
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    secret: Mapped[str]
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime | None]

    def __repr__(self) -> str:
        return f"WebhookSecretRow(webhook_id={self.webhook_id})"


class EventRow(Base):
    """What happened, written with it in one transaction, and kept for 30 days. `id`: stable over attempts and replays.

    `payload`: ids, states and counts only.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_workspace_id_created_at", "workspace_id", "created_at"),
        Index("ix_event_created_at", "created_at"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    type: Mapped[str]
    payload: Mapped[Record]
    created_at: Mapped[CreatedAt]


class DeliveryRow(Base):
    """An event that a webhook is to be told of. Leased by a worker for each attempt.

    `attempts`: since it was made or replayed, at `queued_at`. `next_attempt_at`: with a `lease_token`, when the lease
    ends. `outcome`, `status`, `error`: of the last attempt.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_delivery_pending", "webhook_id", "next_attempt_at", postgresql_where=text("state = 'pending'")),
        Index("ix_delivery_due", "next_attempt_at", postgresql_where=text("state = 'pending'")),
        Index("ix_delivery_leased", "webhook_id", postgresql_where=text("lease_token IS NOT NULL")),
        Index("ix_delivery_event_id", "event_id"),
        one_of("state", DeliveryState),
        CheckConstraint("lease_token IS NULL OR state = 'pending'", name="lease"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(server_default=DeliveryState.PENDING.value)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    queued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_token: Mapped[UUID | None]
    outcome: Mapped[str | None]
    status: Mapped[int | None]
    error: Mapped[str | None]
    attempted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
