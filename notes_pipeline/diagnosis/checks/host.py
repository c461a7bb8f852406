"""What the machine or container allows, against what is asked of it."""

from collections.abc import Iterator

from notes_pipeline.diagnosis.facts import Facts
from notes_pipeline.diagnosis.findings import Finding, error, warning

MB = 2**20
LOW_DISK, FULL_DISK = 1024 * MB, 200 * MB
BASE_FILES = 64  # interpreter, logs, broker, listeners
BASE_MEMORY = 150 * MB  # of a worker process at rest
MEMORY_PER_SLOT = 1 * MB  # 100 calls in flight took 208 MB together with the process


def check_host(facts: Facts) -> Iterator[Finding]:
    yield from disk(facts)
    yield from open_files(facts)
    yield from memory(facts)
    yield from files(facts)


def disk(facts: Facts) -> Iterator[Finding]:
    """Only where the embedded database keeps its data here."""
    free = facts.host.free_bytes
    if facts.settings.database_url is not None or free is None:
        return
    found = f"{free / MB:,.0f} MB are free where {facts.settings.notes_data} lies"
    if free < FULL_DISK:
        yield error(
            "disk", f"{found}: PostgreSQL stops when its disk is full", "free some, or set NOTES_DATA elsewhere"
        )
    elif free < LOW_DISK:
        yield warning("disk", found, "free some, or set NOTES_DATA elsewhere")


def open_files(facts: Facts) -> Iterator[Finding]:
    """A call in flight has one socket; two while a connection is renewed."""
    most, slots = facts.host.open_files, facts.settings.notes_concurrency
    needed = BASE_FILES + 2 * slots
    if most is not None and most < needed:
        yield error(
            "open_files",
            f"a process may open {most} files, and {slots} slots need {needed}",
            f"ulimit -n {max(1024, needed)}, or LimitNOFILE, or ulimits.nofile of the container",
        )


def memory(facts: Facts) -> Iterator[Finding]:
    most, slots = facts.host.memory_bytes, facts.settings.notes_concurrency
    needed = BASE_MEMORY + slots * MEMORY_PER_SLOT
    if most is not None and most < needed:
        yield warning(
            "memory",
            f"{most / MB:,.0f} MB are allowed here, and a worker of {slots} slots needs about {needed / MB:,.0f}",
            "raise the limit of the container, or lower NOTES_CONCURRENCY",
        )


def files(facts: Facts) -> Iterator[Finding]:
    for variable, why in facts.host.unreadable.items():
        yield error(
            variable.lower(), f"{variable}: {why}", f"correct {variable}, or make the file readable to this user"
        )
