"""Where PostgreSQL works when we are root and its account cannot enter the checkout, as below root's own home.

Opening that home to everybody would be the simpler way and not ours to choose. Data and programs are put below
/var/lib instead; a link stands in their place.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.embedded.accounts import Account

SHARED_STATE = Path("/var/lib/notes-pipeline")
NEEDED_PROGRAMS = ("postgres", "initdb")


@dataclass(frozen=True, slots=True)
class Place:
    """`data`: the data directory, perhaps not there yet. `binaries`: the folder of the programs."""

    data: Path
    binaries: Path


def reachable_place(home: Path, binaries: Path, account: Account | None, state: Path = SHARED_STATE) -> Place:
    """Choose where to work: in `home`, unless `account` cannot get there or to the programs.

    Raises:
        ServiceUnavailableError: nor can the other place be made.
    """
    binaries = binaries.resolve()
    data = home / "data"
    if account is None:
        return Place(data, binaries)
    try:
        if not account.can_enter(binaries / "postgres"):
            binaries = _copy_of(binaries, state)
        if not account.can_enter(data):
            data = _moved(home, state) / "data"
    except OSError as error:
        raise ServiceUnavailableError(
            f"PostgreSQL runs as {account.name}, who cannot enter {home}, and {error.filename} cannot be written: "
            f"{error.strerror}. Set NOTES_DATA to a folder that {account.name} can enter, or DATABASE_URL"
        ) from error
    return Place(data, binaries)


def _moved(home: Path, state: Path) -> Path:
    """Make the folder that `home` links to. One without its link is what `make clean` left over."""
    folder = state / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    link = home / "moved"
    if not link.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
        _make_passage(folder)
        link.symlink_to(folder)
    _make_passage(folder)
    return folder


def _copy_of(binaries: Path, state: Path) -> Path:
    """Copy what PostgreSQL needs to run once per build (35 MB, 0.1 s), keeping the relative paths between its parts."""
    install, package = binaries.parent, binaries.parent.parent
    build = hashlib.sha256(f"{package} {(binaries / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:16]
    copy = state / f"postgresql-{build}"
    wanted = copy / package.name / install.name / "bin"
    if wanted.is_dir():
        return wanted
    new = copy.with_name(f"{copy.name}.{os.getpid()}")
    _make_passage(new / package.name / install.name / "bin")
    for name in NEEDED_PROGRAMS:
        shutil.copy2(binaries / name, new / package.name / install.name / "bin" / name)
    for name in ("lib", "share"):
        shutil.copytree(install / name, new / package.name / install.name / name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, new / libraries.name)
    try:
        new.rename(copy)
    except OSError:
        shutil.rmtree(new)  # another starter was first
        if not wanted.is_dir():
            raise
    return wanted


def _make_passage(folder: Path) -> None:
    """Make a folder, and those above it, that everybody may pass through but only we may list."""
    for each in [*reversed(folder.parents), folder]:
        if not each.exists():
            each.mkdir(mode=0o711, exist_ok=True)
            each.chmod(0o711)  # whatever the umask
