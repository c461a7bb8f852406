"""What is told of the work, over real servers and processes: logs, numbers, traces, health."""

import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import structlog
from alembic import command as alembic
from celery import Celery
from celery.contrib.testing.worker import start_worker
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_numbers
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from notes_pipeline.bootstrap import migrations_config
from notes_pipeline.core.endpoints import AnswerMode, EndpointProfile
from notes_pipeline.core.errors import LeaseLostError, ModelUnreachableError
from notes_pipeline.core.model_calls import ModelCall, Purpose
from notes_pipeline.core.runs import RunState
from notes_pipeline.diagnosis.revisions import shipped_revisions
from notes_pipeline.embedded import RedisUrls
from notes_pipeline.llm.answers import DRAFT
from notes_pipeline.llm.client import ModelClient
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.faults import Fault, Rule
from notes_pipeline.llm.offline.serving import running_offline_model
from notes_pipeline.llm.prices import load_prices
from notes_pipeline.llm.prompts import load_prompts
from notes_pipeline.llm.requests import ModelRequest
from notes_pipeline.logs import configure_logging
from notes_pipeline.steps.checking import IndexCache
from notes_pipeline.steps.draft_chunk import Drafting, draft_chunk
from notes_pipeline.steps.finish_run import finish_run
from notes_pipeline.steps.ingest import ingest_guide, ingest_transcript
from notes_pipeline.steps.plan_run import plan_run
from notes_pipeline.steps.profiled import ProfiledModel
from notes_pipeline.steps.read_run import read_run
from notes_pipeline.steps.request_run import RunOptions, request_run
from notes_pipeline.steps.summarise_run import summarise_run
from notes_pipeline.steps.sweep import sweep
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.health import system_state
from notes_pipeline.store.workers import Worked, note_sweep, sign_of_life
from notes_pipeline.telemetry import messages, tracing
from notes_pipeline.telemetry.context import bound
from notes_pipeline.telemetry.redaction import describe, render, safe_text
from notes_pipeline.worker.app import create_app
from tests.integration.pipeline import GUIDE, WORKSPACE, Pipeline, interview
from tests.integration.test_migrations import empty_database
from tests.making import ScriptedModel, make_asking

SAID = "we never signed the lease with Mister Aldermoor"
PATIENCE_S = 30.0
REQUEST_ID = "submit-0123456789ab"
BAKERY = Path("fixtures/interviews/bakery.vtt").resolve()
IN_A_ROW = 6  # words of an interview that nobody writes by chance
ROUNDS = 20  # in which a run comes to its end: each fault happens three times, and a chunk has six attempts


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


def plans_of_state(transactions: Transactions, engine: Engine, *settings: str) -> str:
    """Explain what `system_state` asks, as PostgreSQL would do it now."""
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
        for setting in settings:
            connection.exec_driver_sql(setting)
        for statement, parameters in asked:
            plans += "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
        connection.rollback()
    return plans


def test_the_state_of_the_system_is_read_from_what_is_open(transactions: Transactions, engine: Engine) -> None:
    """However much is stored: no statement reads all chunks or all runs, where an index may be used."""
    plans = plans_of_state(transactions, engine, "SET enable_seqscan = off")
    for index in ("ix_chunk_pending", "ix_chunk_running", "ix_run_open"):
        assert index in plans
    assert "Seq Scan on chunk" not in plans
    assert "Seq Scan on run" not in plans


def test_20_000_chunks_that_are_done_are_not_read_for_the_state_of_the_system(
    transactions: Transactions, engine: Engine
) -> None:
    """By the planner's own choice: nothing is forbidden to it here."""
    _, chunks = Pipeline(transactions, ScriptedModel()).planned(interview())
    done = """
        INSERT INTO chunk (id, run_id, workspace_id, index, text_from, text_to, new_from, state, outcome)
        SELECT gen_random_uuid(), run_id, workspace_id, i, 0, text_to, 0, 'done', 'drafted'
        FROM chunk, generate_series(1000, 20999) AS i WHERE index = 0"""
    with engine.begin() as connection:
        assert connection.execute(text(done)).rowcount == 20_000
        connection.execute(text("ANALYZE chunk"))

    with transactions.begin() as session:
        assert system_state(session).chunks == {"pending": len(chunks)}
    plans = plans_of_state(transactions, engine)
    assert "Seq Scan on chunk" not in plans
    for index in ("ix_chunk_pending", "ix_chunk_running"):
        assert index in plans


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


