"""What becomes of events: written with what they tell of, delivered at least once, and given up at some time."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from ipaddress import ip_address
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from notes_pipeline.core.reviewing import Decision, ReviewRequest
from notes_pipeline.core.runs import RunState
from notes_pipeline.core.webhooks import DeliveryState, EventType, Outcome
from notes_pipeline.steps import webhooks as steps
from notes_pipeline.steps.cancel_run import cancel_run
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.deliver import GONE, TOOK_NOTHING, deliver, forget_old, lease_due
from notes_pipeline.steps.retry_run import retry_run
from notes_pipeline.steps.review_note import review_note
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.deliveries import LeasedDelivery
from notes_pipeline.store.direct import Direct
from notes_pipeline.store.events import add_event
from notes_pipeline.store.runs import set_state
from notes_pipeline.store.webhooks import StoredDelivery, StoredWebhook
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.webhooks.sending import Sender
from notes_pipeline.worker.deliveries import Deliveries
from tests.integration.pipeline import SAID, WORKSPACE, Pipeline, answer, interview
from tests.integration.receiving import Answer, receiving
from tests.making import ScriptedModel

SENDER = Sender(allow_private=True, deadline_s=2.0)


class Told:
    """A workspace with a webhook, and its deliveries."""

    def __init__(self, transactions: Transactions) -> None:
        self.transactions = transactions
        with transactions.begin() as session:
            self.workspace_id = ensure_workspace(session, WORKSPACE)

    def webhook(self, url: str, *events: EventType) -> tuple[StoredWebhook, str]:
        wanted = events or tuple(EventType)
        return steps.add_webhook(self.transactions, self.workspace_id, url, wanted, None, allow_private=True)

    def happens(self, type_: EventType = EventType.RUN_FINISHED) -> UUID:
        with self.transactions.begin() as session:
            return add_event(session, self.workspace_id, type_, {"run_id": "r"})

    def send(self, sender: Sender = SENDER) -> list[DeliveryState | None]:
        return [deliver(self.transactions, sender, each) for each in lease_due(self.transactions, limit=100)]

    def deliveries(self, webhook: StoredWebhook) -> list[StoredDelivery]:
        return steps.list_deliveries(
            self.transactions, self.workspace_id, webhook.id, state=None, after=None, limit=1_000
        )

    def read(self, webhook: StoredWebhook) -> StoredWebhook:
        return steps.read_webhook(self.transactions, self.workspace_id, webhook.id)[0]

    def run_sql(self, sql: str) -> None:
        with self.transactions.begin() as session:
            session.execute(text(sql))

    def make_due(self) -> None:
        self.run_sql("UPDATE delivery SET next_attempt_at = now() WHERE state = 'pending'")

    def events(self) -> list[tuple[str, str]]:
        with self.transactions.begin() as session:
            rows = session.execute(text("SELECT type, payload ->> 'state' FROM event ORDER BY id"))
            return [(row[0], row[1]) for row in rows]


@pytest.fixture
def told(transactions: Transactions) -> Told:
    return Told(transactions)


# What is told, and when


def test_a_run_that_ends_is_told_with_counts_and_without_a_word(told: Told) -> None:
    with receiving() as receiver:
        _, secret = told.webhook(receiver.url)
        report = Pipeline(told.transactions, ScriptedModel(answer())).run(interview())
        assert told.send() == [DeliveryState.DELIVERED]
    (received,) = receiver.received
    assert received.said["type"] == "run.finished"
    assert received.said["id"] == str(received.id)
    assert received.said["data"] == {
        "run_id": str(report.run.id),
        "transcript_id": str(report.run.transcript_id),
        "guide_id": str(report.run.guide_id),
        "state": "finished",
        "chunks": {"done": 1, "failed": 0},
        "notes": {"supported": 1, "flagged": 0},
    }
    assert SAID.encode() not in received.body
    assert received.is_signed_with(secret)
    assert not received.is_signed_with("whsec_" + "A" * 44)


def test_what_is_rolled_back_is_not_told(told: Told) -> None:
    run_id = Pipeline(told.transactions, ScriptedModel(answer())).request(interview()).id

    def fail() -> None:
        with told.transactions.begin() as session:
            set_state(session, run_id, RunState.FINISHED)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert told.events() == []


def test_runs_that_end_otherwise_are_told_as_failed_with_their_state(told: Told) -> None:
    made = Pipeline(told.transactions, ScriptedModel(answer()))
    run_id = made.request(interview()).id
    assert cancel_run(told.transactions, run_id)
    cancel_run(told.transactions, run_id)
    assert told.events() == [("run.failed", "cancelled")]


def test_a_run_whose_time_is_over_is_told(told: Told) -> None:
    Pipeline(told.transactions, ScriptedModel(answer())).request(interview(), deadline_s=60)
    told.run_sql("UPDATE run SET deadline_at = now() - interval '1 s'")
    sweep(told.transactions, queue_is_empty=True)
    sweep(told.transactions, queue_is_empty=True)
    assert told.events() == [("run.failed", "failed")]


def test_a_run_that_is_tried_again_is_told_again(told: Told) -> None:
    made = Pipeline(told.transactions, ScriptedModel(answer()))
    run_id = made.request(interview()).id
    cancel_run(told.transactions, run_id)
    retry_run(told.transactions, run_id, deadline_s=None)
    made.finish(run_id)
    assert told.events() == [("run.failed", "cancelled"), ("run.finished", "finished")]


def test_a_review_is_told(told: Told) -> None:
    report = Pipeline(told.transactions, ScriptedModel(answer())).run(interview())
    with told.transactions.begin() as session:
        note_id = session.execute(text("SELECT id FROM note WHERE stage = 'published'")).scalar_one()
    request = ReviewRequest(Decision.ACCEPT, comment="Heard it myself.")
    review_note(told.transactions, IndexCache(), WORKSPACE, note_id, request, reviewer="R", expected_revision=1)
    with told.transactions.begin() as session:
        payload = session.execute(text("SELECT payload FROM event WHERE type = 'note.reviewed'")).scalar_one()
    assert payload == {
        "note_id": str(note_id),
        "run_id": str(report.run.id),
        "transcript_id": str(report.run.transcript_id),
        "decision": "accept",
        "status": "supported",
        "review_state": "accepted",
        "revision": 2,
    }


def test_only_webhooks_that_want_it_are_told(told: Told) -> None:
    with receiving() as wanting, receiving() as other:
        told.webhook(wanting.url, EventType.RUN_FAILED)
        told.webhook(other.url, EventType.NOTE_REVIEWED)
        told.happens(EventType.RUN_FAILED)
        told.send()
    assert (len(wanting.received), len(other.received)) == (1, 0)


def test_a_webhook_that_is_deleted_at_the_same_time_undoes_nothing(told: Told) -> None:
    webhook, _ = told.webhook("http://127.0.0.1:81/")
    with ThreadPoolExecutor(1) as pool:
        with told.transactions.begin() as session:
            session.execute(text("DELETE FROM webhook WHERE id = :id"), {"id": webhook.id})
            written = pool.submit(told.happens)
            time.sleep(0.2)
            assert not written.done()
        written.result(timeout=10)
    assert len(told.events()) == 1


# Attempts


def test_what_fails_is_sent_again_with_the_same_id_until_it_is_taken(told: Told) -> None:
    with receiving(Answer(500), Answer(503, {"Retry-After": "600"}), Answer(200)) as receiver:
        webhook, secret = told.webhook(receiver.url)
        event_id = told.happens()
        assert told.send() == [DeliveryState.PENDING]
        assert told.send() == []  # not yet
        (delivery,) = told.deliveries(webhook)
        assert (delivery.attempts, delivery.outcome, delivery.status) == (1, Outcome.REJECTED, 500)
        told.make_due()
        told.send()
        with told.transactions.begin() as session:
            wait = session.execute(
                text("SELECT extract(epoch FROM next_attempt_at - now()) FROM delivery")
            ).scalar_one()
        assert 590 < wait <= 600
        told.make_due()
        assert told.send() == [DeliveryState.DELIVERED]
    assert [each.id for each in receiver.received] == [event_id] * 3
    assert len({each.body for each in receiver.received}) == 1
    assert all(each.is_signed_with(secret) for each in receiver.received)


def test_a_worker_that_is_killed_after_sending_leaves_it_to_another(told: Told) -> None:
    with receiving() as receiver:
        webhook, _ = told.webhook(receiver.url)
        event_id = told.happens()
        (leased,) = lease_due(told.transactions, limit=10)
        SENDER.post(leased.url, b"{}", {"webhook-id": str(leased.event_id)})  # and dies here
        assert told.send() == []  # it may live
        told.make_due()  # its lease is over
        assert told.send() == [DeliveryState.DELIVERED]
        assert deliver(told.transactions, SENDER, leased) is None  # it lived after all: what it says counts no more
    assert {each.id for each in receiver.received} == {event_id}
    (delivery,) = told.deliveries(webhook)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


def test_redirects_are_not_followed(told: Told) -> None:
    with receiving() as inner, receiving(Answer(302, {"Location": inner.url})) as receiver:
        webhook, _ = told.webhook(receiver.url)
        told.happens()
        assert told.send() == [DeliveryState.PENDING]
    assert inner.received == []
    assert told.deliveries(webhook)[0].outcome is Outcome.REDIRECTED


def test_a_name_that_leads_to_ourselves_is_not_called(told: Told) -> None:
    sender = Sender(allow_private=False, resolve=lambda _name: [ip_address("127.0.0.1")])
    webhook, _ = told.webhook("https://hooks.example.com/")
    told.happens()
    assert told.send(sender) == [DeliveryState.PENDING]
    (delivery,) = told.deliveries(webhook)
    assert delivery.outcome is Outcome.NOT_ALLOWED
    assert delivery.status is None


def test_a_receiver_that_is_gone_is_disabled_with_all_that_waits(told: Told) -> None:
    with receiving(Answer(410)) as receiver:
        webhook, _ = told.webhook(receiver.url)
        for _ in range(5):
            told.happens()
        told.send()
        told.happens()
        told.make_due()
        assert told.send() == []
    assert told.read(webhook).disabled_reason == GONE
    assert {each.state for each in told.deliveries(webhook)} == {DeliveryState.FAILED}
    assert len(told.deliveries(webhook)) == 5


def test_after_the_last_attempt_a_delivery_has_failed_and_stays_for_a_replay(told: Told) -> None:
    with receiving(Answer(500), Answer(204)) as receiver:
        webhook, _ = told.webhook(receiver.url)
        failing = told.happens()
        told.run_sql("UPDATE delivery SET attempts = 9")
        assert told.send() == [DeliveryState.FAILED]
        assert told.read(webhook).disabled_reason == TOOK_NOTHING
        assert steps.replay(told.transactions, told.workspace_id, webhook.id) == 1
        assert told.read(webhook).disabled_reason is None
        assert told.send() == [DeliveryState.DELIVERED]
    assert [each.id for each in receiver.received] == [failing] * 2


def test_a_webhook_that_took_others_meanwhile_is_not_disabled(told: Told) -> None:
    with receiving(Answer(204), Answer(500)) as receiver:
        webhook, _ = told.webhook(receiver.url)
        told.happens()
        told.run_sql("UPDATE delivery SET queued_at = now() - interval '3 days', attempts = 9")
        told.run_sql("UPDATE delivery SET next_attempt_at = now() + interval '1 hour'")
        told.happens()
        told.send()
        told.make_due()
        assert told.send() == [DeliveryState.FAILED]
    assert told.read(webhook).disabled_at is None


def test_two_that_deliver_at_once_send_nothing_twice(told: Told) -> None:
    with receiving() as receiver:
        for _ in range(5):
            told.webhook(receiver.url)
        for _ in range(8):
            told.happens()
        both = [Deliveries(told.transactions, SENDER) for _ in range(2)]
        for each in both:
            each.start()
        wait_until(lambda: len(receiver.received) >= 40)
        time.sleep(0.5)
        for each in both:
            each.stop()
            assert each.join(5)
    assert len(receiver.received) == 40


def test_one_that_hangs_holds_up_none_of_the_others(told: Told) -> None:
    never = Event()
    with receiving(Answer(hangs_until=never)) as slow, receiving() as quick:
        told.webhook(slow.url)
        for _ in range(30):
            told.happens()
        told.webhook(quick.url)
        told.happens()
        deliveries = Deliveries(told.transactions, Sender(allow_private=True, deadline_s=1.0), at_once=4)
        deliveries.start()
        wait_until(lambda: len(quick.received) == 1, at_most_s=0.9)
        deliveries.stop()
        assert not deliveries.join(0.0)
        assert deliveries.join(5)
        never.set()
    assert 1 <= len(slow.received) <= 2


def test_what_is_told_while_the_loop_sleeps_arrives_within_two_seconds(told: Told) -> None:
    with receiving() as receiver:
        told.webhook(receiver.url)
        deliveries = Deliveries(told.transactions, SENDER)
        deliveries.start()
        time.sleep(0.3)
        Pipeline(told.transactions, ScriptedModel(answer())).run(interview())  # and no broker anywhere
        wait_until(lambda: len(receiver.received) == 1, at_most_s=2.0)
        deliveries.stop()
        deliveries.join(5)


class Failing:
    """Transactions that break as often as told when they begin, as while the database is away."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self.fails = 0

    @contextmanager
    def begin(self) -> Iterator[Session]:
        if self.fails > 0:
            self.fails -= 1
            raise OperationalError("SELECT 1", None, Exception("the server is gone"), connection_invalidated=True)
        with self._transactions.begin() as session:
            yield session

    def direct(self) -> AbstractContextManager[Direct]:
        return self._transactions.direct()


