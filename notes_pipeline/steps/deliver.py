"""Tell webhooks what happened: at least once, in no promised order."""

import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC
from functools import partial
from http import HTTPStatus

import structlog

from notes_pipeline.core.webhooks import DeliveryState, wait_s
from notes_pipeline.steps.patience import insist
from notes_pipeline.store import deliveries
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.deliveries import LeasedDelivery
from notes_pipeline.store.events import forget_events
from notes_pipeline.store.sent_requests import forget_requests
from notes_pipeline.store.webhooks import forget_secrets
from notes_pipeline.telemetry import metrics
from notes_pipeline.webhooks.sending import Delivery, Sender
from notes_pipeline.webhooks.signing import sign

log = structlog.get_logger()

GONE = "the receiver answered 410 Gone"
TOOK_NOTHING = "no delivery succeeded for three days"


def lease_due(transactions: Transactions, *, limit: int) -> Sequence[LeasedDelivery]:
    with transactions.begin() as session:
        return deliveries.lease_deliveries(session, limit=limit)


def deliver(
    transactions: Transactions, sender: Sender, leased: LeasedDelivery, *, chance: Callable[[], float] = random.random
) -> DeliveryState | None:
    """Send a leased event, and write what became of it. No transaction is open while it is sent.

    Who is killed between the two leaves it to be sent again when its lease ends, with the same id. Returns the state
    that the delivery has then; None: the lease was lost.
    """
    body = body_of(leased)
    headers = sign(body, message_id=str(leased.event_id), timestamp_s=int(time.time()), secrets=leased.secrets)
    sent = sender.post(leased.url, body, {"Content-Type": "application/json", **headers})
    metrics.delivery_attempted(sent.outcome)
    is_gone = sent.status == HTTPStatus.GONE
    wait = None if is_gone else wait_s(leased.attempts + 1, chance=chance(), retry_after_s=sent.retry_after_s)
    state = insist(partial(_note, transactions, leased, sent, wait))
    log.info(
        "delivery_attempted",
        webhook_id=str(leased.webhook_id),
        event_id=str(leased.event_id),
        outcome=sent.outcome.value,
        status=sent.status,
        state=None if state is None else state.value,
    )
    if state is DeliveryState.FAILED:
        insist(partial(_give_up, transactions, leased, is_gone=is_gone))
    return state


def body_of(leased: LeasedDelivery) -> bytes:
    """Write the message: the same bytes at each attempt."""
    happened_at = leased.happened_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"type": leased.type, "timestamp": happened_at, "id": str(leased.event_id), "data": leased.payload}
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


def forget_old(transactions: Transactions) -> int:
    """Remove events that are too old, secrets that sign no more, and answers kept for requests sent twice.

    Returns how many events.
    """
    with transactions.begin() as session:
        forget_secrets(session)
        forget_requests(session)
        return forget_events(session)


def _note(
    transactions: Transactions, leased: LeasedDelivery, sent: Delivery, wait: float | None
) -> DeliveryState | None:
    with transactions.begin() as session:
        return deliveries.note_attempt(
            session, leased, sent.outcome, status=sent.status, error=sent.reason, wait_s=wait
        )


def _give_up(transactions: Transactions, leased: LeasedDelivery, *, is_gone: bool) -> None:
    """Disable a webhook that is gone, or that took nothing for as long as this delivery was tried.

    A transaction of its own: it locks the webhook first and its deliveries then, as a replay does.
    """
    with transactions.begin() as session:
        if not is_gone and deliveries.delivered_since_queued(session, leased):
            return
        is_disabled = deliveries.disable_webhook(session, leased.webhook_id, GONE if is_gone else TOOK_NOTHING)
    if is_disabled:
        metrics.webhook_disabled()
        log.warning("webhook_disabled", webhook_id=str(leased.webhook_id), reason=GONE if is_gone else TOOK_NOTHING)
