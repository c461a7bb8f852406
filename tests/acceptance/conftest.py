"""The command as a user runs it: its own process, in an empty folder, with embedded servers and the offline model."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "notes_pipeline.cli"]
OURS = ("DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "NOTES_MODEL", "NOTES_DATA")

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the account of an embedded PostgreSQL may enter; pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="notes-acceptance-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def environment(folder: Path) -> dict[str, str]:
    """The environment of somebody who has set nothing but where the data is to be."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"NOTES_DATA": str(folder / "data"), "COLUMNS": "120"}


@pytest.fixture(scope="session")
def command(folder: Path, environment: dict[str, str]) -> Command:
    """Run the command to its end; keyword arguments are further variables."""

    def run(*arguments: object, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=folder,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )

    return run


def processes_of(folder: Path) -> list[str]:
    """Name the running processes that work on a folder of ours: servers, workers, models."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "environ"]):
        arguments = " ".join(process.info["cmdline"] or [])
        variables = process.info["environ"] or {}
        if process.pid != os.getpid() and (str(folder) in arguments or str(folder) in variables.get("NOTES_DATA", "")):
            found.append(arguments)
    return found
