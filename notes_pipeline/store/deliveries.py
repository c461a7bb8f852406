"""The attempts of deliveries: leased for the time of one, so that no transaction is open while it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, text, update
from sqlalchemy.orm import Session

from notes_pipeline.core.ids import new_id
from notes_pipeline.core.webhooks import DeliveryState, Outcome, Payload
from notes_pipeline.store.tables import DeliveryRow, WebhookRow
from notes_pipeline.store.webhooks import secrets_of

LEASE_S = 45.0  # an attempt ends after 15; the rest is for a database that is slow
AT_ONCE = 2  # attempts at one webhook by all workers together, or a few more where they choose at once


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """An event that is to be sent now. `attempts`: that have failed. `secrets`: all that sign, and never shown."""

    id: UUID
    token: UUID
    webhook_id: UUID
    url: str
    attempts: int
    event_id: UUID
    type: str
    payload: Payload
    happened_at: datetime
    secrets: Sequence[str] = field(repr=False)


def lease_deliveries(session: Session, *, limit: int) -> list[LeasedDelivery]:
    """Take deliveries that are due, of each webhook a few at a time, so that a slow one holds up none of the others."""
    rows = session.execute(_LEASE, {"limit": limit, "token": new_id(), "lease_s": LEASE_S, "at_once": AT_ONCE}).all()
    secrets = {webhook_id: secrets_of(session, webhook_id) for webhook_id in {row.webhook_id for row in rows}}
    return [
        LeasedDelivery(
            id=row.id,
            token=row.lease_token,
            webhook_id=row.webhook_id,
            url=row.url,
            attempts=row.attempts,
            event_id=row.event_id,
            type=row.type,
            payload=row.payload,
            happened_at=row.created_at,
            secrets=secrets[row.webhook_id],
        )
        for row in rows
    ]


def note_attempt(
    session: Session,
    leased: LeasedDelivery,
    outcome: Outcome,
    *,
    status: int | None,
    error: str | None,
    wait_s: float | None,
) -> DeliveryState | None:
    """Write what became of an attempt. `wait_s`: until the next one, None: there is none.

    Returns the state that the delivery has then; None: the lease was lost, and another attempt counts.
    """
    is_delivered = outcome is Outcome.DELIVERED
    ended = DeliveryState.DELIVERED if is_delivered else DeliveryState.FAILED
    state = DeliveryState.PENDING if wait_s is not None and not is_delivered else ended
    values: dict[str, object] = {
        "state": state.value,
        "attempts": DeliveryRow.attempts + 1,
        "lease_token": None,
        "outcome": outcome.value,
        "status": status,
        "error": error,
        "attempted_at": func.now(),
    }
    if is_delivered:
        values["delivered_at"] = func.now()
    if wait_s is not None:
        values["next_attempt_at"] = func.now() + timedelta(seconds=wait_s)
    is_ours = (DeliveryRow.id == leased.id, DeliveryRow.lease_token == leased.token)
    found = session.scalar(update(DeliveryRow).where(*is_ours).values(**values).returning(DeliveryRow.id))
    return None if found is None else state


def give_back(session: Session, leased: Sequence[LeasedDelivery]) -> None:
    """Let others have deliveries that were not begun."""
    for each in leased:
        is_ours = (DeliveryRow.id == each.id, DeliveryRow.lease_token == each.token)
        session.execute(update(DeliveryRow).where(*is_ours).values(lease_token=None, next_attempt_at=func.now()))


def delivered_since_queued(session: Session, leased: LeasedDelivery) -> bool:
    """Tell whether its webhook took any event since this delivery was made or replayed."""
    return bool(session.execute(_TOOK_ANY, {"id": leased.id, "webhook": leased.webhook_id}).scalar())


def disable_webhook(session: Session, webhook_id: UUID, reason: str) -> bool:
    """Send nothing more to a webhook; what waits has failed, and can be replayed. False: it was disabled before."""
    is_in_use = (WebhookRow.id == webhook_id, WebhookRow.disabled_at.is_(None))
    values = {"disabled_at": func.now(), "disabled_reason": reason}
    if session.scalar(update(WebhookRow).where(*is_in_use).values(**values).returning(WebhookRow.id)) is None:
        return False
    waiting = (DeliveryRow.webhook_id == webhook_id, DeliveryRow.state == DeliveryState.PENDING.value)
    session.execute(
        update(DeliveryRow)
        .where(*waiting)
        .values(
            state=DeliveryState.FAILED.value,
            lease_token=None,
            error=func.coalesce(DeliveryRow.error, "the webhook was disabled"),
        )
    )
    return True


# The webhooks with something that waits are found one after the other in the index: a backlog of one hides no other.
_LEASE = text("""
WITH RECURSIVE waiting AS (
    (SELECT webhook_id FROM delivery WHERE state = 'pending' ORDER BY webhook_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.webhook_id FROM delivery d WHERE d.state = 'pending' AND d.webhook_id > waiting.webhook_id
            ORDER BY d.webhook_id LIMIT 1)
    FROM waiting WHERE waiting.webhook_id IS NOT NULL
), chosen AS (
    SELECT due.id FROM waiting
    JOIN webhook AS used ON used.id = waiting.webhook_id AND used.disabled_at IS NULL
    CROSS JOIN LATERAL (
        SELECT id, next_attempt_at FROM delivery
        WHERE webhook_id = waiting.webhook_id AND state = 'pending' AND next_attempt_at <= now()
        ORDER BY next_attempt_at
        LIMIT greatest(0, :at_once - (
            SELECT count(*) FROM delivery AS sent
            WHERE sent.webhook_id = waiting.webhook_id AND sent.lease_token IS NOT NULL
                  AND sent.next_attempt_at > now()
        ))
        FOR UPDATE SKIP LOCKED
    ) AS due
    ORDER BY due.next_attempt_at LIMIT :limit
)
UPDATE delivery SET lease_token = :token, next_attempt_at = now() + make_interval(secs => :lease_s)
FROM chosen, webhook, event
WHERE delivery.id = chosen.id AND webhook.id = delivery.webhook_id AND event.id = delivery.event_id
RETURNING delivery.id, delivery.lease_token, delivery.webhook_id, delivery.attempts, delivery.event_id,
          webhook.url, event.type, event.payload, event.created_at
""")
_TOOK_ANY = text("""
SELECT EXISTS (
    SELECT FROM delivery AS other
    WHERE other.webhook_id = :webhook AND other.delivered_at > (SELECT queued_at FROM delivery WHERE id = :id)
)
""")
