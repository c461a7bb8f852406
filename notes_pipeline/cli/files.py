"""Read what a user names on the command line."""

import os
import stat
from pathlib import Path

from notes_pipeline.core.errors import InputError
from notes_pipeline.readers.decoding import MAX_BYTES

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


def read_file(path: Path) -> bytes:
    """Read a regular file, up to the limit of the readers.

    Raises:
        InputError: it is not there, not readable, not a file, too large, or changed meanwhile; a pipe is never waited
            for.
    """
    try:
        _refuse_kind(path, path.stat())
        # What was a file may be a pipe by now: opened so, that one is not waited for either.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            _refuse_kind(path, status)
            data = file.read(MAX_BYTES + 1)
            if len(data) != status.st_size or os.fstat(file.fileno()).st_mtime_ns != status.st_mtime_ns:
                raise InputError(f"{path}: changed while it was read: give the command again when it is written whole")
            return data
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _refuse_kind(path: Path, status: os.stat_result) -> None:
    for is_kind, name in _KINDS:
        if is_kind(status.st_mode):
            raise InputError(f"{path}: is {name}, not a file")
    if status.st_size > MAX_BYTES:
        raise InputError(
            f"{path}: has {status.st_size / 2**20:.0f} MB, the limit is {MAX_BYTES // 2**20} MB. "
            "Split it, or export it without word times."
        )