def test_what_was_sent_is_noted_when_the_database_is_back(told: Told) -> None:
    away = Failing(told.transactions)
    with receiving() as receiver:
        told.webhook(receiver.url)
        told.happens()
        (leased,) = lease_due(told.transactions, limit=1)
        away.fails = 2
        assert deliver(away, SENDER, leased) is DeliveryState.DELIVERED
    assert away.fails == 0
    assert len(receiver.received) == 1


# Secrets, and what is old


def test_the_old_secret_signs_beside_the_new_one_for_a_day(told: Told) -> None:
    with receiving() as receiver:
        webhook, old = told.webhook(receiver.url)
        new = steps.rotate_secret(told.transactions, told.workspace_id, webhook.id).secret
        told.happens()
        told.send()
        told.run_sql("UPDATE webhook_secret SET expires_at = now() - interval '1 s' WHERE expires_at IS NOT NULL")
        told.happens()
        told.send()
    first, second = receiver.received
    assert (first.is_signed_with(old), first.is_signed_with(new)) == (True, True)
    assert (second.is_signed_with(old), second.is_signed_with(new)) == (False, True)


def test_a_leased_delivery_does_not_show_its_secrets(told: Told) -> None:
    _, secret = told.webhook("https://hooks.example.com/")
    told.happens()
    (leased,) = lease_due(told.transactions, limit=1)
    assert isinstance(leased, LeasedDelivery)
    assert leased.secrets == [secret]
    assert secret not in repr(leased)


def test_events_are_kept_for_thirty_days(told: Told) -> None:
    webhook, _ = told.webhook("https://hooks.example.com/")
    told.happens()
    told.happens()
    told.run_sql("UPDATE event SET created_at = now() - interval '31 days' WHERE id = (SELECT id FROM event LIMIT 1)")
    assert forget_old(told.transactions) == 1
    assert forget_old(told.transactions) == 0
    assert len(told.deliveries(webhook)) == 1


def wait_until(holds: Callable[[], bool], at_most_s: float = 15.0) -> None:
    until = time.monotonic() + at_most_s
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)
