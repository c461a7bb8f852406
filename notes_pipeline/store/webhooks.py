"""Webhooks in and out, and what is to be sent again. Who reads a webhook is given none of its secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from notes_pipeline.core.errors import InputError, NotFoundError
from notes_pipeline.core.ids import new_id
from notes_pipeline.core.webhooks import DeliveryState, EventType, Outcome
from notes_pipeline.store.tables import DeliveryRow, EventRow, WebhookRow, WebhookSecretRow

MOST_WEBHOOKS = 20  # of a workspace
MOST_SECRETS = 4  # that sign at once: each is a signature in the header
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """A webhook without its secrets. `disabled_reason`: why nothing is sent; None: it is in use."""

    id: UUID
    url: str
    events: tuple[EventType, ...]
    description: str | None
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """How deliveries of a webhook do. `last_error`: of the last attempt that failed; None: none is kept."""

    pending: int
    failed: int
    last_error: str | None
    last_error_at: datetime | None
    last_delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """What became of one event at one webhook; `outcome`, `status`, `error`: of the last attempt."""

    event_id: UUID
    type: EventType
    created_at: datetime
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    attempted_at: datetime | None
    delivered_at: datetime | None
    outcome: Outcome | None
    status: int | None
    error: str | None


def add_webhook(
    session: Session, workspace_id: UUID, url: str, events: Sequence[EventType], description: str | None, secret: str
) -> StoredWebhook:
    """Make a webhook with its first secret.

    Raises:
        InputError: the workspace has as many as it may.
    """
    # A lock of its own: the API's role may not lock the workspace's row, and two at once must not make one too many.
    session.execute(_LOCK_MAKING, {"workspace": str(workspace_id)})
    number = session.scalars(select(func.count()).where(WebhookRow.workspace_id == workspace_id)).one()
    if number >= MOST_WEBHOOKS:
        raise InputError(f"there are {number} webhooks, and no more are allowed: delete one that is not needed")
    row = WebhookRow(
        id=new_id(),
        workspace_id=workspace_id,
        url=url,
        events=[event.value for event in events],
        description=description,
    )
    session.add(row)
    session.flush()
    _add_secret(session, row.id, workspace_id, secret)
    return _webhook(row)


def load_webhook(session: Session, workspace_id: UUID, webhook_id: UUID, *, lock: bool = False) -> StoredWebhook:
    """Read a webhook; `lock`: keep its row until the transaction ends.

    Raises:
        NotFoundError: the workspace has none of this id.
    """
    query = select(WebhookRow).where(WebhookRow.id == webhook_id, WebhookRow.workspace_id == workspace_id)
    row = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if row is None:
        raise NotFoundError(f"no webhook {webhook_id}")
    return _webhook(row)


def list_webhooks(session: Session, workspace_id: UUID, *, after: UUID | None, limit: int) -> list[StoredWebhook]:
    """List the webhooks of a workspace, oldest first, those after an id."""
    query = select(WebhookRow).where(WebhookRow.workspace_id == workspace_id).order_by(WebhookRow.id).limit(limit)
    if after is not None:
        query = query.where(WebhookRow.id > after)
    return [_webhook(row) for row in session.scalars(query)]


def health_of(session: Session, webhook_id: UUID) -> Health:
    of_webhook = DeliveryRow.webhook_id == webhook_id
    counts: dict[str, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(DeliveryRow.state, func.count()).where(of_webhook).group_by(DeliveryRow.state)
        )
    }
    last_error = session.execute(
        select(DeliveryRow.error, DeliveryRow.attempted_at)
        .where(of_webhook, DeliveryRow.error.is_not(None), DeliveryRow.attempted_at.is_not(None))
        .order_by(DeliveryRow.attempted_at.desc())
        .limit(1)
    ).one_or_none()
    return Health(
        pending=counts.get(DeliveryState.PENDING.value, 0),
        failed=counts.get(DeliveryState.FAILED.value, 0),
        last_error=None if last_error is None else last_error[0],
        last_error_at=None if last_error is None else last_error[1],
        last_delivered_at=session.scalar(select(func.max(DeliveryRow.delivered_at)).where(of_webhook)),
    )


def delete_webhook(session: Session, workspace_id: UUID, webhook_id: UUID) -> None:
    """Remove a webhook with its secrets and deliveries.

    Raises:
        NotFoundError: the workspace has none of this id.
    """
    of_id = (WebhookRow.id == webhook_id, WebhookRow.workspace_id == workspace_id)
    if session.scalar(delete(WebhookRow).where(*of_id).returning(WebhookRow.id)) is None:
        raise NotFoundError(f"no webhook {webhook_id}")


def rotate_secret(session: Session, workspace_id: UUID, webhook_id: UUID, secret: str) -> datetime:
    """Sign with a new secret; those before it sign beside it for a day. Returns until when. The webhook must be locked.

    Raises:
        InputError: it was rotated several times within a day.
    """
    of_webhook = WebhookSecretRow.webhook_id == webhook_id
    session.execute(delete(WebhookSecretRow).where(of_webhook, WebhookSecretRow.expires_at < func.now()))
    number = session.scalars(select(func.count(WebhookSecretRow.id)).where(of_webhook)).one()
    if number >= MOST_SECRETS:
        raise InputError(f"{number} secrets sign already, each for a day after it was replaced: rotate again later")
    session.execute(
        update(WebhookSecretRow)
        .where(of_webhook, WebhookSecretRow.expires_at.is_(None))
        .values(expires_at=func.now() + OLD_SECRET_SIGNS_FOR)
    )
    _add_secret(session, webhook_id, workspace_id, secret)
    return session.scalars(select(func.now() + OLD_SECRET_SIGNS_FOR)).one()


def list_deliveries(
    session: Session, webhook_id: UUID, *, state: DeliveryState | None, after: UUID | None, limit: int
) -> list[StoredDelivery]:
    """List the deliveries of a webhook, of the newest event first, those before the event `after`."""
    query = (
        select(DeliveryRow, EventRow.type, EventRow.created_at)
        .join(EventRow, EventRow.id == DeliveryRow.event_id)
        .where(DeliveryRow.webhook_id == webhook_id)
        .order_by(DeliveryRow.event_id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(DeliveryRow.state == state.value)
    if after is not None:
        query = query.where(DeliveryRow.event_id < after)
    return [_delivery(row, EventType(type_), created_at) for row, type_, created_at in session.execute(query)]


def replay_failed(session: Session, webhook_id: UUID) -> int:
    """Send all that failed for good again, with ids as before; returns how many."""
    values = {"state": DeliveryState.PENDING.value, **_ANEW}
    of_webhook = (DeliveryRow.webhook_id == webhook_id, DeliveryRow.state == DeliveryState.FAILED.value)
    again = session.execute(update(DeliveryRow).where(*of_webhook).values(**values).returning(DeliveryRow.id))
    return len(again.all())


def replay_events(
    session: Session, webhook_id: UUID, *, since: datetime | None = None, event_id: UUID | None = None
) -> int:
    """Send events again that the webhook wants, also those from before it was made; returns how many.

    `since`: all from then on; `event_id`: one. What waits already is tried at once, and not twice.
    """
    values = {"webhook": webhook_id, "since": since, "event": event_id}
    return len(session.execute(_REPLAY, values).all())


def enable(session: Session, webhook_id: UUID) -> None:
    session.execute(
        update(WebhookRow).where(WebhookRow.id == webhook_id).values(disabled_at=None, disabled_reason=None)
    )


def event_exists(session: Session, workspace_id: UUID, event_id: UUID) -> bool:
    found = select(EventRow.id).where(EventRow.id == event_id, EventRow.workspace_id == workspace_id)
    return session.scalar(found) is not None


def secrets_of(session: Session, webhook_id: UUID) -> list[str]:
    """Give all that hold now, the newest first. Not to be had in the name of a workspace: the API's role may not."""
    holds = or_(WebhookSecretRow.expires_at.is_(None), WebhookSecretRow.expires_at > func.now())
    query = select(WebhookSecretRow.secret).where(WebhookSecretRow.webhook_id == webhook_id, holds)
    return list(session.scalars(query.order_by(WebhookSecretRow.id.desc())))


