"""One interview from the file to stored notes, through real processes and servers."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.faults import Fault, Rule
from notes_pipeline.llm.offline.serving import running_offline_model
from tests.acceptance.conftest import COMMAND, ROOT, Command, processes_of

INTERVIEW = ROOT / "fixtures/interviews/bakery.vtt"
GUIDE = ROOT / "fixtures/guides/bakery.yaml"
BY_HAND = ROOT / "fixtures/demonstration/bent_quotes.yaml"


@pytest.fixture(scope="module")
def first_run(command: Command, folder: Path) -> dict[str, object]:
    done = command("run", INTERVIEW, "--guide", GUIDE, "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    report["progress"] = done.stderr
    return report


def test_an_interview_becomes_stored_notes_with_checked_quotes(first_run: dict[str, object]) -> None:
    run, notes = first_run["run"], first_run["notes"]
    assert isinstance(run, dict)
    assert isinstance(notes, list)
    assert (run["state"], run["model"], run["is_offline_model"]) == ("finished", OFFLINE_MODEL, True)
    said = " ".join(INTERVIEW.read_text().split())
    supported = [note for note in notes if note["status"] == "supported"]
    assert len(supported) >= 8
    for note in supported:
        assert note["evidence"]
        for evidence in note["evidence"]:
            assert evidence["verdict"] in ("verbatim", "faithful")
            assert evidence["speaker"] == "Bram Oosterlicht"
            assert 0 <= evidence["start"] < evidence["end"] <= 850
            assert evidence["matched_text"].split(" ")[0] in said


def test_nothing_is_lost_on_the_way(first_run: dict[str, object]) -> None:
    claims, chunks, cost = first_run["claims"], first_run["chunks"], first_run["cost"]
    assert isinstance(claims, dict)
    assert isinstance(chunks, list)
    assert isinstance(cost, dict)
    assert {chunk["state"] for chunk in chunks} == {"done"}
    assert len(chunks) >= 2
    assert sum(claims.values()) >= len(chunks)
    assert (cost["usd"], cost["calls"]) == (0, len(chunks))


def test_every_question_has_its_coverage(first_run: dict[str, object]) -> None:
    coverage = first_run["coverage"]
    assert isinstance(coverage, list)
    assert all(each["state"] is not None for each in coverage)
    assert {"answered"} <= {each["state"] for each in coverage}


def test_progress_goes_to_stderr_and_only_the_result_to_stdout(first_run: dict[str, object]) -> None:
    assert "chunks drafted" in str(first_run["progress"])


def test_everything_that_was_started_is_stopped(first_run: dict[str, object], folder: Path) -> None:
    assert processes_of(folder) == []


def test_a_second_run_gives_the_stored_result_without_asking_again(
    first_run: dict[str, object], command: Command
) -> None:
    again = command("run", INTERVIEW, "--guide", GUIDE, "--json")
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert report["run"] == first_run["run"]
    assert report["notes"] == first_run["notes"]
    assert "is stored" in again.stderr


def test_a_run_for_people_shows_notes_coverage_cost_and_what_verification_catches(
    first_run: dict[str, object], command: Command
) -> None:
    shown = command("run", INTERVIEW, "--guide", GUIDE, "--demonstrate", BY_HAND).stdout
    for expected in (
        "offline model",
        "Bram Oosterlicht",
        "asked: “",
        "cost $0.0000",
        "written by hand for this demonstration",
        "a number or unit differs",
        "somebody else said it",
        "no passage says it",
        "[Milo] {+Aniko+}",
    ):
        assert expected in " ".join(shown.split()), expected


def test_stored_notes_are_listed_and_filtered(first_run: dict[str, object], command: Command) -> None:
    run, notes = first_run["run"], first_run["notes"]
    assert isinstance(run, dict)
    assert isinstance(notes, list)
    question = next(note["question"] for note in notes if note["question"])
    listed = json.loads(command("notes", run["id"], "--question", question, "--json").stdout)
    wanted = [note["id"] for note in notes if note["question"] == question and note["status"] == "supported"]
    assert [note["id"] for note in listed] == sorted(wanted)
    shown = json.loads(command("show", "--status", "flagged", "--json").stdout)
    assert shown["run"]["id"] == run["id"]
    assert all(note["status"] == "flagged" for note in shown["notes"])


def started_run(folder: Path, environment: dict[str, str], url: str) -> "subprocess.Popen[str]":
    """Start a run against a slow model, and give it back once its chunks are with the model."""
    process = subprocess.Popen(
        [*COMMAND, "run", str(INTERVIEW), "--no-cache"],
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
    return process


def test_ctrl_c_stops_everything(folder: Path, environment: dict[str, str]) -> None:
    with running_offline_model(latency_s=30) as url:
        process = started_run(folder, environment, url)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert processes_of(folder) == []


def test_a_kill_of_the_command_takes_its_worker_along(folder: Path, environment: dict[str, str]) -> None:
    with running_offline_model(latency_s=2) as url:
        process = started_run(folder, environment, url)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)
        deadline = time.monotonic() + 30
        while any("cli worker" in each for each in processes_of(folder)) and time.monotonic() < deadline:
            time.sleep(0.2)
    assert not any("cli worker" in each for each in processes_of(folder))


def test_a_worker_that_is_killed_during_a_run_is_started_again(folder: Path, environment: dict[str, str]) -> None:
    with running_offline_model(latency_s=3) as url:
        process = started_run(folder, environment | {"NOTES_LEASE_S": "2", "NOTES_SWEEP_S": "1"}, url)
        (worker,) = [
            child for child in psutil.Process(process.pid).children() if "cli worker" in " ".join(child.cmdline())
        ]
        worker.kill()
        _, errors = process.communicate(timeout=90)
    assert process.returncode == 0, errors


def test_the_next_command_takes_up_the_servers_that_a_kill_left(command: Command, folder: Path) -> None:
    done = command("show", "--json")
    assert done.returncode == 0, done.stderr
    assert processes_of(folder) == []


def test_a_run_whose_endpoint_fails_for_good_is_partial_and_names_the_chunk(command: Command) -> None:
    # A word that only the last chunk of the interview has.
    with running_offline_model(rules=[Rule(fault=Fault.TRUNCATED, contains="stopping the recording")]) as url:
        done = command("run", INTERVIEW, "--guide", GUIDE, "--json", "--no-cache", OPENAI_BASE_URL=url)
    assert done.returncode == 4, done.stderr
    report = json.loads(done.stdout)
    assert report["run"]["state"] == "partial"
    total = len(report["chunks"])
    assert f"chunk {total} of {total}" in report["run"]["reason"]
    assert report["notes"]


def test_a_wrong_key_ends_at_once_with_what_to_set(command: Command) -> None:
    with running_offline_model(api_key="right") as url:
        done = command(
            *("run", INTERVIEW, "--json", "--no-cache"),
            OPENAI_BASE_URL=url,
            OPENAI_API_KEY="wrong",
            NOTES_MODEL=OFFLINE_MODEL,
        )
    assert done.returncode == 5, done.stderr
    assert "OPENAI_API_KEY" in json.loads(done.stdout)["run"]["reason"]


def test_status_tells_what_runs_just_now(folder: Path, environment: dict[str, str], command: Command) -> None:
    with running_offline_model(latency_s=30) as url:
        process = started_run(folder, environment, url)
        told = command("status", "--json", OPENAI_BASE_URL=url)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    parts = {part["name"]: part for part in json.loads(told.stdout)["parts"]}
    assert told.returncode == 0, told.stdout
    assert all(part["answers"] for part in parts.values())
    assert "runs running" in parts["database"]["detail"]
    assert "llm: 0 waiting" in parts["broker"]["detail"]
    assert OFFLINE_MODEL in parts["model"]["detail"]


def test_what_a_run_would_take_is_told_without_asking(first_run: dict[str, object], command: Command) -> None:
    known = json.loads(command("run", INTERVIEW, "--guide", GUIDE, "--dry-run", "--json").stdout)
    assert known["chunks"] == known["chunks_known"] >= 2
    assert (known["tokens_in"], known["usd"]) == (0, 0)
    done = command("run", INTERVIEW, "--dry-run", "--json", "--model", "gpt-4.1-mini", OPENAI_API_KEY="none")
    other = json.loads(done.stdout)
    assert (other["chunks"], other["chunks_known"]) == (known["chunks"], 0)
    assert 0 < other["usd"] < other["usd_at_most"] < 1


def test_known_answers_cost_nothing_and_costs_add_up(first_run: dict[str, object], command: Command) -> None:
    again = json.loads(command("run", INTERVIEW, "--guide", GUIDE, "--anew", "--json").stdout)
    assert (again["cost"]["calls"], again["cost"]["cached"]) == (0, len(again["chunks"]))
    costs = json.loads(command("costs", "--json").stdout)
    assert again["run"]["id"] in [run["run"] for run in costs["runs"]]
    assert costs["usd"] == 0


def test_a_budget_needs_a_price(command: Command) -> None:
    done = command("run", INTERVIEW, "--budget", "1", "--model", "somebodys-own-7b", OPENAI_API_KEY="none")
    assert done.returncode == 6
    assert "NOTES_PRICES" in done.stderr


def test_an_endpoint_that_is_not_there_is_named_before_anything_is_tried(command: Command) -> None:
    done = command("run", INTERVIEW, "--no-cache", OPENAI_BASE_URL="http://127.0.0.1:9/v1", NOTES_MODEL="any")
    assert done.returncode == 6
    assert "http://127.0.0.1:9/v1 cannot be reached" in done.stderr


def test_the_prompts_are_listed_and_printed(command: Command) -> None:
    listed = json.loads(command("prompts", "--json").stdout)
    assert [prompt["name"] for prompt in listed] == ["draft_notes", "repair_note", "judge_support", "summarise"]
    assert command("prompts", "draft_notes").stdout.startswith("---\nname: draft_notes\n")
    assert command("prompts", "no-such").returncode == 3


def test_a_question_that_the_guide_has_not_is_named_with_those_it_has(
    first_run: dict[str, object], command: Command
) -> None:
    run = first_run["run"]
    assert isinstance(run, dict)
    done = command("show", run["id"], "--question", "no-such")
    assert done.returncode == 3
    assert "has no question 'no-such'; it has before, decision" in done.stderr
