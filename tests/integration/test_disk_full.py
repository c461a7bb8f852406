"""A disk that is full while a run works: on a small file system of our own, filled to its last byte."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from notes_pipeline.embedded import RedisUrls
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.serving import running_offline_model

ROOT = Path(__file__).resolve().parents[2]
INTERVIEW = ROOT / "fixtures" / "interviews" / "bakery.vtt"
SIZE_MB = 160  # 47 are PostgreSQL's when a run begins
LATENCY_S = 4.0  # of the model: the disk is full before the first answer comes
FULL_S = 9.0  # five of them after the answers; whoever has one insists on writing it for 40
OURS = ("DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "NOTES_MODEL", "NOTES_DATA")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own for `SIZE_MB`; skips where we may mount none."""
    folder = Path(tempfile.mkdtemp(prefix="notes-small-"))
    options = f"size={SIZE_MB}m,mode=755"
    mounting = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mounting, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        folder.rmdir()
        pytest.skip("there is no program to mount a small file system with")
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def started_run(folder: Path, model_url: str, **variables: str) -> "Iterator[subprocess.Popen[str]]":
    """Start the command on the small disk."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {"NOTES_DATA": str(folder / "data"), "OPENAI_BASE_URL": model_url, "NOTES_MODEL": OFFLINE_MODEL}
    with subprocess.Popen(
        [sys.executable, "-m", "notes_pipeline.cli", "run", str(INTERVIEW), "--json"],
        env=environment | {"NOTES_LEASE_S": "5", "NOTES_SWEEP_S": "2"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def run_through_a_full_disk(folder: Path, model_url: str, **variables: str) -> tuple[int, str, str]:
    """Fill the disk once the chunks are with the model, make room after a while; gives exit code and what was said."""
    filler = folder / "filler"
    with started_run(folder, model_url, **variables) as process:
        assert process.stderr is not None
        while "chunks drafted 0/" not in (line := process.stderr.readline()):
            assert line, "the run ended before it began"
        until = time.monotonic() + FULL_S
        with filler.open("wb", buffering=0) as file:
            while time.monotonic() < until and process.poll() is None:
                fill(file)
                time.sleep(0.1)
        filler.unlink()
        said, errors = process.communicate(timeout=90)
        return process.returncode, said, errors


def fill(file: Any) -> None:
    """Take what is left, also what somebody has let go of meanwhile."""
    for size in (1 << 20, 4_096, 64):
        try:
            while True:
                file.write(b"\0" * size)
        except OSError:
            continue


def finished(said: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(said)
    assert report["run"]["state"] == "finished"
    assert {chunk["state"] for chunk in report["chunks"]} == {"done"}
    assert sum(report["claims"].values()) >= len(report["chunks"]) >= 2
    return report


@pytest.mark.timeout(150)
def test_answers_outlast_a_database_whose_disk_is_full_for_a_while(small_disk: Path, redis_urls: RedisUrls) -> None:
    with running_offline_model(latency_s=LATENCY_S) as url:
        code, said, errors = run_through_a_full_disk(small_disk, url, REDIS_URL=redis_urls.celery)
    assert code == 0, errors
    report = finished(said)
    assert report["cost"]["calls"] == len(report["chunks"]), "what was answered was paid for once"
    assert "No space left" in (small_disk / "data" / "postgres" / "postgres.log").read_text(errors="replace")


@pytest.mark.timeout(150)
def test_a_run_that_a_full_disk_ended_is_finished_by_the_next_command(small_disk: Path) -> None:
    """Here the broker stands on the full disk, too. Whatever the first command says, the second has all notes."""
    with running_offline_model(latency_s=LATENCY_S) as url:
        code, said, errors = run_through_a_full_disk(small_disk, url)
        assert "Traceback" not in errors
        assert code in (0, 6), errors
        if code != 0:
            with started_run(small_disk, url) as again:
                said, errors = again.communicate(timeout=90)
                assert again.returncode == 0, errors
    finished(said)
