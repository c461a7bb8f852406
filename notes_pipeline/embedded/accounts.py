"""PostgreSQL refuses to run as root: then it runs as an account that exists and may do little."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from notes_pipeline.core.errors import ServiceUnavailableError

CANDIDATES = ("postgres", "nobody")  # nobody may own files of other services too, so it comes second


class PopenArguments(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine, with its main group and no other."""

    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> PopenArguments:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, path: Path) -> bool:
        """Tell whether every folder above `path` lets this account through. Access lists are not looked at."""
        return all(self._may_search(parent) for parent in path.resolve().parents)

    def _may_search(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account | None:
    """Choose who runs PostgreSQL; None: whoever we are.

    Raises:
        ServiceUnavailableError: we are root, and there is no other account.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServiceUnavailableError(
        f"PostgreSQL does not run as root, and this machine has no account {' or '.join(CANDIDATES)}: "
        "run this as another user, or set DATABASE_URL"
    )
