"""Whether somebody works, and whether work gets done."""

from collections.abc import Iterator

from notes_pipeline.diagnosis.facts import DatabaseFacts, Facts, WorkFacts
from notes_pipeline.diagnosis.findings import Finding, Severity, error, fine, warning
from notes_pipeline.diagnosis.revisions import Standing, standing
from notes_pipeline.settings import Settings

SWEEPS_MISSED = 6  # before it counts as standing still


def check_work(facts: Facts) -> Iterator[Finding]:
    work = facts.work
    if work is None:
        yield fine("work", "not looked at: it is in the database, at the schema of this version")
        return
    found = [*seen(facts, work), *versions(facts, work), *late(facts.settings, work), *sweeps(facts.settings, work)]
    found += poisoned(work)
    yield from found
    if all(each.severity is Severity.OK for each in found) and work.workers:
        slots, busy = sum(each.slots for each in work.workers), sum(each.busy for each in work.workers)
        yield fine("work", f"{len(work.workers)} workers, {busy} of {slots} slots busy, {work.open_pieces} pieces open")


def seen(facts: Facts, work: WorkFacts) -> Iterator[Finding]:
    if work.workers:
        return
    if work.open_pieces:
        yield error(
            "no_workers",
            f"{work.open_pieces:,} pieces of work are open, and no worker gave a sign of life within a minute",
            "start `notes-pipeline worker`, and look at its log",
        )
    elif facts.is_deployment:
        yield warning("no_workers", "no worker gave a sign of life within a minute", "start `notes-pipeline worker`")


def versions(facts: Facts, work: WorkFacts) -> Iterator[Finding]:
    found = sorted({worker.version for worker in work.workers})
    if len(found) > 1:
        yield warning(
            "worker_versions",
            f"workers of different versions: {', '.join(found)}",
            "fine while a deploy rolls; else restart those of the older ones",
        )
    database = facts.database
    newer = isinstance(database, DatabaseFacts) and standing(database.revision, database.shipped) is Standing.NEWER
    if newer and facts.host.version in found:
        yield warning(
            "worker_older",
            f"workers of version {facts.host.version} are older than the schema",
            "roll them to the version that migrated it",
        )


def late(settings: Settings, work: WorkFacts) -> Iterator[Finding]:
    """Due work beside free slots is a fault; without free slots it is a backlog, which more workers cure."""
    free = sum(worker.slots - worker.busy for worker in work.workers)
    most = settings.notes_calls_in_flight
    if most is not None:
        free = min(free, most - sum(worker.busy for worker in work.workers))
    if work.late_chunks and free > 0:
        yield error(
            "late_chunks",
            f"{work.late_chunks:,} chunks have been due for up to {work.oldest_late_s / 60:.0f} minutes, and {free} "
            "slots are free",
            "look at the workers' logs; a worker that hangs is restarted without loss",
        )
    if work.late_runs:
        yield error(
            "late_runs",
            f"{work.late_runs:,} runs are open after their deadline",
            "workers end them when they sweep: see that one runs, and what its log says of `sweep`",
        )


def sweeps(settings: Settings, work: WorkFacts) -> Iterator[Finding]:
    ages = [worker.swept_s_ago for worker in work.workers if worker.swept_s_ago is not None]
    most_s = max(60.0, SWEEPS_MISSED * settings.notes_sweep_s)
    if ages and min(ages) > most_s:
        yield error(
            "sweeps",
            f"no worker swept for {min(ages):.0f} s, and NOTES_SWEEP_S is {settings.notes_sweep_s:g}: lost work "
            "is not found",
            "restart the workers one after the other, and look at their logs",
        )


def poisoned(work: WorkFacts) -> Iterator[Finding]:
    if work.poisoned:
        yield warning(
            "poisoned",
            f"{work.poisoned:,} chunks were set aside in the last day, since three workers were lost over each",
            "look why workers died (memory is the usual cause), then `notes-pipeline retry RUN`",
        )
