"""Find what is set wrong, and say for each what to set."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from notes_pipeline.cli.exits import Exit, printable
from notes_pipeline.core.errors import SettingsError
from notes_pipeline.diagnosis.findings import Finding, Severity, error, worst
from notes_pipeline.settings import Settings, read_settings

if TYPE_CHECKING:
    from notes_pipeline.diagnosis.facts import BrokerFacts, Facts, Unreachable

PATIENCE_S = 10.0  # with an endpoint: a person waits
MARKS = {Severity.OK: ("✓", "green"), Severity.WARNING: ("!", "yellow"), Severity.ERROR: ("✗", "red")}


def print_liveness() -> Exit:
    """Say whether the worker of this machine lives. Raises WorkerSilentError when it does not."""
    from notes_pipeline.diagnosis.liveness import check_worker

    print(check_worker())
    return Exit.OK


def print_diagnosis(*, as_json: bool) -> Exit:
    """Look at everything, whatever is down, and print what was found. UNAVAILABLE: one finding or more is an error."""
    findings = diagnose()
    severity = worst(findings)
    if as_json:
        print(json.dumps({"worst": severity, "findings": [asdict(finding) for finding in findings]}, indent=1))
    else:
        _print(findings)
    return Exit.UNAVAILABLE if severity is Severity.ERROR else Exit.OK


def diagnose() -> list[Finding]:
    try:
        settings = read_settings()
    except SettingsError as problem:
        return [error("settings", str(problem), "correct these variables; until then nothing else can be looked at")]
    from notes_pipeline.diagnosis.checks import check_all

    return list(check_all(_gather(settings)))


def _gather(settings: Settings) -> "Facts":
    from sqlalchemy.exc import ArgumentError

    from notes_pipeline.bootstrap import Services
    from notes_pipeline.diagnosis.facts import DatabaseFacts, Facts, Unreachable
    from notes_pipeline.diagnosis.gathering.database import gather_database, gather_work
    from notes_pipeline.diagnosis.gathering.host import gather_host
    from notes_pipeline.diagnosis.gathering.model import gather_model

    host = gather_host(settings)
    urls = _urls(settings)
    patient = settings.model_copy(
        update={**urls, "notes_call_timeout_s": min(PATIENCE_S, settings.notes_call_timeout_s)}
    )
    services = Services(patient)
    database: DatabaseFacts | Unreachable | None = None
    work = None
    if patient.database_url is not None:
        try:
            database = gather_database(services.engine)
            work = gather_work(services.engine) if isinstance(database, DatabaseFacts) else None
            services.engine.dispose()
        except (ArgumentError, ValueError):  # what SQLAlchemy says of it may hold the password
            database = Unreachable("DATABASE_URL", "it is no URL, or its port is no number")
    return Facts(
        settings=settings,
        host=host,
        database=database,
        work=work,
        broker=_gather_broker(patient.redis_url),
        model=gather_model(services),
    )


def _gather_broker(url: str | None) -> "BrokerFacts | Unreachable | None":
    from notes_pipeline.diagnosis.facts import Unreachable
    from notes_pipeline.diagnosis.gathering.broker import gather_broker
    from notes_pipeline.worker.app import CONTROL_QUEUE, DRAFT_QUEUE, create_app
    from notes_pipeline.worker.doorbell import redis_client

    if url is None:
        return None
    place = url.rpartition("@")[2].partition("://")[2] or url.rpartition("@")[2]
    try:
        client = redis_client(url)
    except ValueError as problem:  # a port or an option that redis-py does not take
        return Unreachable(place, str(problem))
    timeout_s = create_app(url).conf.broker_transport_options["visibility_timeout"]
    with client:
        return gather_broker(
            client, place=place, queues=(DRAFT_QUEUE, CONTROL_QUEUE), visibility_timeout_s=float(timeout_s)
        )


def _urls(settings: Settings) -> dict[str, str | None]:
    """Give the addresses that are set, else those of embedded servers that another command runs just now."""
    from notes_pipeline.core.errors import ServiceUnavailableError
    from notes_pipeline.embedded import embedded_status

    try:
        up = {server.name: server.url for server in embedded_status(settings.notes_data)}
    except (ServiceUnavailableError, OSError):  # without the wheels, or a folder of somebody else
        up = {}
    return {
        "database_url": settings.database_url or up.get("PostgreSQL"),
        "redis_url": settings.redis_url or up.get("Redis"),
    }


def _print(findings: Sequence[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    from notes_pipeline.cli.printing import console

    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, colour = MARKS[finding.severity]
        table.add_row(Text(mark, colour), Text(finding.check), Text(printable(finding.found)))
        if finding.remedy is not None:
            table.add_row("", "", Text(f"→ {printable(finding.remedy)}", "bold"))
    out = console()
    out.print(table)
    counts = {severity: sum(each.severity is severity for each in findings) for severity in Severity}
    out.print(Text(f"{counts[Severity.ERROR]} errors, {counts[Severity.WARNING]} warnings", style="dim"))
