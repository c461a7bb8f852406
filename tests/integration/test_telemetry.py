"""What is told of the work, over real servers and processes: logs, numbers, traces, health."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from celery import Celery
from celery.contrib.testing.worker import start_worker
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.errors import ModelUnreachableError
from notes_pipeline.core.model_calls import ModelCall, Purpose
from notes_pipeline.embedded import RedisUrls
from notes_pipeline.llm.answers import DRAFT
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.offline.faults import Fault, Rule
from notes_pipeline.llm.offline.serving import running_offline_model
from notes_pipeline.llm.prices import load_prices
from notes_pipeline.llm.requests import ModelRequest
from notes_pipeline.store.health import system_state
from notes_pipeline.store.workers import Worked, note_sweep, sign_of_life
from notes_pipeline.telemetry import messages, tracing
from notes_pipeline.telemetry.context import bound
from notes_pipeline.telemetry.redaction import describe, render, safe_text
from notes_pipeline.worker.app import create_app
from tests.integration.pipeline import Pipeline, interview
from tests.making import ScriptedModel

Transactions = sessionmaker[Session]
SAID = "we never signed the lease with Mister Aldermoor"
PATIENCE_S = 30.0


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use_tracer(provider.get_tracer("test"))
    yield exporter
    tracing.use_tracer(None)
    provider.shutdown()


def wait_for(what: list[Any], number: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(what) < number:
        assert time.monotonic() < deadline, f"{len(what)} of {number}"
        time.sleep(0.02)


@pytest.fixture
def app(redis_urls: RedisUrls) -> Celery:
    messages.connect()
    messages.connect()  # as two parts of a process may
    app = create_app(redis_urls.celery)
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    return app


def test_a_task_goes_on_with_the_request_and_the_trace_of_who_sent_it(app: Celery, spans: InMemorySpanExporter) -> None:
    found: list[dict[str, Any]] = []

    @app.task(name="test.look")  # type: ignore[untyped-decorator]
    def look(fails: bool) -> None:
        with tracing.span("task"):
            found.append(dict(structlog.contextvars.get_contextvars()))
        if fails:
            raise ValueError(SAID)

    with start_worker(app, pool="threads", concurrency=1, perform_ping_check=False, loglevel="CRITICAL"):
        with bound(request_id="submit-1"), tracing.span("upload"):
            app.send_task("test.look", (True,), task_id="one")
        app.send_task("test.look", (False,), task_id="two")
        wait_for(found, 2)

    first, second = found
    assert first == {"request_id": "submit-1", "task": "test.look", "task_id": "one"}
    assert second == {
        "task": "test.look",
        "task_id": "two",
    }  # nothing is left of the first, which failed in this thread
    uploaded, *tasks = sorted(spans.get_finished_spans(), key=lambda each: each.name != "upload")
    assert [each.parent and each.parent.span_id for each in tasks] == [
        uploaded.context and uploaded.context.span_id,
        None,
    ]


def test_a_header_that_is_no_id_is_not_bound() -> None:
    forged = {messages.REQUEST_ID: "x\n" + SAID, messages.TRACEPARENT: "00-zz-01"}
    assert messages.carried(forged) == (None, None)
    assert messages.carried({messages.REQUEST_ID: {"a": 1}}) == (None, None)


def test_the_state_of_the_system_is_what_the_database_has(transactions: Transactions) -> None:
    with transactions.begin() as session:
        before = system_state(session)
    assert (before.runs, before.chunks, before.oldest_due_s, before.workers) == ({}, {}, 0.0, 0)

    pipeline = Pipeline(transactions, ScriptedModel())
    _, chunks = pipeline.planned(interview(turns=60))
    worker = Worked(uuid4(), "host", 1, "1.0", 16)
    with transactions.begin() as session:
        sign_of_life(session, worker, busy=2)
        note_sweep(session, worker.id)
        sign_of_life(session, Worked(uuid4(), "host", 2, "1.0", 16), busy=0)
        session.execute(text("UPDATE worker SET seen_at = now() - interval '2 min' WHERE pid = 2"))
        session.execute(text("UPDATE chunk SET next_attempt_at = now() - interval '90 s' WHERE index = 0"))
        session.execute(
            text(
                "UPDATE chunk SET state = 'running', lease_owner = 'me', lease_token = gen_random_uuid(), "
                "lease_until = now() - interval '5 s' WHERE index = 1"
            )
        )

    with transactions.begin() as session:
        state = system_state(session)

    assert state.runs == {"running": 1}
    assert state.chunks == {"pending": len(chunks) - 1, "running": 1}
    assert 90 <= state.oldest_due_s < 100
    assert state.expired_leases == 1
    assert (state.workers, state.slots, state.busy) == (1, 16, 2)
    assert state.last_sweep_s is not None
    assert 0 <= state.last_sweep_s < 10
    assert state.canary_age_s is None


def test_the_state_of_the_system_is_read_from_what_is_open(transactions: Transactions, engine: Engine) -> None:
    """However much is stored: no statement reads all chunks or all runs, where an index may be used."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _u: object, statement: str, parameters: Any, _x: object, _m: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with transactions.begin() as session:
            system_state(session)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    plans = ""
    with engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in asked:
            plans += "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
        connection.rollback()
    for index in ("ix_chunk_pending", "ix_chunk_running", "ix_run_open"):
        assert index in plans
    assert "Seq Scan on chunk" not in plans
    assert "Seq Scan on run" not in plans


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SELECT CAST(:said AS uuid)", "22P02"),
        ("SELECT CAST(:said AS jsonb)", "22P02"),
        ("INSERT INTO workspace (id, name) VALUES (gen_random_uuid(), :said), (gen_random_uuid(), :said)", "23505"),
        ("SELECT 1 FROM nowhere WHERE words = :said", "42P01"),
    ],
    ids=["uuid", "json", "duplicate", "no table"],
)
def test_what_postgresql_says_of_a_row_is_not_told(
    transactions: Transactions, engine: Engine, statement: str, code: str
) -> None:
    with pytest.raises(SQLAlchemyError) as caught, engine.begin() as connection:
        connection.execute(text(statement), {"said": SAID})
    assert "Aldermoor" in str(caught.value)
    for told in (
        describe(caught.value),
        render(caught.value),
        safe_text(str(caught.value)),
        safe_text(repr(caught.value)),
    ):
        assert "Aldermoor" not in told
    assert f"sqlstate {code}" in describe(caught.value)


