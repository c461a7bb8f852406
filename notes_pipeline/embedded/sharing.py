"""One server for all that use a folder at the same time: the first starts it, the last to leave stops it.

Two files are locked (`flock`, which the kernel lets go of however a process ends). `start.lock`: held while a server
is started or stopped. `users.lock`: every user holds a share; who can have it alone is the last one.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from notes_pipeline.core.errors import ServiceUnavailableError


class Stoppable(Protocol):
    """`stop` returns when the server is gone, and does nothing when it is not up."""

    def stop(self) -> None: ...


class Server(Stoppable, Protocol):
    """`start` returns when the server answers."""

    def is_up(self) -> bool: ...

    def start(self) -> None: ...


@contextmanager
def shared(server: Server, folder: Path) -> Iterator[None]:
    """Keep `server` running for the length of the block. `folder` holds the locks."""
    with open_lock(folder / "start.lock") as gate, open_lock(folder / "users.lock") as users:
        try:
            with locked(gate):
                fcntl.flock(users, fcntl.LOCK_SH)
                if not server.is_up():
                    _start(server, folder)
            yield
        finally:
            with locked(gate):
                _leave(server, users)


def stop_if_last(server: Stoppable, folder: Path) -> None:
    """Stop `server` unless somebody uses it."""
    with open_lock(folder / "start.lock") as gate, open_lock(folder / "users.lock") as users, locked(gate):
        _leave(server, users)


@contextmanager
def open_lock(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = path.open("ab")
    except OSError as error:
        raise ServiceUnavailableError(f"{path} cannot be written: {error.strerror}") from error
    with file:
        yield file


@contextmanager
def locked(file: IO[bytes]) -> Iterator[None]:
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        raise ServiceUnavailableError(
            f"{file.name} cannot be locked: {error.strerror}. Set NOTES_DATA to a folder on a local disk"
        ) from error
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _start(server: Server, folder: Path) -> None:
    try:
        server.start()
    except OSError as error:
        where = error.filename or folder
        raise ServiceUnavailableError(f"{where} cannot be written: {error.strerror}. Its folder: {folder}") from error


def _leave(server: Stoppable, users: IO[bytes]) -> None:
    if _is_alone(users):
        server.stop()
    # Closing is not enough: a child forked meanwhile holds the same lock as we do.
    fcntl.flock(users, fcntl.LOCK_UN)


def _is_alone(users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
