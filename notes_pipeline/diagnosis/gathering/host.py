"""What the machine or container allows."""

import os
import resource
import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from notes_pipeline.core.errors import NotesPipelineError
from notes_pipeline.diagnosis.facts import HostFacts
from notes_pipeline.settings import Settings

# Of a control group: version 2, then version 1, which writes a number near 2^63 for none.
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
NO_LIMIT = 2**60


def gather_host(settings: Settings) -> HostFacts:
    folder = settings.notes_data
    return HostFacts(
        version=version("notes-pipeline"),
        open_files=_open_files(),
        memory_bytes=memory_limit(),
        data_mode=folder.stat().st_mode if folder.is_dir() else None,
        free_bytes=_free(folder),
        unreadable=dict(_unreadable(settings)),
    )


def memory_limit(limits: tuple[Path, ...] = MEMORY_LIMITS) -> int | None:
    """Bytes that this process and its neighbours in the group may have, else those of the machine."""
    for path in limits:
        try:
            said = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeError):
            continue
        if said.isdigit() and int(said) < NO_LIMIT:
            return int(said)
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _open_files() -> int | None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _free(folder: Path) -> int | None:
    """Free bytes where the folder is, or will be."""
    for place in (folder, *folder.absolute().parents):
        if place.exists():
            return shutil.disk_usage(place).free
    return None


def _unreadable(settings: Settings) -> Iterator[tuple[str, str]]:
    from notes_pipeline.llm.prices import load_prices
    from notes_pipeline.llm.prompts import load_prompts
    from notes_pipeline.steps.evaluate import open_gold_set

    readers: Mapping[str, tuple[Path | None, Callable[[Path], object]]] = {
        "NOTES_CANARY": (settings.notes_canary, open_gold_set),
        "NOTES_PROMPTS": (settings.notes_prompts, load_prompts),
        "NOTES_PRICES": (settings.notes_prices, load_prices),
    }
    for variable, (path, read) in readers.items():
        if path is None:
            continue
        try:
            read(path)
        except (NotesPipelineError, OSError) as error:
            yield variable, str(error)
