"""Each check on the bad side, where it must say so and what to set, and on the good side, where it must be silent."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from notes_pipeline.diagnosis.checks import check_all
from notes_pipeline.diagnosis.checks.secrets import is_remote
from notes_pipeline.diagnosis.facts import (
    BrokerFacts,
    DatabaseFacts,
    Facts,
    HostFacts,
    ModelFacts,
    TableFacts,
    Unreachable,
    WorkerFacts,
    WorkFacts,
)
from notes_pipeline.diagnosis.findings import Finding, Severity, worst
from notes_pipeline.settings import Settings

MB = 2**20
URL = "postgresql+psycopg://notes:4b1f9c@db.example.org/notes?sslmode=verify-full"
SHIPPED = ("0001", "0002", "0003")
PARAMETERS = {
    "max_connections": "100",
    "superuser_reserved_connections": "3",
    "reserved_connections": "0",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "statement_timeout": "1min",
    "idle_in_transaction_session_timeout": "1min",
}
DATABASE = DatabaseFacts(place="db/notes", version=180004, revision="0003", shipped=SHIPPED, parameters=PARAMETERS)
BROKER = BrokerFacts(
    place="broker:6379/0", version="9.1.2", eviction="noeviction", is_logged=True, lengths={"llm": 3, "ctl": 0}
)
WORKER = WorkerFacts(host="one", pid=1, version="0.1.0", slots=16, busy=16, swept_s_ago=4.0)
WORK = WorkFacts(workers=(WORKER,), open_pieces=20)
HOST = HostFacts(version="0.1.0", open_files=4096, memory_bytes=512 * MB, data_mode=0o40700, free_bytes=9_000 * MB)
MODEL = ModelFacts(place="the endpoint", name="writer", offered=("writer", "other"), is_priced={"writer": True})


def settings(**given: Any) -> Settings:
    """Settings of a sound deployment, whatever the environment of the tests; as they are after validation."""
    sound: dict[str, Any] = {
        "database_url": URL,
        "redis_url": "redis://broker:6379/0",
        "openai_api_key": SecretStr("k"),
        "notes_model": "writer",
        "notes_stop_grace_s": 120.0,
    }
    return Settings.model_construct(**(sound | given))


def facts(**given: Any) -> Facts:
    sound: dict[str, Any] = {
        "settings": settings(),
        "host": HOST,
        "database": DATABASE,
        "broker": BROKER,
        "model": MODEL,
        "work": WORK,
    }
    return Facts(**(sound | given))


def found(given: Facts) -> dict[str, Finding]:
    return {finding.check: finding for finding in check_all(given) if finding.severity is not Severity.OK}


def database(**given: Any) -> Facts:
    return facts(database=replace(DATABASE, **given))


def parameters(**given: str) -> Facts:
    return database(parameters=PARAMETERS | given)


def broker(**given: Any) -> Facts:
    return facts(broker=replace(BROKER, **given))


def host(**given: Any) -> Facts:
    return facts(host=replace(HOST, **given))


def work(**given: Any) -> Facts:
    return facts(work=replace(WORK, **given))


def set_to(**given: Any) -> Facts:
    return facts(settings=settings(**given))


def workers(*given: WorkerFacts) -> Facts:
    return work(workers=given)


def test_a_sound_deployment_has_no_finding_and_each_area_is_named() -> None:
    findings = list(check_all(facts()))
    assert worst(findings) is Severity.OK
    assert {finding.check for finding in findings} == {
        "settings", "secrets", "database", "broker", "model", "work", "machine",
    }  # fmt: skip


BAD = {
    # settings
    "a short lease": (set_to(notes_lease_s=2.0, notes_sweep_s=1.0), "lease_short", "warning", "NOTES_LEASE_S to 5"),
    "a lease longer than workers are remembered": (
        set_to(notes_lease_s=180.0), "lease_long", "error", "NOTES_LEASE_S below 180",
    ),
    "sweeps rarer than leases end": (set_to(notes_sweep_s=31.0), "sweep_slow", "warning", "NOTES_SWEEP_S"),
    "a grace shorter than a call": (
        set_to(notes_stop_grace_s=30.0), "stop_grace", "warning", "NOTES_STOP_GRACE_S to 120",
    ),
    "calls longer than messages are hidden": (
        set_to(notes_call_timeout_s=1800.0, notes_stop_grace_s=1800.0), "visibility_timeout", "warning", "below 1800",
    ),
    "more slots than connections bear": (
        facts(settings=settings(notes_concurrency=193), host=replace(HOST, memory_bytes=1_000 * MB)),
        "slots_per_connection", "warning", "NOTES_CONCURRENCY to 192",
    ),
    "slots that may never be in flight": (
        set_to(notes_calls_in_flight=15), "calls_in_flight", "warning", "NOTES_CONCURRENCY to 15",
    ),
    "slots that the rate never fills": (
        set_to(notes_requests_per_minute=7), "slots_without_turn", "warning", "NOTES_CONCURRENCY to 14",
    ),
    # database
    "an old PostgreSQL": (database(version=140012), "database_version", "error", "15 or later"),
    "no tables": (database(revision=None), "schema", "error", "notes-pipeline migrate"),
    "an old schema": (database(revision="0002"), "schema", "error", "notes-pipeline migrate"),
    "a schema of newer code": (database(revision="0004"), "schema", "warning", "while a deploy rolls"),
    "no right to migrate": (database(may_create_tables=False), "may_create_tables", "warning", "GRANT CREATE"),
    "too few connections": (
        parameters(max_connections="31"), "max_connections", "warning", "max_connections to 32",
    ),
    "connections all but used up": (database(connections=88), "connections_used", "error", "pg_stat_activity"),
    "fsync off": (parameters(fsync="off"), "fsync", "error", "fsync = on"),
    "full_page_writes off": (parameters(full_page_writes="off"), "full_page_writes", "error", "full_page_writes = on"),
    "synchronous_commit off": (
        parameters(synchronous_commit="off"), "synchronous_commit", "warning", "synchronous_commit = on",
    ),
    "timeouts that do not arrive": (
        parameters(statement_timeout="0"), "timeouts", "warning", "statement_timeout = '60s'",
    ),
    "a clock ahead": (database(clock_ahead_s=1.2), "clock", "warning", "NTP"),
    "a clock behind": (database(clock_ahead_s=-1.2), "clock", "warning", "NTP"),
    "a pooler by transaction": (database(is_pooled_by_transaction=True), "pooler", "warning", "pool_mode = session"),
    "autovacuum off": (parameters(autovacuum="off"), "autovacuum", "error", "autovacuum = on"),
    "dead rows": (
        database(tables=(TableFacts(name="chunk", live_rows=150_000, dead_rows=100_001),)),
        "dead_rows", "warning", "VACUUM (ANALYZE) chunk",
    ),
    # broker
    "no broker in a deployment": (facts(broker=None), "broker_set", "error", "set REDIS_URL"),
    "an old Redis": (broker(version="6.0.16"), "broker_version", "warning", "6.2"),
    "keys are thrown away": (broker(eviction="allkeys-lru"), "maxmemory_policy", "error", "noeviction"),
    "memory all but full": (broker(used_bytes=81, most_bytes=100), "broker_memory", "warning", "maxmemory"),
    "no log": (broker(is_logged=False), "append_only", "warning", "appendonly yes"),
    "a cluster": (broker(mode="cluster"), "broker_cluster", "error", "single server"),
    "a replica": (broker(role="slave"), "broker_replica", "error", "master"),
    "a far broker": (broker(ping_ms=50.1), "broker_latency", "warning", "near the workers"),
    "messages without work": (broker(lengths={"llm": 1_001, "ctl": 0}), "queue_lengths", "warning", "start a worker"),
    # model
    "no model in a deployment": (
        facts(settings=settings(openai_api_key=None), model=None), "offline_model", "warning", "OPENAI_API_KEY",
    ),
    "no key where one is needed": (
        set_to(openai_api_key=None, openai_base_url="https://api.openai.com/v1/"),
        "model_key", "error", "OPENAI_API_KEY",
    ),
    "no key for the fallback": (
        set_to(notes_fallback_model="b", notes_fallback_base_url="https://api.openai.com/v1"),
        "fallback_key", "error", "NOTES_FALLBACK_API_KEY",
    ),
    "a fallback that is the first": (set_to(notes_fallback_model="writer"), "fallback_same", "warning", "another"),
    "a fallback without a model": (
        set_to(notes_fallback_base_url="http://127.0.0.1:1/v1"),
        "fallback_without_model", "warning", "NOTES_FALLBACK_MODEL",
    ),
    "an endpoint that does not answer": (
        facts(model=replace(MODEL, offered=None, error="no answer")), "model_answers", "error", "OPENAI_BASE_URL",
    ),
    "a model that is not offered": (
        facts(model=replace(MODEL, name="writre")), "model_offered", "error", "one of: writer, other",
    ),
    "a budget for a model without a price": (
        facts(settings=settings(notes_budget_day_usd=Decimal(5)), model=replace(MODEL, is_priced={"writer": False})),
        "model_price", "error", "NOTES_PRICES",
    ),
    # secrets
    "a well-known password": (
        set_to(database_url="postgresql+psycopg://postgres:postgres@db.example.org/x?sslmode=require"),
        "database_password", "error", "random characters",
    ),
    "a well-known password next door": (
        set_to(database_url="postgresql+psycopg://app:app@db/x"), "database_password", "warning", "random characters",
    ),
    "no TLS to a remote database": (
        set_to(database_url="postgresql+psycopg://notes:4b1f9c@db.example.org/x"),
        "database_tls", "warning", "verify-full",
    ),
    "no TLS to a remote broker": (
        set_to(redis_url="redis://:pw@broker.example.org:6379/0"), "broker_tls", "warning", "rediss://",
    ),
    "no password of a remote broker": (
        set_to(redis_url="redis://10.0.0.7:6379/0"), "broker_password", "error", "requirepass",
    ),
    "no TLS to a remote model": (
        set_to(openai_base_url="http://models.example.org/v1"), "model_tls", "warning", "https://",
    ),
    "a folder that everybody reads": (host(data_mode=0o40755), "data_folder", "warning", "chmod o-rw"),
    # work
    "work and nobody there": (workers(), "no_workers", "error", "start `notes-pipeline worker`"),
    "nobody there": (work(workers=(), open_pieces=0), "no_workers", "warning", "start `notes-pipeline worker`"),
    "workers of two versions": (
        workers(WORKER, replace(WORKER, pid=2, version="0.2.0")), "worker_versions", "warning", "restart those",
    ),
    "workers older than the schema": (database(revision="0009"), "worker_older", "warning", "roll them"),
    "late chunks beside free slots": (
        work(workers=(replace(WORKER, busy=3),), late_chunks=7, oldest_late_s=400.0), "late_chunks", "error", "logs",
    ),
    "runs after their deadline": (work(late_runs=1), "late_runs", "error", "sweep"),
    "nobody sweeps": (workers(replace(WORKER, swept_s_ago=61.0)), "sweeps", "error", "restart the workers"),
    "poisoned chunks": (work(poisoned=2), "poisoned", "warning", "notes-pipeline retry"),
    # machine
    "a disk all but full": (
        facts(settings=settings(database_url=None), host=replace(HOST, free_bytes=199 * MB)),
        "disk", "error", "free some",
    ),
    "little room on the disk": (
        facts(settings=settings(database_url=None), host=replace(HOST, free_bytes=1_023 * MB)),
        "disk", "warning", "NOTES_DATA",
    ),
    "few open files": (host(open_files=95), "open_files", "error", "ulimit -n 1024"),
    "little memory": (host(memory_bytes=160 * MB), "memory", "warning", "NOTES_CONCURRENCY"),
    "a canary that is not there": (host(unreadable={"NOTES_CANARY": "no file"}), "notes_canary", "error", "correct"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "check", "severity", "remedy"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_found_with_what_to_set(given: Facts, check: str, severity: str, remedy: str) -> None:
    findings = found(given)
    assert check in findings, findings
    assert findings[check].severity is Severity(severity)
    assert remedy in (findings[check].remedy or "")


GOOD = {
    "a lease of the shortest good length": (set_to(notes_lease_s=5.0, notes_sweep_s=5.0), "lease_short"),
    "a lease within what is remembered": (set_to(notes_lease_s=179.0), "lease_long"),
    "a short grace in a trial": (
        facts(settings=settings(database_url=None, notes_stop_grace_s=1.0), database=None, work=None), "stop_grace",
    ),
    "a call that ends before its message comes again": (set_to(notes_call_timeout_s=1799.0), "visibility_timeout"),
    "192 slots on twelve connections": (set_to(notes_concurrency=192), "slots_per_connection"),
    "as many calls as slots": (set_to(notes_calls_in_flight=16), "calls_in_flight"),
    "a rate that fills the slots": (set_to(notes_requests_per_minute=8), "slots_without_turn"),
    "the oldest PostgreSQL": (database(version=150000), "database_version"),
    "just enough connections": (parameters(max_connections="32"), "max_connections"),
    "timeouts of the role's own": (parameters(statement_timeout="5s"), "timeouts"),
    "clocks a little apart": (database(clock_ahead_s=-0.9), "clock"),
    "dead rows of a large table": (
        database(tables=(TableFacts(name="note", live_rows=10_000_000, dead_rows=900_000),)), "dead_rows",
    ),
    "the oldest Redis": (broker(version="6.2.0"), "broker_version"),
    "a version that is no number": (broker(version="unknown"), "broker_version"),
    "a host that does not tell its policy": (broker(eviction=None, is_logged=None), "maxmemory_policy"),
    "a log that is not told of": (broker(is_logged=None), "append_only"),
    "memory without a limit": (broker(used_bytes=10**9), "broker_memory"),
    "messages for much work": (
        facts(broker=replace(BROKER, lengths={"llm": 9_000}), work=replace(WORK, open_pieces=900)), "queue_lengths",
    ),
    "no key for an endpoint of one's own": (
        set_to(openai_api_key=None, openai_base_url="http://127.0.0.1:8080/v1"), "model_key",
    ),
    "the same name elsewhere": (
        set_to(notes_fallback_model="writer", notes_fallback_base_url="http://127.0.0.1:1/v1"), "fallback_same",
    ),
    "no price and no budget": (facts(model=replace(MODEL, is_priced={"writer": False})), "model_price"),
    "a model next door without TLS": (set_to(openai_base_url="http://llama:8080/v1"), "model_tls"),
    "a database next door without TLS": (
        set_to(database_url="postgresql+psycopg://notes:4b1f9c@postgres:5432/notes"), "database_tls",
    ),
    "a socket without a password": (
        set_to(database_url="postgresql+psycopg://notes@/notes?host=%2Ftmp%2Fx"), "database_password",
    ),
    "a folder to pass through": (host(data_mode=0o40711), "data_folder"),
    "an embedded database at rest": (
        facts(settings=settings(database_url=None), database=None, work=None), "no_workers",
    ),
    "late chunks and no free slot": (work(late_chunks=7, oldest_late_s=400.0), "late_chunks"),
    "late chunks that may not be in flight": (
        facts(
            settings=settings(notes_calls_in_flight=16),
            work=replace(WORK, workers=(WORKER, replace(WORKER, pid=2, busy=0)), late_chunks=7),
        ),
        "late_chunks",
    ),
    "one of two sweeps": (workers(replace(WORKER, swept_s_ago=900.0), WORKER), "sweeps"),
    "a worker that has not swept yet": (workers(replace(WORKER, swept_s_ago=None)), "sweeps"),
    "a full disk beside a remote database": (host(free_bytes=0), "disk"),
    "just enough files": (host(open_files=96), "open_files"),
    "just enough memory": (host(memory_bytes=166 * MB), "memory"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "check"), GOOD.values(), ids=GOOD)
def test_what_is_right_is_not_complained_of(given: Facts, check: str) -> None:
    assert check not in found(given)


def test_every_check_was_seen_on_its_bad_side() -> None:
    """A check that is added comes with its case: names are read from the sources of the checks."""
    import re

    folder = Path(__file__).parents[3] / "notes_pipeline" / "diagnosis" / "checks"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    named = set(re.findall(r'(?:warning|error)\(\s*"(\w+)"', source)) | {"database_password", "fsync"}
    seen = {check for _, check, _, _ in BAD.values()} | {"database_answers", "broker_answers"}
    assert named <= seen
    assert len(named) > 45


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ('FATAL: password authentication failed for user "notes"', "password or user"),
        ("FATAL: unsupported startup parameter: options", "ignore_startup_parameters"),
        ("FATAL: sorry, too many clients already", "max_connections"),
        ('FATAL: database "notes" does not exist', "createdb"),
        ('FATAL: role "notes" does not exist', "create the user"),
        ("[Errno -2] Name or service not known", "host name"),
        ("connection timeout expired", "firewall"),
        ("Connection refused", "host and port"),
    ],
)
def test_a_database_that_does_not_answer_is_told_by_what_its_client_says(reason: str, remedy: str) -> None:
    finding = found(facts(database=Unreachable("db/notes", reason), work=None))["database_answers"]
    assert finding.severity is Severity.ERROR
    assert reason in finding.found
    assert remedy in (finding.remedy or "")


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("Authentication required.", "password into REDIS_URL"),
        ("WRONGPASS invalid username-password pair", "password or user"),
        ("Timeout connecting to server", "firewall"),
        ("Connection refused", "correct REDIS_URL"),
    ],
)
def test_a_broker_that_does_not_answer_is_told_by_what_its_client_says(reason: str, remedy: str) -> None:
    finding = found(facts(broker=Unreachable("broker:6379/0", reason)))["broker_answers"]
    assert finding.severity is Severity.ERROR
    assert remedy in (finding.remedy or "")


@pytest.mark.parametrize(
    ("name", "is_far"),
    [
        (None, False), ("/run/postgresql", False), ("localhost", False), ("postgres", False), ("127.0.0.1", False),
        ("::1", False), ("db.internal", False), ("10.0.0.7", True), ("db.example.org", True), ("2001:db8::7", True),
    ],
)  # fmt: skip
def test_a_host_is_remote_where_others_may_listen(name: str | None, is_far: bool) -> None:
    assert is_remote(name) is is_far
