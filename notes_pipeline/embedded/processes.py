"""Server processes: start them apart from the terminal, know them again by their pid, stop them."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import psutil

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.embedded.accounts import Account

# A server gets no variable of the user's: PGOPTIONS or a locale that is not installed would change or stop it.
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
SERVER_NAMES = ("postgres", "valkey", "redis")
POLL_S = 0.02
MAX_LOG_BYTES = 10_000_000
LAST_LINES = 4  # of a log in a message: the cause stands before what was done about it
MAX_LAST_WORDS = 600
_TIME_AND_PID = re.compile(r"^[\d-]+ [\d:.]+ UTC \[\d+\] |^\d+:[A-Z] \d+ \w+ \d+ [\d:.]+ ")


def launch(command: Sequence[str | Path], *, folder: Path, log: IO[bytes], account: Account | None) -> int:
    """Start a server that works in `folder` and outlives Ctrl-C in our terminal; returns its pid.

    Raises:
        ServiceUnavailableError: the program cannot be executed.
    """
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=CLEAN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **(account.popen_arguments() if account else {}),
        )
    except OSError as error:
        raise ServiceUnavailableError(f"{command[0]} cannot be started: {error.strerror}") from error
    # Somebody has to wait for it: a zombie keeps its pid, and PostgreSQL takes that for a server that is still up.
    threading.Thread(target=process.wait, name=f"wait for {process.pid}", daemon=True).start()
    return process.pid


def is_server(pid: int, folder: Path) -> bool:
    """Tell whether `pid` is a living server of `folder`: no zombie, and no stranger that got the number later."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith(SERVER_NAMES):
            return False
        # The command line first: without CAP_SYS_PTRACE, as in containers, root may not see another account's folder.
        return str(folder) in process.cmdline() or Path(process.cwd()) == folder
    except psutil.Error:
        return False


def servers_of(folder: Path) -> list[int]:
    """Find all processes that work in `folder`, also those whose parent was killed."""
    return [pid for pid in psutil.pids() if is_server(pid, folder)]


def sockets_of(pid: int) -> list[Path]:
    """Find the unix sockets that a process listens on; none where we may not look."""
    try:
        return [Path(str(each.laddr)) for each in psutil.Process(pid).net_connections("unix") if each.laddr]
    except psutil.Error:
        return []


def stop(pid: int, folder: Path, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send one signal after the other, each with its seconds of patience, until the server is gone.

    Raises:
        ServiceUnavailableError: it survives all of them.
    """
    for number, patience_s in steps:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise ServiceUnavailableError(f"process {pid} in {folder} belongs to somebody else and keeps on") from error
        if wait_gone(pid, folder, patience_s):
            return
    raise ServiceUnavailableError(f"process {pid} in {folder} does not stop: end it with `kill -9 {pid}`")


def wait_gone(pid: int, folder: Path, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while is_server(pid, folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to; one that has grown too long is begun anew.

    Raises:
        ServiceUnavailableError: it cannot be written.
    """
    try:
        path.touch(mode=0o600)  # what a server complains about may be a line of an interview
        return path.open("ab" if path.stat().st_size < MAX_LOG_BYTES else "wb")
    except OSError as error:
        raise ServiceUnavailableError(f"{path} cannot be written: {error.strerror}") from error


def read_pid(file: Path) -> int | None:
    """Read the number on the first line; None: there is no such file, or it is not whole."""
    try:
        return int(file.read_text(encoding="ascii", errors="replace").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def last_words(log: Path, *, since: int = 0) -> str:
    """Give what a server said last before it died, on one line. `since`: size of the log before it was started."""
    try:
        with log.open("rb") as file:
            file.seek(since)
            said = file.read().decode(errors="replace").splitlines()
    except OSError:
        return "nothing"
    lines = [_TIME_AND_PID.sub("", line).strip() for line in said if line.strip()]
    return " / ".join(lines[-LAST_LINES:])[-MAX_LAST_WORDS:] or "nothing"