def ask_model(base_url: str, *, password: str = "") -> list[ModelCall]:
    client = ModelClient(
        base_url=base_url.replace("://", f"://user:{password}@") if password else base_url,
        api_key=None,
        model="offline-bm25-v1",
        timeout_s=5,
        prices=load_prices(),
    )
    request = ModelRequest(Purpose.DRAFT, "0123456789abcdef", ({"role": "user", "content": SAID},), DRAFT)
    calls: list[ModelCall] = []
    try:
        client.complete(request, EndpointProfile(AnswerMode.JSON_SCHEMA), record=calls.append)
    finally:
        client.close()
    return calls


def test_a_call_is_a_span_by_the_conventions_without_a_word_of_question_or_answer(spans: InMemorySpanExporter) -> None:
    with running_offline_model(rules=[Rule(fault=Fault.SAYS, text=SAID)]) as url:
        (call,) = ask_model(url)

    (chat,) = spans.get_finished_spans()
    found = dict(chat.attributes or {})
    assert (chat.name, chat.kind) == ("chat offline-bm25-v1", SpanKind.CLIENT)
    assert found["gen_ai.operation.name"] == "chat"
    assert found["gen_ai.provider.name"] == "openai"
    assert found["gen_ai.request.model"] == "offline-bm25-v1"
    assert found["gen_ai.response.model"] == call.model_served
    assert found["gen_ai.usage.input_tokens"] == call.tokens_in
    assert found["gen_ai.usage.output_tokens"] == call.tokens_out
    assert found["server.address"] == "127.0.0.1"
    assert "Aldermoor" not in chat.to_json()


def test_a_call_that_fails_is_a_span_that_says_how(spans: InMemorySpanExporter) -> None:
    with (
        running_offline_model(rules=[Rule(fault=Fault.SERVER_ERROR)]) as url,
        pytest.raises(ModelUnreachableError),
    ):
        ask_model(url, password="hunter2")

    (chat,) = spans.get_finished_spans()
    assert dict(chat.attributes or {})["error.type"] == "ModelUnreachableError"
    assert "hunter2" not in chat.to_json()


