"""Webhooks and their deliveries as they are sent and given."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from notes_pipeline.api.shapes.base import Request, SentTime, Shape, Time
from notes_pipeline.core.webhooks import DeliveryState, EventType, Outcome
from notes_pipeline.steps.webhooks import NewSecret
from notes_pipeline.store.webhooks import Health, StoredDelivery, StoredWebhook
from notes_pipeline.webhooks.urls import MOST_URL_CHARACTERS

ALL_EVENTS = tuple(EventType)


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds a character that cannot be stored (NUL, or half of a surrogate pair): leave it out")
    return text


class NewWebhook(Request):
    """`events`: what to tell of; without it, all."""

    url: Annotated[str, Field(min_length=1, max_length=MOST_URL_CHARACTERS), AfterValidator(_storable)] = Field(
        description="https, to a host that the internet knows, without user name and fragment."
    )
    events: list[EventType] = Field(default=list(ALL_EVENTS), min_length=1, max_length=len(ALL_EVENTS))
    description: Annotated[str, Field(max_length=200), AfterValidator(_storable)] | None = None


class Webhook(Shape):
    id: UUID
    url: str
    events: list[EventType]
    description: str | None
    created_at: Time
    disabled_at: Time | None
    disabled_reason: str | None = Field(description="Why nothing is sent; a replay puts it in use again.")


class CreatedWebhook(Webhook):
    secret: str = Field(
        repr=False, description="`whsec_...`: shown here and at no other time. Check signatures with it."
    )


class Deliveries(Shape):
    """How deliveries of the last 30 days do; `last_error` is the last one kept."""

    pending: int
    failed: int
    last_error: str | None
    last_error_at: Time | None
    last_delivered_at: Time | None


class WebhookWithDeliveries(Webhook):
    deliveries: Deliveries


class Delivery(Shape):
    """What became of one event; `outcome`, `status` and `error` are of the last attempt.

    `error` may hold the first words of the receiver's answer: escape it in a page.
    """

    event_id: UUID
    type: EventType
    event_created_at: Time
    state: DeliveryState
    attempts: int = Field(description="Since it was made or replayed.")
    next_attempt_at: Time | None
    attempted_at: Time | None
    delivered_at: Time | None
    outcome: Outcome | None
    status: int | None = Field(description="Of the answer; null where none came.")
    error: str | None


class Replay(Request):
    """At most one of both; without either all that failed."""

    since: SentTime | None = Field(default=None, description="All events from then on, with the time's zone.")
    event_id: UUID | None = Field(default=None, description="This one.")


class Replayed(Shape):
    replayed: int = Field(description="How many are sent again, with ids as before.")


class RotatedSecret(Shape):
    secret: str = Field(repr=False, description="`whsec_...`: shown here and at no other time.")
    old_until: Time = Field(description="Until then the secrets before it sign beside it.")


def webhook_of(stored: StoredWebhook) -> Webhook:
    return Webhook(**_members(stored))


def created(stored: StoredWebhook, secret: str) -> CreatedWebhook:
    return CreatedWebhook(**_members(stored), secret=secret)


def with_deliveries(stored: StoredWebhook, health: Health) -> WebhookWithDeliveries:
    deliveries = Deliveries(
        pending=health.pending,
        failed=health.failed,
        last_error=health.last_error,
        last_error_at=health.last_error_at,
        last_delivered_at=health.last_delivered_at,
    )
    return WebhookWithDeliveries(**_members(stored), deliveries=deliveries)


def delivery_of(stored: StoredDelivery) -> Delivery:
    return Delivery(
        event_id=stored.event_id,
        type=stored.type,
        event_created_at=stored.created_at,
        state=stored.state,
        attempts=stored.attempts,
        next_attempt_at=stored.next_attempt_at,
        attempted_at=stored.attempted_at,
        delivered_at=stored.delivered_at,
        outcome=stored.outcome,
        status=stored.status,
        error=stored.error,
    )


def rotated(new: NewSecret) -> RotatedSecret:
    return RotatedSecret(secret=new.secret, old_until=new.old_until)


def _members(stored: StoredWebhook) -> dict[str, Any]:
    return {
        "id": stored.id,
        "url": stored.url,
        "events": list(stored.events),
        "description": stored.description,
        "created_at": stored.created_at,
        "disabled_at": stored.disabled_at,
        "disabled_reason": stored.disabled_reason,
    }
