"""A helper process that does what its user cannot: stop a server after the user was killed.

Every user of a server has one. It waits for the end of a pipe that only its user holds open, and leaves in its stead.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from notes_pipeline.embedded import processes
from notes_pipeline.embedded.folders import SOCKET_FOLDER_PREFIX, forget_socket_folder
from notes_pipeline.embedded.sharing import stop_if_last

# Nothing of ours is imported before there is something to do: until then it is a Python of 9 MB that sleeps.
PROGRAM = """
import sys
said = sys.stdin.buffer.read()
from notes_pipeline.embedded.guard import main
main(said)
"""
# Both servers take SIGINT for an orderly end.
STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGKILL, 5.0))


@contextmanager
def guarded(home: Path, work: Path) -> Iterator[Callable[[Path | None], None]]:
    """Keep a guard for the length of the block. `home`: with the locks; `work`: where the server works.

    Yields what tells the guard the folder of the server's socket: `home`, where it is noted, may be gone by then.
    """
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for its user
    ) as guard:

        def tell(said: bytes) -> None:
            if guard.stdin is not None:
                guard.stdin.write(said)
                guard.stdin.flush()

        try:
            tell(b"\0".join(os.fsencode(path) for path in (home, work)))
            yield lambda sockets: None if sockets is None else tell(b"\0" + os.fsencode(sockets))
        finally:
            guard.kill()  # its user leaves by itself


def main(said: bytes) -> None:
    """Leave for a user that is gone. `said`: what it wrote into the pipe."""
    home, work, *sockets = (Path(os.fsdecode(path)) for path in said.split(b"\0"))
    orphan = _Orphan(home, work, frozenset(sockets))
    if home.is_dir():
        stop_if_last(orphan, home)
    else:
        orphan.stop()  # the folder was removed under it, and nobody can find it any more


@dataclass(frozen=True, slots=True)
class _Orphan:
    """A server of which no more is known than where it works, and perhaps the folders of its socket."""

    home: Path
    work: Path
    sockets: frozenset[Path]

    def stop(self) -> None:
        pids = processes.servers_of(self.work)
        # The kernel's list leaves some out while others come and go; but a user that starts may not know them yet.
        folders = self.sockets | {path.parent for pid in pids for path in processes.sockets_of(pid)}
        for pid in pids:
            processes.stop(pid, self.work, STOP_STEPS)
        forget_socket_folder(self.home)
        for folder in folders:  # noted in `home`, which may be gone
            if folder.name.startswith(SOCKET_FOLDER_PREFIX):
                shutil.rmtree(folder, ignore_errors=True)