def fetch(port: int, path: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 (our own port)
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
        families = {family.name: family.type for family in read_numbers(body)}
        assert {name for name in families if not name.startswith("notes_")} == set()
        assert families["notes_up"] == "gauge"
        newer = fetch(port, "/metrics", Accept="application/openmetrics-text; version=1.0.0")[1]
        assert {family.name: family.type for family in read_openmetrics(newer)} == families  # type: ignore[no-untyped-call]

        with command("serve", "--port", str(port), log=tmp_path / "second.log", **servers) as second:
            assert second.wait(PATIENCE_S) == 6
        assert f"cannot listen at 127.0.0.1:{port}" in (tmp_path / "second.log").read_text()
        assert stop(process) == 0


def test_a_broker_that_is_away_is_all_that_is_missing(
    transactions: Transactions, postgres_url: str, tmp_path: Path
) -> None:
    with transactions.begin() as session:
        sign_of_life(session, Worked(uuid4(), "host", 1, "1.0", 16), busy=0)
    log, servers = tmp_path / "serve.log", {"DATABASE_URL": postgres_url, "REDIS_URL": "redis://127.0.0.1:1/0"}
    with command("serve", "--port", "0", log=log, **servers):
        status, body = fetch(event_of(log, "serving")["port"], "/readyz")
    assert (status, list(json.loads(body)["missing"])) == (503, ["broker"])


def test_a_schema_that_is_too_old_is_not_ready_and_says_what_to_do(
    postgres_url: str, redis_urls: RedisUrls, tmp_path: Path
) -> None:
    older, log = shipped_revisions()[-2], tmp_path / "serve.log"
    with empty_database(postgres_url) as url:
        alembic.upgrade(migrations_config(url), older)
        with command("serve", "--port", "0", log=log, DATABASE_URL=url, REDIS_URL=redis_urls.celery):
            status, body = fetch(event_of(log, "serving")["port"], "/readyz")
    missing = json.loads(body)["missing"]
    assert status == 503
    assert {"migrations"} <= set(missing) <= {"migrations", "worker"}
    assert f"schema {older}" in missing["migrations"]
    assert "notes-pipeline migrate" in missing["migrations"]


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
            assert time.monotonic() - began < 10
            assert missing["database"] == "does not answer within 3 s"
            assert "broker" not in missing
            began = time.monotonic()
            assert 'notes_up{part="database"} 0.0' in fetch(port, "/metrics")[1].splitlines()
            assert time.monotonic() - began < 15
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
        families = {family.name: family.type for family in read_numbers(numbers)}
        assert families["notes_chunks_ended"] == "counter"
        assert families["notes_chunk_seconds"] == "histogram"
        assert stop(process) == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"celery.worker.consumer.consumer"} <= {event.get("logger") for event in events}
    assert "hunter2" not in log.read_text()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Logs as a worker writes them."""
    before = logging.root.handlers[:], logging.root.level, structlog.get_config()
    hook, stream = sys.excepthook, io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(as_json=True)
    yield stream
    logging.captureWarnings(False)
    sys.excepthook = hook
    logging.root.handlers[:], logging.root.level = before[0], before[1]
    structlog.configure(**before[2])


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def texts(value: object) -> Iterator[str]:
    """Give all texts of a JSON value, names too."""
    match value:
        case str():
            yield value
        case dict():
            yield from (each for pair in value.items() for part in pair for each in texts(part))
        case list():
            yield from (each for part in value for each in texts(part))


def rows(value: object) -> set[tuple[str, ...]]:
    """Give all words that stand in a row, six at a time."""
    found = set()
    for each in texts(value):
        words = re.findall(r"\w+", each.casefold())
        found |= {tuple(words[at : at + IN_A_ROW]) for at in range(len(words) - IN_A_ROW + 1)}
    return found


def request(transactions: Transactions, data: bytes, name: str, options: RunOptions) -> UUID:
    """Ask for a run as `submit` does."""
    transcript = ingest_transcript(transactions, WORKSPACE, data, name)
    guide = ingest_guide(transactions, WORKSPACE, GUIDE, "guide.yaml")
    with tracing.span("upload"):
        asked = request_run(
            transactions,
            WORKSPACE,
            transcript,
            guide,
            options,
            load_prompts(),
            request_id=REQUEST_ID,
            traceparent=tracing.traceparent(),
        )
    return asked.id


def take_to_its_end(transactions: Transactions, drafting: Drafting, run_id: UUID) -> RunState:
    """Do what workers do, without their waits."""
    plan_run(transactions, run_id)
    clock = Pipeline(transactions, ScriptedModel())
    for _ in range(ROUNDS):
        clock.make_due()
        for chunk_id in sweep(transactions, queue_is_empty=True).draft:
            draft_chunk(drafting, chunk_id)
        if finish_run(transactions, run_id) is RunState.SUMMARISING:
            summarise_run(drafting.asking, drafting.indexes, run_id)
        state = read_run(transactions, run_id).run.state
        if state.is_final:
            break
    return state


@contextmanager
def drafting_with(transactions: Transactions, base_url: str) -> Iterator[Drafting]:
    client = ModelClient(base_url=base_url, api_key=None, model=OFFLINE_MODEL, timeout_s=5, prices=load_prices())
    model = ProfiledModel(client, transactions)
    try:
        asking = make_asking(transactions, lambda _name: model)
        yield Drafting(asking, IndexCache(), "test", 30.0, lambda _: nullcontext(lambda: None))
    finally:
        client.close()


def test_an_interview_is_one_trace_from_upload_to_notes(
    transactions: Transactions, spans: InMemorySpanExporter
) -> None:
    with running_offline_model() as url, drafting_with(transactions, url) as drafting:
        run_id = request(transactions, interview(), "interview.txt", RunOptions(OFFLINE_MODEL, summarises=True))
        assert take_to_its_end(transactions, drafting, run_id) is RunState.FINISHED

    found = {each.name: each for each in spans.get_finished_spans()}
    names = {each.context.span_id: each.name for each in found.values() if each.context is not None}
    parents = {name: names[each.parent.span_id] if each.parent else None for name, each in found.items()}
    chat = f"chat {OFFLINE_MODEL}"
    assert parents.pop(chat) in ("draft chunk", "summarise")  # the last of them
    assert parents == {
        "upload": None,
        "plan": "upload",
        "draft chunk": "upload",
        "verify": "draft chunk",
        "store notes": "draft chunk",
        "finish": "upload",
        "summarise": "upload",
    }
    assert len({each.context.trace_id for each in spans.get_finished_spans() if each.context is not None}) == 1
    assert dict(found["draft chunk"].attributes or {})["notes.run_id"] == str(run_id)


# Of those that only take time, little of it.
VALUES = {Fault.SLOW: 0.01, Fault.DRIP: 0.05, Fault.TIMEOUT: 0.02, Fault.RATE_LIMIT: 0.0}


@pytest.mark.parametrize("fault", Fault)
def test_whatever_a_model_does_no_line_and_no_span_has_words_of_the_interview(
    transactions: Transactions, spans: InMemorySpanExporter, lines: io.StringIO, fault: Fault
) -> None:
    data = BAKERY.read_bytes()
    said = rows(data.decode().split("\n\n"))
    says = " ".join(data.decode().split()[-200:])
    rule = Rule(fault=fault, value=VALUES.get(fault), times=3, text=says if fault is Fault.SAYS else "")
    options = RunOptions(OFFLINE_MODEL, repairs=True, judge_model=OFFLINE_MODEL, summarises=True)
    with running_offline_model(rules=[rule]) as url, drafting_with(transactions, url) as drafting:
        run_id = request(transactions, data, BAKERY.name, options)
        assert take_to_its_end(transactions, drafting, run_id).is_final
        met = httpx2.get(f"{url.removesuffix('/v1')}/control").json()["requests"]

    assert fault in [each["fault"] for each in met]
    written = events(lines)
    assert {"run_planned", "run_ended"} <= {each["event"] for each in written}
    about = {"run_id": str(run_id), "request_id": REQUEST_ID}
    for each in written:
        if each["event"] not in ("swept", "chunks_freed"):  # of all runs
            assert about.items() <= each.items()
        if each.get("task") == "draft" or each["event"].startswith("chunk_"):
            assert each["task"] == "draft"
            assert UUID(each["chunk_id"])
    assert len(said) > 1_000
    assert rows(says) & said  # what would be found
    assert not rows(written) & said
    assert not rows([json.loads(each.to_json()) for each in spans.get_finished_spans()]) & said


def lose_lease() -> None:
    raise LeaseLostError(SAID)


@pytest.mark.parametrize(
    ("touch", "fault", "name"),
    [(lambda: None, ValueError(SAID), "chunk_broken"), (lose_lease, ValueError(SAID), "lease_lost")],
    ids=["fault of ours", "lease lost"],
)
def test_a_chunk_that_ends_badly_says_which_request_it_was_for(
    transactions: Transactions, lines: io.StringIO, touch: Callable[[], None], fault: Exception, name: str
) -> None:
    run_id = request(transactions, interview(), "interview.txt", RunOptions("scripted"))
    (chunk_id,) = plan_run(transactions, run_id).draft
    asking = make_asking(transactions, lambda _name: ScriptedModel(fault))
    draft_chunk(Drafting(asking, IndexCache(), "test", 30.0, lambda _: nullcontext(touch)), chunk_id)

    (found,) = [each for each in events(lines) if each["event"] == name]
    about = {"run_id": str(run_id), "chunk_id": str(chunk_id), "task": "draft", "request_id": REQUEST_ID}
    assert about.items() <= found.items()


@pytest.mark.parametrize(
    ("statement", "kind", "code"),
    [
        ("INSERT INTO workspace (id, name) VALUES (NULL, :said)", IntegrityError, "23502"),
        (
            "INSERT INTO workspace (id, name) VALUES (gen_random_uuid(), :said), (gen_random_uuid(), :said)",
            IntegrityError,
            "23505",
        ),
        ("SELECT CAST(:said AS timestamptz)", DataError, "22007"),
        ("SELECT CAST(:said AS integer)", DataError, "22P02"),
    ],
    ids=["failing row", "duplicate key", "no time", "no number"],
)
@pytest.mark.parametrize("as_json", [True, False], ids=["json", "console"])
def test_a_log_of_a_failed_statement_has_neither_row_nor_parameter_nor_local_variable(
    engine: Engine,
    lines: io.StringIO,
    transactions: Transactions,
    as_json: bool,
    statement: str,
    kind: type[SQLAlchemyError],
    code: str,
) -> None:
    with redirect_stderr(lines):
        configure_logging(as_json=as_json)
    log, mine = structlog.get_logger(), f"local {SAID}"  # a traceback with variables would show it
    try:
        try:
            with engine.begin() as connection:
                connection.execute(text(statement), {"said": SAID})
        except kind as error:
            log.warning("caught", error=error, exc_info=True)
            logging.getLogger("sqlalchemy").exception("caught by a library: %s", error)
            raise RuntimeError("the notes could not be stored") from error
    except RuntimeError as error:
        log.exception("chained")
        log.error("chained", error=error, exc_info=error)

    written = lines.getvalue()
    assert written.count(f"sqlstate {code}") >= 4
    assert written.count("caused by") >= 2
    for kept_out in (mine, SAID, "Aldermoor", "never signed", "DETAIL", "[parameters"):
        assert kept_out not in written
