"""What a worker process does beside the steps: it rings, keeps its leases, and reads the broker's address."""

import logging
import time
from contextlib import suppress
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis
from sqlalchemy import text

from notes_pipeline.embedded import RedisUrls
from notes_pipeline.llm.prompts import load_prompts
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.next_work import NextWork
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.request_run import RunOptions, request_run
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.leases import lease_chunk
from notes_pipeline.worker.app import CONTROL_QUEUE, DRAFT_QUEUE, create_app
from notes_pipeline.worker.doorbell import Doorbell, queue_length, redis_client
from notes_pipeline.worker.leases import Leases

kombu: Any = import_module("kombu")  # without types of its own


def test_each_kind_of_work_is_rung_for_in_its_own_queue(redis_urls: RedisUrls) -> None:
    client = redis_client(redis_urls.celery)
    client.flushall()
    work = NextWork(plan=(uuid4(),), draft=(uuid4(), uuid4()), finish=(uuid4(),), canary=True)
    assert Doorbell(create_app(redis_urls.celery)).ring(work)
    assert (queue_length(client, DRAFT_QUEUE), queue_length(client, CONTROL_QUEUE)) == (2, 3)
    client.flushall()


def test_a_broker_that_is_away_costs_no_error_and_little_time() -> None:
    began = time.monotonic()
    assert not Doorbell(create_app("redis://127.0.0.1:1/0")).ring(NextWork(draft=(uuid4(),)))
    assert time.monotonic() - began < 10


@pytest.fixture
def chunk_id(transactions: Transactions) -> UUID:
    transcript = ingest_transcript(transactions, "test", b"Ann: Yes.\n\nBea: No.\n\nAnn: Yes.\n\nBea: No.\n", "a.txt")
    guide = ingest_guide(transactions, "test", b'{"title": "G", "questions": [{"id": "q", "text": "Why?"}]}', "g.json")
    run = request_run(transactions, "test", transcript, guide, RunOptions("none"), load_prompts())
    (chunk_id,) = plan_run(transactions, run.id).draft
    return chunk_id


def seconds_left(transactions: Transactions) -> float:
    with transactions.begin() as session:
        left = session.execute(text("SELECT extract(epoch FROM lease_until - now()) FROM chunk")).scalar_one()
    return float(left)


def test_a_lease_is_renewed_while_its_work_is_within_its_time(transactions: Transactions, chunk_id: UUID) -> None:
    with transactions.begin() as session:
        leased = lease_chunk(session, chunk_id, owner="me", lease_s=1)
    assert leased is not None
    leases = Leases(transactions, lease_s=60, longest_s=60)
    with leases.hold(leased.token):
        leases.renew()
        assert seconds_left(transactions) > 50


def test_a_thread_that_hangs_loses_its_lease(transactions: Transactions, chunk_id: UUID) -> None:
    with transactions.begin() as session:
        leased = lease_chunk(session, chunk_id, owner="me", lease_s=1)
    assert leased is not None
    leases = Leases(transactions, lease_s=60, longest_s=0.05)
    with leases.hold(leased.token) as touch:
        time.sleep(0.06)
        leases.renew()
        assert seconds_left(transactions) <= 1
        touch()  # another call begins
        leases.renew()
        assert seconds_left(transactions) > 50


def test_messages_that_could_not_be_acknowledged_leave_no_worker_deaf(
    redis_urls: RedisUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = redis_client(redis_urls.celery)
    client.flushall()
    app = create_app(redis_urls.celery)
    Doorbell(app).ring(NextWork(plan=tuple(uuid4() for _ in range(3))))
    heard: list[Any] = []
    with app.connection_for_read() as connection, monkeypatch.context() as away:
        channel = connection.default_channel
        channel.basic_qos(0, 2, False)
        with kombu.Consumer(channel, [kombu.Queue(CONTROL_QUEUE)], on_message=heard.append, accept=["json"]):
            hear(connection, heard, 2)
            away.setattr(channel.qos, "_remove_from_indices", fail)
            assert not channel.qos.can_consume()
            for message in heard:
                message.ack_log_error(logging.getLogger(), (ConnectionError,))
            assert channel.qos.can_consume()
            hear(connection, heard, 3)
    client.flushall()


def hear(connection: Any, heard: list[Any], number: int) -> None:
    until = time.monotonic() + 10
    while len(heard) < number and time.monotonic() < until:
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.5)
    assert len(heard) == number


def fail(*_: object) -> None:
    raise redis.ConnectionError("Error while reading from 127.0.0.1:6379")
