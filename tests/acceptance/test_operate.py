"""Work put in and taken out again by the command: submit, retry, cancel."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from notes_pipeline.embedded import embedded_postgres, embedded_redis
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.serving import running_offline_model
from notes_pipeline.store.database import connect
from tests.acceptance.conftest import COMMAND, ROOT, Command, processes_of

INTERVIEW = ROOT / "fixtures/interviews/bakery.vtt"
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def servers(folder: Path, command: Command) -> Iterator[dict[str, str]]:
    """Variables of a database that is migrated and a broker, as somebody has them who runs servers of his own."""
    with embedded_postgres(folder / "postgres", durable=False) as url, embedded_redis(folder / "redis") as urls:
        variables = {"DATABASE_URL": url, "REDIS_URL": urls.celery}
        assert command("migrate", **variables).returncode == 0
        yield variables


@contextmanager
def working(folder: Path, environment: dict[str, str], servers: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker with the offline model; stop it as a deployment does."""
    with running_offline_model() as url:
        variables = {"OPENAI_BASE_URL": url, "NOTES_MODEL": OFFLINE_MODEL, "NOTES_SWEEP_S": "1"}
        worker = subprocess.Popen(
            [*COMMAND, "worker"],
            cwd=folder,
            env=environment | servers | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield worker
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(PATIENCE_S)


def state_of(run: str, servers: dict[str, str]) -> str:
    """Read the state of a run; a command for it takes seconds on a busy machine."""
    engine = connect(servers["DATABASE_URL"])
    with engine.connect() as connection:
        state = connection.execute(text("SELECT state FROM run WHERE id = :run"), {"run": run}).scalar_one()
    engine.dispose()
    return str(state)


def submitted(command: Command, servers: dict[str, str], *arguments: object) -> dict[str, object]:
    done = command("submit", INTERVIEW, *arguments, "--json", **servers)
    assert done.returncode == 0, done.stderr
    ((run),) = json.loads(done.stdout)
    return dict(run)


def test_without_a_database_nobody_would_work_on_what_is_submitted(command: Command) -> None:
    done = command("submit", INTERVIEW)
    assert (done.returncode, done.stdout) == (6, "")
    assert "DATABASE_URL" in done.stderr
    assert "notes-pipeline run" in done.stderr


def test_what_can_be_read_is_stored_once_and_what_cannot_is_named(
    command: Command, folder: Path, servers: dict[str, str]
) -> None:
    (folder / "empty.vtt").write_text("")
    done = command("submit", "missing.vtt", INTERVIEW, "empty.vtt", "--json", **servers)
    assert done.returncode == 3
    assert "missing.vtt" in done.stderr
    assert "empty.vtt" in done.stderr
    (run,) = json.loads(done.stdout)
    assert (run["file"], run["is_new"], run["state"]) == (str(INTERVIEW), True, "queued")
    again = command("submit", INTERVIEW, **servers)
    assert again.stdout == f"{run['run']}  {INTERVIEW}  (stored: queued)\n"


def test_what_is_over_a_limit_is_refused_with_the_setting_to_raise(command: Command, servers: dict[str, str]) -> None:
    done = command("submit", INTERVIEW, "--anew", "--json", **servers, NOTES_MAX_CHUNKS="1")
    assert (done.returncode, json.loads(done.stdout)) == (3, [])
    assert "NOTES_MAX_CHUNKS" in done.stderr
    assert str(INTERVIEW) in done.stderr


def test_only_the_result_of_a_cancel_goes_to_stdout(command: Command, servers: dict[str, str]) -> None:
    run = str(submitted(command, servers, "--anew")["run"])
    assert command("cancel", run, **servers).stdout == f"{run} is cancelled\n"


def test_a_run_is_cancelled_and_tried_again_and_finished_by_workers(
    command: Command, folder: Path, environment: dict[str, str], servers: dict[str, str]
) -> None:
    run = str(submitted(command, servers, "--anew", "--backfill")["run"])
    cancelled = command("cancel", run, **servers)
    assert cancelled.returncode == 0, cancelled.stderr
    assert cancelled.stdout.endswith(f"{run} is cancelled\n")
    assert state_of(run, servers) == "cancelled"
    retried = command("retry", run, **servers)
    assert retried.returncode == 0, retried.stderr
    assert f"{run} is tried again" in retried.stdout
    with working(folder, environment, servers) as worker:
        until = time.monotonic() + PATIENCE_S
        while (state := state_of(run, servers)) != "finished" and time.monotonic() < until:
            time.sleep(0.2)
    assert (state, worker.returncode) == ("finished", 0)
    ended = command("cancel", run, **servers)
    assert (ended.returncode, ended.stdout) == (0, f"{run} has ended already: finished\n")
    assert "nothing to retry" in command("retry", run, **servers).stdout


def test_a_run_that_is_not_stored_cannot_be_cancelled(command: Command, servers: dict[str, str]) -> None:
    unknown = str(uuid4())
    done = command("cancel", unknown, **servers)
    assert (done.returncode, done.stdout) == (3, "")
    assert unknown in done.stderr


def test_without_servers_a_run_that_was_interrupted_and_cancelled_is_brought_to_its_end_by_a_retry(
    command: Command, folder: Path, environment: dict[str, str]
) -> None:
    with running_offline_model(latency_s=30) as url:
        process = subprocess.Popen(
            [*COMMAND, "run", str(INTERVIEW), "--anew", "--no-cache"],
            cwd=folder,
            env=environment | {"OPENAI_BASE_URL": url, "NOTES_MODEL": OFFLINE_MODEL},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "chunks drafted 0/" in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    run = json.loads(command("show", "--json").stdout)["run"]
    assert run["state"] == "running"
    assert command("cancel", run["id"]).stdout.endswith(f"{run['id']} is cancelled\n")
    retried = command("retry", run["id"])
    assert retried.returncode == 0, retried.stderr
    assert run["id"] in retried.stdout
    assert "Bram Oosterlicht" in retried.stdout
    assert json.loads(command("show", run["id"], "--json").stdout)["run"]["state"] == "finished"
    assert not any(str(folder / "data") in each for each in processes_of(folder))
