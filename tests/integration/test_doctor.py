"""`doctor` on real servers that are set wrong in the usual ways, and on servers that are not there."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from notes_pipeline.bootstrap import migrations_config
from notes_pipeline.cli.doctor import print_diagnosis, print_liveness
from notes_pipeline.cli.exits import Exit
from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.diagnosis.liveness import WorkerSilentError
from notes_pipeline.embedded import RedisUrls
from notes_pipeline.settings import Settings, read_settings
from notes_pipeline.store.database import Transactions
from notes_pipeline.store.workers import Worked, note_sweep, sign_of_life
from notes_pipeline.worker.doorbell import redis_client
from tests.integration.pipeline import Pipeline, interview
from tests.integration.test_migrations import empty_database
from tests.making import ScriptedModel

Findings = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NOTES_DATA", str(tmp_path / "data"))
    read_settings.cache_clear()
    yield
    read_settings.cache_clear()


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[Exit, Findings]]:
    """Have everything looked at with these variables; gives the exit code and the findings by check."""

    def look(**variables: str) -> tuple[Exit, Findings]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        read_settings.cache_clear()
        capsys.readouterr()  # what steps have logged before
        code = print_diagnosis(as_json=True)
        said = json.loads(capsys.readouterr().out)
        return code, {finding["check"]: finding for finding in said["findings"]}

    return look


@pytest.fixture
def sound(postgres_url: str, redis_urls: RedisUrls, transactions: Transactions) -> dict[str, str]:
    """The variables of a deployment in which nothing is wrong but that no model and no worker is there."""
    redis_client(redis_urls.celery).flushall()
    return {
        "DATABASE_URL": postgres_url.replace("postgresql+psycopg", "postgresql"),
        "REDIS_URL": redis_urls.celery,
        "NOTES_STOP_GRACE_S": "120",
    }


def wrong(findings: Findings, *, but: tuple[str, ...] = ("offline_model", "no_workers")) -> set[str]:
    """Name the checks that found something, but for what is so in tests: their PostgreSQL may lose data."""
    left = {*but, "fsync", "full_page_writes", "synchronous_commit"}
    return {name for name, finding in findings.items() if finding["severity"] != "ok"} - left


def test_a_sound_deployment_gets_no_complaint(doctor: Any, sound: dict[str, str]) -> None:
    _, findings = doctor(**sound)
    assert wrong(findings) == set()
    assert findings["broker"]["severity"] == "ok"
    assert findings["offline_model"]["severity"] == "warning"


def test_a_server_that_may_lose_data_is_an_error_with_its_remedy(doctor: Any, sound: dict[str, str]) -> None:
    code, findings = doctor(**sound)  # the server of the tests is such a one
    assert code is Exit.UNAVAILABLE
    assert findings["fsync"]["remedy"] == "set fsync = on"


def test_a_database_that_was_never_migrated(doctor: Any, sound: dict[str, str], postgres_url: str) -> None:
    with empty_database(postgres_url) as url:
        code, findings = doctor(**sound | {"DATABASE_URL": url})
    assert code is Exit.UNAVAILABLE
    assert findings["schema"]["remedy"] == "run `notes-pipeline migrate`"
    assert findings["work"]["found"].startswith("not looked at")


def test_a_database_at_an_older_and_at_a_newer_schema(doctor: Any, sound: dict[str, str], postgres_url: str) -> None:
    with empty_database(postgres_url) as url:
        command.upgrade(migrations_config(url), "0001")
        _, older = doctor(**sound | {"DATABASE_URL": url})
        command.upgrade(migrations_config(url), "head")
        set_on(url, "UPDATE alembic_version SET version_num = '9999'")
        _, newer = doctor(DATABASE_URL=url)
    assert older["schema"]["severity"] == "error"
    assert "0001" in older["schema"]["found"]
    assert newer["schema"]["severity"] == "warning"


def set_on(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def test_what_is_set_for_a_database_alone_is_seen(doctor: Any, sound: dict[str, str], postgres_url: str) -> None:
    with empty_database(postgres_url) as url:
        command.upgrade(migrations_config(url), "head")
        name = make_url(url).database
        set_on(url, f"ALTER DATABASE {name} SET synchronous_commit = off")
        set_on(url, "CREATE ROLE reader LOGIN")
        set_on(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        try:
            as_reader = make_url(url).set(username="reader").render_as_string(hide_password=False)
            _, findings = doctor(**sound | {"DATABASE_URL": as_reader})
        finally:
            set_on(url, "DROP OWNED BY reader")
            set_on(url, "DROP ROLE reader")
    assert findings["synchronous_commit"]["severity"] == "warning"
    assert findings["may_create_tables"]["severity"] == "warning"


@pytest.fixture
def broker(redis_urls: RedisUrls) -> Iterator[Any]:
    client = redis_client(redis_urls.celery)
    before = {name: str(client.config_get(name)[name]) for name in ("maxmemory-policy", "appendonly")}
    yield client
    for name, value in before.items():
        client.config_set(name, value)
    client.flushall()


def test_a_broker_that_throws_keys_away_and_keeps_no_log(doctor: Any, sound: dict[str, str], broker: Any) -> None:
    broker.config_set("maxmemory-policy", "allkeys-lru")
    broker.config_set("appendonly", "no")
    code, findings = doctor(**sound)
    assert code is Exit.UNAVAILABLE
    assert wrong(findings) == {"maxmemory_policy", "append_only"}
    assert "CONFIG SET maxmemory-policy noeviction" in findings["maxmemory_policy"]["remedy"]


def test_messages_that_nobody_hears(doctor: Any, sound: dict[str, str], broker: Any) -> None:
    broker.rpush("llm", *["x"] * 1_001)
    _, findings = doctor(**sound)
    assert wrong(findings) == {"queue_lengths"}
    assert "llm: 1,001" in findings["queue_lengths"]["found"]


def test_work_that_is_late_poisoned_and_after_its_deadline(
    doctor: Any, sound: dict[str, str], transactions: Transactions
) -> None:
    Pipeline(transactions, ScriptedModel()).planned(interview(turns=10))
    with transactions.begin() as session:
        session.execute(text("UPDATE chunk SET next_attempt_at = now() - interval '10 min'"))
        session.execute(
            text(
                "UPDATE chunk SET state = 'failed', outcome = 'poisoned', finished_at = now() WHERE index = "
                "(SELECT max(index) FROM chunk)"
            )
        )
        session.execute(text("UPDATE run SET deadline_at = now() - interval '6 min'"))
    _, nobody = doctor(**sound)
    assert nobody["no_workers"]["severity"] == "error"
    live(transactions, version="0.1.0", slots=4)
    live(transactions, version="0.0.9", slots=4)
    _, findings = doctor(**sound)
    assert wrong(findings) == {"late_chunks", "late_runs", "poisoned", "worker_versions"}
    assert "up to 10 minutes, and 8 slots are free" in findings["late_chunks"]["found"]


def live(transactions: Transactions, *, version: str = "0.1.0", slots: int = 4, host: str | None = None) -> None:
    worker = Worked(uuid4(), host or socket.gethostname(), os.getpid(), version, slots)
    with transactions.begin() as session:
        sign_of_life(session, worker, busy=0)
        note_sweep(session, worker.id)


def test_everything_down_is_told_at_once_and_names_no_password(
    doctor: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    began = time.monotonic()
    variables = {
        "DATABASE_URL": "postgresql://notes:hunter2@127.0.0.1:1/notes",
        "REDIS_URL": "redis://:hunter2@127.0.0.1:1/0",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_API_KEY": "hunter2",
        "NOTES_MODEL": "writer",
        "NOTES_CANARY": str(tmp_path / "nowhere"),
        "NOTES_PRICES": str(tmp_path / "nowhere.yaml"),
        "NOTES_BUDGET_DAY_USD": "5",
    }
    code, findings = doctor(**variables)
    assert time.monotonic() - began < 20
    assert code is Exit.UNAVAILABLE
    assert {"database_answers", "broker_answers", "model_answers", "notes_canary", "notes_prices"} <= set(findings)
    assert "hunter2" not in json.dumps(findings)
    print_diagnosis(as_json=False)
    printed = capsys.readouterr().out
    assert "hunter2" not in printed
    assert "→ start it, or correct REDIS_URL" in printed
    assert "5 errors" in printed


def test_settings_that_cannot_be_read_are_the_only_finding(doctor: Any) -> None:
    code, findings = doctor(DATABASE_URL="mysql://notes:hunter2@db/notes", NOTES_LEASE_S="soon")
    assert code is Exit.UNAVAILABLE
    assert set(findings) == {"settings"}
    assert "DATABASE_URL" in findings["settings"]["found"]
    assert "NOTES_LEASE_S" in findings["settings"]["found"]
    assert "hunter2" not in findings["settings"]["found"]


def test_addresses_that_are_none_are_told_and_not_shown(doctor: Any) -> None:
    code, findings = doctor(
        DATABASE_URL="postgresql://notes:hunter2@[db/notes",
        REDIS_URL="redis://:hunter2@broker:door/0",
        OPENAI_BASE_URL="http://127.0.0.1:1/v1",
        NOTES_MODEL="writer",
    )
    assert code is Exit.UNAVAILABLE
    assert {"database_answers", "broker_answers"} <= set(findings)
    assert "hunter2" not in json.dumps(findings)


@pytest.mark.parametrize("url", ["postgresql://notes:hunter2@db:door/notes", "postgresql://n@h/d?sslmod=require"])
def test_a_port_or_an_option_that_is_none_is_told(url: str, doctor: Any) -> None:
    _, findings = doctor(DATABASE_URL=url)
    assert findings["database_answers"]["severity"] == "error"
    assert "hunter2" not in json.dumps(findings)


def test_a_trial_without_any_setting_is_in_order(doctor: Any) -> None:
    code, findings = doctor()
    assert code is Exit.OK
    assert wrong(findings, but=()) == set()


@pytest.fixture
def ask_worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Exit]:
    def ask(url: str) -> Exit:
        monkeypatch.setenv("DATABASE_URL", url)
        read_settings.cache_clear()
        return print_liveness()

    return ask


def test_a_worker_of_this_host_is_alive_for_a_minute_after_its_last_sign(
    ask_worker: Any, postgres_url: str, transactions: Transactions, engine: Engine
) -> None:
    live(transactions, host="elsewhere")
    with pytest.raises(WorkerSilentError, match="no worker of"):
        ask_worker(postgres_url)
    live(transactions)
    assert ask_worker(postgres_url) is Exit.OK
    with engine.begin() as connection:
        connection.execute(text("UPDATE worker SET seen_at = now() - interval '61 s'"))
    with pytest.raises(WorkerSilentError):
        ask_worker(postgres_url)


def test_a_database_that_is_away_is_not_held_against_the_worker(
    ask_worker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask_worker("postgresql://notes:hunter2@127.0.0.1:1/notes") is Exit.OK
    assert capsys.readouterr().out.startswith("unknown: the database does not answer")


def test_a_schema_without_workers_is_named(ask_worker: Any, postgres_url: str) -> None:
    with empty_database(postgres_url) as url, pytest.raises(ServiceUnavailableError, match="notes-pipeline migrate"):
        ask_worker(url)


def test_an_address_that_is_none_is_told_and_not_shown(ask_worker: Any) -> None:
    with pytest.raises(ServiceUnavailableError, match="DATABASE_URL cannot be used") as caught:
        ask_worker("postgresql://notes:hunter2@[db/notes")
    assert "hunter2" not in str(caught.value)


def test_the_health_check_imports_neither_celery_nor_sqlalchemy_nor_the_model_client(tmp_path: Path) -> None:
    program = (
        "import sys, notes_pipeline.diagnosis.liveness; "
        "print(sorted({'celery', 'sqlalchemy', 'openai', 'typer', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["doctor", "--json"], 0, '"worst": "ok"'),
        (["doctor", "--worker"], 6, "a worker needs DATABASE_URL"),
    ],
    ids=["all", "worker"],
)
def test_the_command_has_both(arguments: list[str], code: int, said: str, tmp_path: Path) -> None:
    ours = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(
        [sys.executable, "-m", "notes_pipeline.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env=environment,
    )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done
