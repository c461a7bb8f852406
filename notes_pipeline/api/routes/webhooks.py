"""`/v1/webhooks`."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from notes_pipeline.api.access import Admin, Parts, parts_of
from notes_pipeline.api.answers import Answer, IdempotencyKey, once
from notes_pipeline.api.paging import Cursor, Limit, Page, page_of, position_of
from notes_pipeline.api.problems import ProblemError
from notes_pipeline.api.routes import PREFIX
from notes_pipeline.api.shapes import webhooks as shapes
from notes_pipeline.core.webhooks import DeliveryState
from notes_pipeline.steps import webhooks as steps
from notes_pipeline.store.webhooks import StoredDelivery, StoredWebhook

router = APIRouter(prefix=PREFIX, tags=["webhooks"])


@router.post("/webhooks", status_code=HTTPStatus.CREATED, response_model=shapes.CreatedWebhook)
def add_webhook(
    caller: Admin,
    parts: Annotated[Parts, Depends(parts_of)],
    new: shapes.NewWebhook,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Have a URL told of events, signed as the Standard Webhooks say.

    Each message is delivered at least once, in no promised order: drop repeats by `webhook-id`, order by `timestamp`.
    Answer 2xx within 15 s; else it is sent again for three days. 410 disables the webhook. With an Idempotency-Key the
    answer, and with it the secret, is kept for a day.
    """

    def do() -> Answer:
        webhook, secret = steps.add_webhook(
            caller.transactions,
            caller.key.workspace_id,
            new.url,
            new.events,
            new.description,
            allow_private=parts.services.settings.notes_allow_private_urls,
        )
        return Answer(shapes.created(webhook, secret), HTTPStatus.CREATED, {"Location": f"/v1/webhooks/{webhook.id}"})

    return once(caller, idempotency_key, {"what": "webhook", **new.model_dump(mode="json")}, do)


@router.get("/webhooks")
def list_webhooks(caller: Admin, limit: Limit = 20, cursor: Cursor = None) -> Page[shapes.Webhook]:
    """List webhooks, oldest first."""
    found = steps.list_webhooks(
        caller.transactions, caller.key.workspace_id, after=position_of(cursor), limit=limit + 1
    )
    shown, following = page_of(found, limit, _id_of)
    return Page(items=[shapes.webhook_of(each) for each in shown], next=following)


@router.get("/webhooks/{webhook_id}")
def get_webhook(caller: Admin, webhook_id: UUID) -> shapes.WebhookWithDeliveries:
    """Give a webhook, and how its deliveries do."""
    return shapes.with_deliveries(*steps.read_webhook(caller.transactions, caller.key.workspace_id, webhook_id))


@router.delete("/webhooks/{webhook_id}", status_code=HTTPStatus.NO_CONTENT)
def delete_webhook(caller: Admin, webhook_id: UUID) -> None:
    """Remove a webhook with its deliveries. What is being sent just now may still arrive."""
    steps.delete_webhook(caller.transactions, caller.key.workspace_id, webhook_id)


@router.post("/webhooks/{webhook_id}/rotate-secret")
def rotate_secret(caller: Admin, webhook_id: UUID) -> shapes.RotatedSecret:
    """Sign with a new secret; those before it sign beside it for 24 hours."""
    return shapes.rotated(steps.rotate_secret(caller.transactions, caller.key.workspace_id, webhook_id))


@router.post("/webhooks/{webhook_id}/replay", status_code=HTTPStatus.ACCEPTED)
def replay(caller: Admin, webhook_id: UUID, wanted: shapes.Replay) -> shapes.Replayed:
    """Send events of the last 30 days again, also from before the webhook was made. A disabled one is in use anew."""
    if wanted.since is not None and wanted.event_id is not None:
        detail = "body: since and event_id exclude each other; leave one out"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", detail)
    number = steps.replay(
        caller.transactions,
        caller.key.workspace_id,
        webhook_id,
        since=wanted.since,
        event_id=wanted.event_id,
    )
    return shapes.Replayed(replayed=number)


@router.get("/webhooks/{webhook_id}/deliveries")
def list_deliveries(
    caller: Admin, webhook_id: UUID, state: DeliveryState | None = None, limit: Limit = 20, cursor: Cursor = None
) -> Page[shapes.Delivery]:
    """List what became of events, the newest first."""
    found = steps.list_deliveries(
        caller.transactions,
        caller.key.workspace_id,
        webhook_id,
        state=state,
        after=position_of(cursor),
        limit=limit + 1,
    )
    shown, following = page_of(found, limit, _event_of)
    return Page(items=[shapes.delivery_of(each) for each in shown], next=following)


def _id_of(webhook: StoredWebhook) -> UUID:
    return webhook.id


def _event_of(delivery: StoredDelivery) -> UUID:
    return delivery.event_id