def forget_secrets(session: Session) -> None:
    """Remove the secrets that sign no more."""
    session.execute(delete(WebhookSecretRow).where(WebhookSecretRow.expires_at < func.now()))


def _add_secret(session: Session, webhook_id: UUID, workspace_id: UUID, secret: str) -> None:
    values = {"id": new_id(), "webhook_id": webhook_id, "workspace_id": workspace_id, "secret": secret}
    session.execute(insert(WebhookSecretRow).values(**values))


def _webhook(row: WebhookRow) -> StoredWebhook:
    return StoredWebhook(
        id=row.id,
        url=row.url,
        events=tuple(EventType(event) for event in row.events),
        description=row.description,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
    )


def _delivery(row: DeliveryRow, type_: EventType, created_at: datetime) -> StoredDelivery:
    return StoredDelivery(
        event_id=row.event_id,
        type=type_,
        created_at=created_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at if row.state == DeliveryState.PENDING.value else None,
        attempted_at=row.attempted_at,
        delivered_at=row.delivered_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        status=row.status,
        error=row.error,
    )


_ANEW = {"attempts": 0, "queued_at": func.now(), "next_attempt_at": func.now(), "lease_token": None}
_LOCK_MAKING = text("SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || :workspace, 0))")
# One that is being sent just now is left alone: it is told in a moment anyway.
_REPLAY = text("""
INSERT INTO delivery (id, workspace_id, webhook_id, event_id)
SELECT gen_random_uuid(), event.workspace_id, webhook.id, event.id
FROM webhook JOIN event ON event.workspace_id = webhook.workspace_id AND event.type = ANY (webhook.events)
WHERE webhook.id = :webhook
      AND (CAST(:since AS timestamptz) IS NULL OR event.created_at >= :since)
      AND (CAST(:event AS uuid) IS NULL OR event.id = :event)
ON CONFLICT (webhook_id, event_id) DO UPDATE
SET state = 'pending', attempts = 0, queued_at = now(), next_attempt_at = now(), lease_token = NULL
WHERE delivery.lease_token IS NULL OR delivery.next_attempt_at < now()
RETURNING id
""")
