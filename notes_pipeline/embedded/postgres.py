"""A private PostgreSQL."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.embedded import processes
from notes_pipeline.embedded.accounts import Account, server_account
from notes_pipeline.embedded.binaries import postgres_binaries
from notes_pipeline.embedded.folders import (
    forget_socket_folder,
    known_socket_folder,
    private_folder,
    socket_folder,
)
from notes_pipeline.embedded.guard import guarded
from notes_pipeline.embedded.relocation import reachable_place
from notes_pipeline.embedded.sharing import shared

ROLE = DATABASE = "notes"
MAJOR_VERSION = "18"
SOCKET_NAME = ".s.PGSQL.5432"
INIT_TIMEOUT_S = 120  # takes 1 to 4 s on two cores
START_TIMEOUT_S = 300  # 0.1 s; replaying the log after a power cut takes as long as the log is
# Fast: sessions are cut, data is written. Immediate: the next start recovers from the log.
STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
ORPHAN_PATIENCE_S = 10.0  # sessions notice within milliseconds that their server died, unless they are busy

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",  # several processes with pools of 12
    "max_wal_size": "256MB",  # 1 GB by default, in somebody's checkout
    "max_parallel_workers_per_gather": "0",  # they need /dev/shm, of which a container has 64 MB
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@contextmanager
def embedded_postgres(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL on `folder` for the length of the block; yields the SQLAlchemy URL of its database `notes`.

    A server that somebody else runs on the same folder is shared, and kept as long as anybody uses it. `durable`:
    False for tests, where a power cut may lose the data; has no effect on a server that is already up.

    Raises:
        ServiceUnavailableError: it cannot be started; the message names the log.
    """
    server = Postgres.at(folder, durable=durable)
    with guarded(server.home, server.data) as tell_guard, shared(server, server.home):
        tell_guard(known_socket_folder(server.home))
        yield server.url


@dataclass(frozen=True, slots=True)
class Postgres:
    """`home`: the locks and the log. `data`: what PostgreSQL calls its data directory."""

    home: Path
    data: Path
    binaries: Path
    account: Account | None
    durable: bool = True

    @classmethod
    def at(cls, folder: Path, *, durable: bool = True) -> "Postgres":
        account = server_account()
        home = private_folder(folder, "postgres", for_account=account is not None)
        place = reachable_place(home, postgres_binaries(), account)
        return cls(home, place.data, place.binaries, account, durable)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(known_socket_folder(self.home)), safe='')}"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The pid of the living server on `data`; None: there is none, whatever its pid file says."""
        pid = processes.read_pid(self.data / "postmaster.pid")
        return pid if pid is not None and processes.is_server(pid, self.data) else None

    def is_up(self) -> bool:
        return self.pid is not None and self._answers()

    def start(self) -> None:
        if not (self.data / "PG_VERSION").is_file():
            self._initialise()
        self._check_version()
        self.stop()  # of a starter that was killed, or one whose socket was cleaned away from /tmp
        self._remove_stale_pid_file()
        sockets = socket_folder(self.home, self.account)
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE) | {"unix_socket_directories": f'"{sockets}"'}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with processes.open_log(self.log) as log:
            written = log.tell()
            pid = processes.launch(
                [self.binaries / "postgres", "-D", self.data, *options],
                folder=self.data,
                log=log,
                account=self.account,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        try:
            while not self._answers():
                if not processes.is_server(pid, self.data) or time.monotonic() > deadline:
                    raise self._failure("does not start", processes.last_words(self.log, since=written))
                time.sleep(processes.POLL_S)
        except BaseException:
            processes.stop(pid, self.data, STOP_STEPS)
            raise

    def stop(self) -> None:
        if (pid := self.pid) is not None:
            processes.stop(pid, self.data, STOP_STEPS)
        forget_socket_folder(self.home)

    def _initialise(self) -> None:
        """Make the cluster and its database beside their place, and move them there whole: a kill leaves no half."""
        new = self.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir(mode=0o700)
            if self.account:
                os.chown(new, self.account.uid, self.account.gid)
        except OSError as error:
            raise ServiceUnavailableError(f"{new} cannot be made: {error.strerror}") from error
        # C.UTF-8 of PostgreSQL itself: the same order and case rules on every machine, no locale to install.
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += [f"--username={ROLE}", "--auth=trust", "--no-instructions"]
        options += [] if self.durable else ["--no-sync"]
        self._run([self.binaries / "initdb", "-D", new, *options])
        self._run([self.binaries / "postgres", "--single", "-D", new, "template1"], f"CREATE DATABASE {DATABASE};\n")
        new.rename(self.data)

    def _run(self, command: list[str | Path], said: str = "") -> None:
        """Run one of PostgreSQL's programs to its end; what it says goes to the log."""
        with processes.open_log(self.log) as log:
            written = log.tell()
            try:
                done = subprocess.run(
                    [str(part) for part in command],
                    cwd="/",
                    env=processes.CLEAN_ENVIRONMENT,
                    input=said.encode(),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=INIT_TIMEOUT_S,
                    check=False,
                    start_new_session=True,
                    **(self.account.popen_arguments() if self.account else {}),
                )
            except OSError as error:
                raise self._failure("cannot be run", str(error)) from error
            except subprocess.TimeoutExpired as error:
                raise self._failure("cannot be set up", f"nothing within {INIT_TIMEOUT_S} s") from error
        if done.returncode:
            raise self._failure("cannot be set up", processes.last_words(self.log, since=written))

    def _check_version(self) -> None:
        stored = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if stored != MAJOR_VERSION:
            raise ServiceUnavailableError(
                f"{self.data} was made by PostgreSQL {stored}, and PostgreSQL {MAJOR_VERSION} is installed: "
                f"install the earlier version again to read it, or remove {self.home}"
            )

    def _remove_stale_pid_file(self) -> None:
        """Remove a pid file whose number now belongs to a stranger or a zombie; PostgreSQL would wait for it for ever.

        Not before the sessions of a killed server are gone, which still write: that is what the file guards.
        """
        for pid in processes.servers_of(self.data):
            if not processes.wait_gone(pid, self.data, ORPHAN_PATIENCE_S):
                processes.stop(pid, self.data, STOP_STEPS[1:])
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _answers(self) -> bool:
        """Tell whether it takes sessions: its pid file says so (as `pg_ctl` asks), and its socket is where we look."""
        sockets = known_socket_folder(self.home)
        try:
            ready = (self.data / "postmaster.pid").read_text(encoding="utf-8").rstrip().endswith("\nready")
            if sockets is None or not ready:
                return False
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(sockets / SOCKET_NAME))
        except OSError:
            return False
        return True

    def _failure(self, what: str, why: str) -> ServiceUnavailableError:
        hint = " The disk is full: make room." if "No space left" in why else ""
        return ServiceUnavailableError(f"PostgreSQL in {self.data} {what}: {why}.{hint} Its log: {self.log}")
