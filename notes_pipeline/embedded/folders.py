"""The folders of a server: its data, and a short one for its socket."""

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.embedded.accounts import Account

MAX_SOCKET_FOLDER_BYTES = 80  # a socket's path has room for 103 bytes on macOS, 107 on Linux; a name of ours takes 20
SOCKET_NOTE = "socket_folder"
SOCKET_FOLDER_PREFIX = "notes-"


def private_folder(folder: Path, name: str, *, for_account: bool = False) -> Path:
    """Make `folder` and `name` in it, which only we may read; returns the whole real path.

    `for_account`: a server that runs as another account works further down and may pass through.

    Raises:
        ServiceUnavailableError: it cannot be made or written.
    """
    path = folder / name
    mode = 0o711 if for_account else 0o700
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True, mode=mode)
        if for_account:
            folder.chmod(folder.stat().st_mode | 0o111)
        path.mkdir(exist_ok=True, mode=mode)
        path.chmod(mode)  # whatever the umask
        path = path.resolve()
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise ServiceUnavailableError(
            f"the folder {path} cannot be written: {error.strerror}. Set NOTES_DATA to one that can"
        ) from error
    return path


def socket_folder(home: Path, account: Account | None) -> Path:
    """Make the folder for the socket of the server in `home`: the one that was used before, else a new one.

    A checkout's own path may be longer than a socket's may be. The name is random and noted in `home`: a fixed name
    below /tmp could be taken by another user first.
    """
    if (known := known_socket_folder(home)) is not None:
        with suppress(OSError):  # somebody else's by now
            known.mkdir(mode=0o700, exist_ok=True)
            if _is_private(known, account):
                return known
    folder = _new_folder(account)
    (home / SOCKET_NOTE).write_text(str(folder), encoding="utf-8")
    return folder


def known_socket_folder(home: Path) -> Path | None:
    try:
        return Path((home / SOCKET_NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def forget_socket_folder(home: Path) -> None:
    """Leave nothing below /tmp when the server is down; the next start makes the same folder again."""
    if (known := known_socket_folder(home)) is not None:
        shutil.rmtree(known, ignore_errors=True)


def _new_folder(account: Account | None) -> Path:
    last: OSError | None = None
    for parent in dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"]):  # noqa: S108  # mkdtemp makes it ours
        if len(os.fsencode(parent)) + len("/notes-12345678") > MAX_SOCKET_FOLDER_BYTES:
            continue
        if account and not account.can_enter(Path(parent) / "x"):
            continue
        try:
            folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER_PREFIX, dir=parent))
        except OSError as error:
            last = error
            continue
        if account:
            os.chown(folder, account.uid, account.gid)
        return folder
    raise ServiceUnavailableError(f"no folder for a socket can be made below /tmp: {last}")


def _is_private(folder: Path, account: Account | None) -> bool:
    status = folder.lstat()
    if account and status.st_uid == os.geteuid():
        os.chown(folder, account.uid, account.gid)  # made again by us, just now
        status = folder.lstat()
    owner = account.uid if account else os.geteuid()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and stat.S_IMODE(status.st_mode) == 0o700
