"""Read what a user names on the command line."""

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
        InputError: it is not there, not readable, not a file, or too large; a pipe is never waited for.
    """
    try:
        status = path.stat()
        for is_kind, name in _KINDS:
            if is_kind(status.st_mode):
                raise InputError(f"{path}: is {name}, not a file")
        if status.st_size > MAX_BYTES:
            raise InputError(f"{path}: has {status.st_size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
