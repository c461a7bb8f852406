"""A private Redis-compatible server: Valkey from its wheel, else one on the PATH."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.embedded import processes
from notes_pipeline.embedded.binaries import redis_binary
from notes_pipeline.embedded.folders import (
    forget_socket_folder,
    known_socket_folder,
    private_folder,
    socket_folder,
)
from notes_pipeline.embedded.guard import guarded
from notes_pipeline.embedded.sharing import shared

SOCKET_NAME = "redis.sock"
START_TIMEOUT_S = 60  # 0.05 s; loading its log takes longer when millions of messages wait
STOP_STEPS = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))  # on SIGTERM it writes its log to disk first

# Relative names: the server works in its own folder, whose path may hold blanks and quotes.
CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir .
pidfile redis.pid
daemonize no
appendonly yes
appendfsync {fsync}
save ""
maxmemory-policy noeviction
"""


@dataclass(frozen=True, slots=True)
class RedisUrls:
    """The same server in two spellings: kombu and redis-py each know only their own for a socket."""

    celery: str
    client: str


@contextmanager
def embedded_redis(folder: Path, *, durable: bool = True) -> Iterator[RedisUrls]:
    """Run a Redis-compatible server on `folder` for the length of the block.

    Shared and kept like the database. `durable`: False for tests; True loses at most a second at a power cut.

    Raises:
        ServiceUnavailableError: it cannot be started; the message names the log.
    """
    server = Redis.at(folder, durable=durable)
    with guarded(server.home, server.home) as tell_guard, shared(server, server.home):
        tell_guard(known_socket_folder(server.home))
        yield server.urls


@dataclass(frozen=True, slots=True)
class Redis:
    """`home`: locks, log and data, where the server works."""

    home: Path
    durable: bool = True

    @classmethod
    def at(cls, folder: Path, *, durable: bool = True) -> "Redis":
        return cls(private_folder(folder, "redis"), durable)

    @property
    def urls(self) -> RedisUrls:
        path = self._socket()
        return RedisUrls(celery=f"redis+socket://{path}?virtual_host=0", client=f"unix://{path}?db=0")

    @property
    def log(self) -> Path:
        return self.home / "redis.log"

    @property
    def pid(self) -> int | None:
        """The pid of the living server in `home`; None: there is none, whatever its pid file says."""
        pid = processes.read_pid(self.home / "redis.pid")
        return pid if pid is not None and processes.is_server(pid, self.home) else None

    def is_up(self) -> bool:
        return self.pid is not None and self._answers()

    def start(self) -> None:
        binary = redis_binary()
        for pid in processes.servers_of(self.home):  # of a starter that was killed, or whose socket was cleaned away
            processes.stop(pid, self.home, STOP_STEPS)
        sockets = socket_folder(self.home, None)
        (self.home / "redis.conf").write_text(
            CONFIGURATION.format(socket=sockets / SOCKET_NAME, fsync="everysec" if self.durable else "no"),
            encoding="utf-8",
        )
        with processes.open_log(self.log) as log:
            written = log.tell()
            pid = processes.launch([binary, "redis.conf"], folder=self.home, log=log, account=None)
        deadline = time.monotonic() + START_TIMEOUT_S
        try:
            while not self._answers():
                if not processes.is_server(pid, self.home) or time.monotonic() > deadline:
                    raise self._failure(processes.last_words(self.log, since=written))
                time.sleep(processes.POLL_S)
        except BaseException:
            processes.stop(pid, self.home, STOP_STEPS)
            raise

    def stop(self) -> None:
        if (pid := self.pid) is not None:
            processes.stop(pid, self.home, STOP_STEPS)
        forget_socket_folder(self.home)

    def _socket(self) -> Path:
        return (known_socket_folder(self.home) or self.home) / SOCKET_NAME

    def _answers(self) -> bool:
        """Tell whether it answers PING; while it loads its data it says -LOADING."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self._socket()))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def _failure(self, why: str) -> ServiceUnavailableError:
        return ServiceUnavailableError(
            f"the Redis-compatible server in {self.home} does not start: {why}. Its log: {self.log}. It holds nothing "
            f"but announcements of work: {self.home} can be removed without loss"
        )
