"""From upload through webhook to notes over HTTP, as a product backend does it: `serve --all`, a process of its own."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2
import psutil
import pytest

from notes_pipeline.api.shapes.reviews import ReviewSent
from notes_pipeline.client import NotesClient
from notes_pipeline.core.reviewing import Decision, ReviewReason
from notes_pipeline.core.runs import RunState
from tests.acceptance.conftest import COMMAND, ROOT, Command, processes_of
from tests.integration.receiving import Receiver, receiving

INTERVIEW = ROOT / "fixtures/interviews/bakery.vtt"
GUIDE = ROOT / "fixtures/guides/bakery.yaml"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Served:
    process: "subprocess.Popen[str]"
    said: str

    @property
    def url(self) -> str:
        found = re.search(r"API: (\S+)/v1", self.said)
        assert found is not None, self.said
        return found[1]

    @property
    def key(self) -> str | None:
        found = re.search(r"Key: (npk_\S+)", self.said)
        return None if found is None else found[1]


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[Served]:
    """Serve everything on a free port until the block ends; gives what it printed."""
    variables = {"NOTES_DATA": str(folder / "served"), "NOTES_ALLOW_PRIVATE_URLS": "true", "NOTES_SWEEP_S": "1"}
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--all", "--port", "0"],
            cwd=folder,
            env=environment | variables,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    said = ""
    try:
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, (folder / "serve.log").read_text()
            said += line
        yield Served(process, said)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        process.stdout.close()


def told(receiver: Receiver, type_: str) -> dict[str, object]:
    """Wait for an event, and give its data."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for each in list(receiver.received):
            if each.said["type"] == type_:
                return dict(each.said["data"])
        time.sleep(0.05)
    raise TimeoutError(f"no {type_} came")


def ready(url: str) -> object:
    """Ask whether all is well until it is; a worker gives its first sign of life after some seconds."""
    until = time.monotonic() + PATIENCE_S
    while True:
        answered = httpx2.get(f"{url}/readyz", timeout=30)
        if answered.status_code == 200 or time.monotonic() > until:
            return answered.json()
        time.sleep(0.2)


@pytest.mark.timeout(240)
def test_from_upload_through_webhook_to_reviewed_notes(folder: Path, environment: dict[str, str]) -> None:
    with serving(folder, environment) as served, receiving() as receiver:
        assert served.key is not None
        with NotesClient(served.url, served.key) as notes:
            webhook = notes.add_webhook(receiver.url)
            guide = notes.add_guide(GUIDE)
            uploaded = notes.upload(
                INTERVIEW,
                external_id="interview-1",
                media_url="https://media.example.com/bakery.mp3",
                guide_id=guide.id,
            )
            finished = told(receiver, "run.finished")
            assert finished["run_id"] == str(uploaded.run_id)
            assert all(each.is_signed_with(webhook.secret) for each in receiver.received)
            run = notes.run(UUID(str(finished["run_id"])))
            assert run.state is RunState.FINISHED
            assert run.claims.total == run.claims.supported + run.claims.flagged > 0
            text = " ".join(each.text for each in notes.utterances(uploaded.id))
            found = list(notes.notes(run_id=run.id))
            assert len(found) > 5
            for each in found:
                for evidence in each.evidence:
                    cut = " … ".join(text[span.text_from : span.text_to] for span in evidence.spans)
                    assert cut == evidence.exact_words
                    assert evidence.transcript_hash == uploaded.content_hash
                    assert evidence.link is not None
                    assert evidence.link.startswith("https://media.example.com/bakery.mp3#t=")
            reviewed = notes.review(
                found[0].id,
                ReviewSent(decision=Decision.REJECT, reason=ReviewReason.TRIVIAL, reviewer="Rut"),
                revision=found[0].revision,
            )
            assert not reviewed.is_readable
            assert told(receiver, "note.reviewed")["note_id"] == str(found[0].id)
            assert found[0].id not in {each.id for each in notes.notes(run_id=run.id)}
            assert notes.upload(INTERVIEW, external_id="interview-1").id == uploaded.id
            notes.erase(uploaded.id)
            assert list(notes.notes()) == []
        assert ready(served.url) == {"status": "ok", "missing": {}}
        workers = [each for each in psutil.Process(served.process.pid).children() if "worker" in each.cmdline()]
        assert len(workers) == 1
    assert served.process.returncode == 0
    assert processes_of(folder / "served") == []
    logged = (folder / "serve.log").read_text()
    assert served.key not in logged
    assert found[0].evidence[0].exact_words[:40] not in logged


@pytest.mark.timeout(240)
def test_a_second_time_it_makes_no_second_key_and_starts_a_worker_again_that_died(
    folder: Path, environment: dict[str, str], command: Command
) -> None:
    with serving(folder, environment):
        pass
    with serving(folder, environment) as served:
        assert served.key is None
        made = command("keys", "create", "--name", "mine", "--scope", "admin", NOTES_DATA=str(folder / "served"))
        with NotesClient(served.url, made.stdout.splitlines()[0]) as notes:
            (worker,) = (each for each in psutil.Process(served.process.pid).children() if "worker" in each.cmdline())
            worker.send_signal(signal.SIGKILL)
            guide = notes.add_guide(GUIDE)
            run = notes.wait(notes.upload(INTERVIEW, guide_id=guide.id).run_id, timeout_s=PATIENCE_S)
            assert run.state is RunState.FINISHED
    assert served.process.returncode == 0


def test_a_port_that_is_taken_is_named_before_anything_starts(folder: Path, command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command("serve", "--all", "--port", port, NOTES_DATA=str(folder / "never"))
    assert done.returncode == 6
    assert f"cannot listen at 127.0.0.1:{port}" in done.stderr
    assert not (folder / "never").exists()