@contextmanager
def command(*arguments: str, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of ours with its log in a file; end it with SIGTERM."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "notes_pipeline.cli", *arguments], stderr=errors, env=os.environ | environment
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def event_of(log: Path, name: str) -> dict[str, Any]:
    """Wait for an event in a log."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        lines = log.read_text().splitlines()
        for line in lines:
            if f'"event": "{name}"' in line:
                found: dict[str, Any] = json.loads(line)
                return found
        assert time.monotonic() < deadline, lines
        time.sleep(0.05)


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def stop(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE_S)


def test_serve_tells_health_readiness_and_numbers_until_it_is_stopped(
    transactions: Transactions, postgres_url: str, redis_urls: RedisUrls, tmp_path: Path
) -> None:
    log = tmp_path / "serve.log"
    servers = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_urls.celery}
    with command("serve", "--port", "0", log=log, **servers) as process:
        port = event_of(log, "serving")["port"]
        assert fetch(port, "/healthz") == (200, f'{{"status":"ok","pid":{process.pid}}}')

        status, body = fetch(port, "/readyz")
        assert (status, list(json.loads(body)["missing"])) == (503, ["worker"])
        with transactions.begin() as session:
            sign_of_life(session, Worked(uuid4(), "host", 1, "1.0", 16), busy=0)
        assert fetch(port, "/readyz") == (200, '{"status":"ok","missing":{}}')

        status, body = fetch(port, "/metrics")
        assert status == 200
        for line in ('notes_up{part="database"} 1.0', "notes_workers 1.0", 'notes_queue_messages{queue="llm"} 0.0'):
            assert line in body.splitlines()

        with command("serve", "--port", str(port), log=tmp_path / "second.log", **servers) as second:
            assert second.wait(PATIENCE_S) == 6
        assert f"cannot listen at 127.0.0.1:{port}" in (tmp_path / "second.log").read_text()
        assert stop(process) == 0


def test_serve_answers_while_database_and_broker_are_away(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    away = {
        "DATABASE_URL": "postgresql://notes:hunter2@127.0.0.1:1/notes",
        "REDIS_URL": "redis://:hunter2@127.0.0.1:1/0",
    }
    with command("serve", "--port", "0", log=log, **away) as process:
        port = event_of(log, "serving")["port"]
        assert fetch(port, "/healthz")[0] == 200
        status, body = fetch(port, "/readyz")
        assert (status, set(json.loads(body)["missing"])) == (503, {"database", "migrations", "broker", "worker"})
        status, numbers = fetch(port, "/metrics")
        assert status == 200
        assert {'notes_up{part="database"} 0.0', 'notes_up{part="broker"} 0.0'} <= set(numbers.splitlines())
        assert stop(process) == 0
    assert "hunter2" not in body + numbers + log.read_text()


def test_a_database_that_hangs_holds_up_neither_readiness_nor_a_scrape(tmp_path: Path, redis_urls: RedisUrls) -> None:
    log = tmp_path / "serve.log"
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, and says nothing
        url = f"postgresql://notes@127.0.0.1:{silent.getsockname()[1]}/notes"
        with command("serve", "--port", "0", log=log, DATABASE_URL=url, REDIS_URL=redis_urls.celery):
            port = event_of(log, "serving")["port"]
            began = time.monotonic()
            missing = json.loads(fetch(port, "/readyz")[1])["missing"]
            assert time.monotonic() - began < 4.5
            assert missing["database"] == "does not answer within 3 s"
            assert "broker" not in missing
            began = time.monotonic()
            assert 'notes_up{part="database"} 0.0' in fetch(port, "/metrics")[1].splitlines()
            assert time.monotonic() - began < 8
            assert fetch(port, "/healthz")[0] == 200


def test_a_worker_without_a_broker_writes_events_only_and_serves_its_numbers(
    transactions: Transactions, postgres_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    settings = {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": "redis://:hunter2@127.0.0.1:1/0",
        "NOTES_METRICS_PORT": "0",
        "NOTES_STOP_GRACE_S": "1",
        "OPENAI_LOG": "debug",
    }
    with command("worker", log=log, **settings) as process:
        port = event_of(log, "metrics_served")["port"]
        deadline = time.monotonic() + PATIENCE_S
        while "Cannot connect to redis" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        numbers = fetch(port, "/metrics")[1]
        assert "notes_slots 16.0" in numbers.splitlines()
        assert 'notes_chunks_ended_total{outcome="drafted"} 0.0' in numbers.splitlines()
        assert stop(process) == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"celery.worker.consumer.consumer"} <= {event.get("logger") for event in events}
    assert "hunter2" not in log.read_text()
