"""Webhooks: whom to tell of what, with which secret, and what to tell again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from notes_pipeline.core.errors import NotFoundError
from notes_pipeline.core.webhooks import DeliveryState, EventType
from notes_pipeline.store import webhooks as store
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.webhooks import Health, StoredDelivery, StoredWebhook
from notes_pipeline.webhooks.signing import new_secret
from notes_pipeline.webhooks.urls import check_url


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret, to be shown once. `old_until`: until when those before it sign beside it."""

    secret: str = field(repr=False)
    old_until: datetime


def add_webhook(
    transactions: Transactions,
    workspace_id: UUID,
    url: str,
    events: Sequence[EventType],
    description: str | None,
    *,
    allow_private: bool,
) -> tuple[StoredWebhook, str]:
    """Make a webhook. Returns it with its secret, which can be had at no other time.

    Raises:
        WebhookUrlError: the URL may not be called.
        InputError: the workspace has as many as it may.
    """
    check_url(url, allow_private=allow_private)
    secret = new_secret()
    with transactions.begin() as session:
        webhook = store.add_webhook(session, workspace_id, url, list(dict.fromkeys(events)), description, secret)
    return webhook, secret


def read_webhook(transactions: Transactions, workspace_id: UUID, webhook_id: UUID) -> tuple[StoredWebhook, Health]:
    """Give a webhook and how its deliveries do.

    Raises:
        NotFoundError: the workspace has none of this id.
    """
    with transactions.begin() as session:
        return store.load_webhook(session, workspace_id, webhook_id), store.health_of(session, webhook_id)


def rotate_secret(transactions: Transactions, workspace_id: UUID, webhook_id: UUID) -> NewSecret:
    """Sign with a new secret, and for a day with those before it as well.

    Raises:
        NotFoundError: the workspace has none of this id.
        InputError: it was rotated several times within a day.
    """
    secret = new_secret()
    with transactions.begin() as session:
        store.load_webhook(session, workspace_id, webhook_id, lock=True)
        return NewSecret(secret, store.rotate_secret(session, workspace_id, webhook_id, secret))


def replay(
    transactions: Transactions,
    workspace_id: UUID,
    webhook_id: UUID,
    *,
    since: datetime | None = None,
    event_id: UUID | None = None,
) -> int:
    """Send events again: all since a time, one, or without either those that failed. A disabled webhook is in use anew.

    Returns how many; they keep their ids.

    Raises:
        NotFoundError: the workspace has no such webhook, or no such event.
    """
    with transactions.begin() as session:
        store.load_webhook(session, workspace_id, webhook_id, lock=True)
        if event_id is not None and not store.event_exists(session, workspace_id, event_id):
            raise NotFoundError(f"no event {event_id}; they are kept for 30 days")
        store.enable(session, webhook_id)
        if since is None and event_id is None:
            return store.replay_failed(session, webhook_id)
        return store.replay_events(session, webhook_id, since=since, event_id=event_id)


def list_webhooks(
    transactions: Transactions, workspace_id: UUID, *, after: UUID | None, limit: int
) -> list[StoredWebhook]:
    with transactions.begin() as session:
        return store.list_webhooks(session, workspace_id, after=after, limit=limit)


def delete_webhook(transactions: Transactions, workspace_id: UUID, webhook_id: UUID) -> None:
    """Remove a webhook.

    Raises:
        NotFoundError: the workspace has none of this id.
    """
    with transactions.begin() as session:
        store.delete_webhook(session, workspace_id, webhook_id)


def list_deliveries(
    transactions: Transactions,
    workspace_id: UUID,
    webhook_id: UUID,
    *,
    state: DeliveryState | None,
    after: UUID | None,
    limit: int,
) -> list[StoredDelivery]:
    """List the deliveries of a webhook, of the newest event first, those before the event `after`.

    Raises:
        NotFoundError: the workspace has none of this id.
    """
    with transactions.begin() as session:
        store.load_webhook(session, workspace_id, webhook_id)
        return store.list_deliveries(session, webhook_id, state=state, after=after, limit=limit)
