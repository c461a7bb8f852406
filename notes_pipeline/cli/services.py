"""The commands that serve, migrate and tell what runs."""

import json
import os
import signal
import sys
import time
from dataclasses import asdict
from importlib.metadata import version as installed
from threading import Thread

from notes_pipeline.bootstrap import Services, migrations_config
from notes_pipeline.cli.exits import Exit
from notes_pipeline.cli.results import Part
from notes_pipeline.cli.supervisor import STOP_GRACE_S, database
from notes_pipeline.core.errors import NotesPipelineError, ServiceUnavailableError
from notes_pipeline.core.wording import MODES
from notes_pipeline.embedded import embedded_status
from notes_pipeline.logs import configure_logging
from notes_pipeline.settings import OPENAI_URL, Settings, read_settings


def work(*, stop_with_stdin: bool) -> None:
    from notes_pipeline.worker.process import run_worker

    settings = read_settings()
    configure_logging(as_json=settings.logs_as_json(sys.stderr.isatty()))
    if stop_with_stdin:
        _stop_with_stdin()
    run_worker(Services(settings))


def serve_offline_model(host: str, port: int, *, listen_fd: int | None) -> None:
    from notes_pipeline.llm.offline.serving import serve, serve_inherited

    if listen_fd is not None:
        _stop_with_stdin()
        serve_inherited(listen_fd)
        return
    serve(host, port, ready=lambda url: print(url, flush=True))


def migrate_database(to: str) -> None:
    configure_logging(as_json=False)
    with database(read_settings()) as settings:
        upgrade(settings, to)


def upgrade(settings: Settings, to: str = "head") -> None:
    """Migrate the database of the settings, up or down.

    Raises:
        ServiceUnavailableError: it does not answer.
    """
    from alembic import command
    from alembic.util import CommandError
    from sqlalchemy.exc import OperationalError

    if settings.database_url is None:
        raise ServiceUnavailableError("no database: set DATABASE_URL")
    config = migrations_config(settings.database_url)
    try:
        if to == "base":
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)
    except OperationalError as error:
        raise ServiceUnavailableError(
            f"PostgreSQL does not answer: {str(error.orig).strip().splitlines()[0]}"
        ) from error
    except CommandError as error:
        raise NotesPipelineError(f"cannot migrate to {to!r}: {error}") from error


def print_status(*, as_json: bool, probe: bool) -> Exit:
    settings = read_settings()
    running = _with_running(settings)
    services = Services(running)
    parts = [_database(settings, services), _broker(settings, running), _model(settings, services, probe=probe)]
    if parts[0].answers:
        parts += _canary(services)
    if running.database_url is not None:
        services.engine.dispose()
    versions = {name: installed(name) for name in ("notes-pipeline", "celery", "openai", "sqlalchemy", "redis")}
    if as_json:
        print(json.dumps({"parts": [asdict(part) for part in parts], "versions": versions}, indent=1))
    else:
        from notes_pipeline.cli.printing import print_parts

        print_parts(parts, versions)
    return Exit.UNAVAILABLE if any(part.answers is False for part in parts) else Exit.OK


def _with_running(settings: Settings) -> Settings:
    """Add the addresses of embedded servers that another command runs just now."""
    up = {server.name: server.url for server in embedded_status(settings.notes_data)}
    return settings.model_copy(
        update={
            "database_url": settings.database_url or up.get("PostgreSQL"),
            "redis_url": settings.redis_url or up.get("Redis"),
        }
    )


def _embedded(settings: Settings) -> str:
    return f"embedded in {settings.notes_data}"


def _database(settings: Settings, services: Services) -> Part:
    from notes_pipeline.store.database import server_version
    from notes_pipeline.store.health import migration_version, open_work

    if services.settings.database_url is None:
        return Part("database", _embedded(settings), None, "runs while a command needs it")
    place = services.engine.url.render_as_string(hide_password=True) if settings.database_url else _embedded(settings)
    try:
        version = server_version(services.engine)
        migrated = migration_version(services.engine)
        if migrated is None:
            return Part("database", place, False, f"PostgreSQL {version}, not migrated: run `notes-pipeline migrate`")
        work = open_work(services.engine)
    except ServiceUnavailableError as error:
        return Part("database", place, False, str(error))
    waiting = ", ".join(f"{number} {state}" for state, number in work.items()) or "no open work"
    return Part("database", place, True, f"PostgreSQL {version}, schema {migrated}, {waiting}")


def _broker(settings: Settings, running: Settings) -> Part:
    import redis

    from notes_pipeline.worker.app import CONTROL_QUEUE, DRAFT_QUEUE
    from notes_pipeline.worker.doorbell import queue_length, redis_client

    if running.redis_url is None:
        return Part("broker", _embedded(settings), None, "runs while a command needs it")
    place = settings.redis_url.rpartition("@")[2] if settings.redis_url else _embedded(settings)
    try:
        client = redis_client(running.redis_url)
        lengths = {queue: queue_length(client, queue) for queue in (DRAFT_QUEUE, CONTROL_QUEUE)}
        info = client.info("server")
    except redis.RedisError as error:
        return Part("broker", place, False, f"does not answer: {error}. Check REDIS_URL.")
    served = info.get("valkey_version") or info.get("redis_version") if isinstance(info, dict) else "unknown"
    return Part(
        "broker", place, True, f"version {served}, " + ", ".join(f"{q}: {n} waiting" for q, n in lengths.items())
    )


def _model(settings: Settings, services: Services, *, probe: bool) -> Part:
    if settings.uses_offline_model:
        return Part(
            "model", "offline model, embedded", None, f"{services.models.default()}, runs while a command needs it"
        )
    place = settings.openai_base_url or OPENAI_URL
    try:
        name = services.models.default()
        offered = services.models.client(name).list_models()
        if name not in offered:
            names = ", ".join(offered[:10])
            return Part("model", place, False, f"{name} is not offered there: set NOTES_MODEL to one of {names}")
        return Part("model", place, True, f"{name} is offered; {_profile(services, name, probe=probe)}")
    except NotesPipelineError as error:
        return Part("model", place, False, str(error))


def _canary(services: Services) -> list[Part]:
    """Tell of the last canary, if there ever was one."""
    from sqlalchemy import inspect

    from notes_pipeline.store.evaluations import last_canary

    if not inspect(services.engine).has_table("evaluation"):  # the schema of an older version
        return []
    with services.transactions.begin() as session:
        canary = last_canary(session)
    if canary is None:
        return []
    said = "no alarm" if canary.is_finished else "no end yet"
    if canary.alarms:
        said = f"ALARM: {'; '.join(canary.alarms)}"
    place = f"{canary.set_name}, {canary.model}"
    return [Part("canary", place, None, f"{canary.created_at:%Y-%m-%d %H:%M} UTC: {said}")]


def _profile(services: Services, name: str, *, probe: bool) -> str:
    """Say how a model is held to the form of an answer, as the last probe found or as a new one finds."""
    from notes_pipeline.llm.profiles import probe as probe_endpoint
    from notes_pipeline.store.endpoints import load_profile, save_profile

    client = services.models.client(name)
    has_database = services.settings.database_url is not None
    if probe:
        profile = probe_endpoint(client, lambda _call: None)
        if has_database:
            with services.transactions.begin() as session:
                save_profile(session, client.base_url, name, profile)
        when = "just now" if has_database else "just now, and not stored since no database runs"
    else:
        stored = None
        if has_database:
            with services.transactions.begin() as session:
                stored = load_profile(session, client.base_url, name)
        if stored is None:
            return "how it is held to a form is not known: the first run finds out, or --probe"
        profile, when = stored[0], f"{stored[1]:%Y-%m-%d %H:%M} UTC"
    said = MODES[profile.mode] if profile.is_proven else f"{MODES[profile.mode]}, and failed every probe"
    return f"{said} (probed {when})"


def _stop_with_stdin() -> None:
    """Stop this process when its standard input ends, that is when the process that started it is gone."""

    def wait() -> None:
        # Not sys.stdin: its lock, held by a waiting thread, is fatal when the interpreter ends.
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_GRACE_S)
        os._exit(Exit.FAULT)  # the embedded servers are gone as well; what is in hand cannot be written

    Thread(target=wait, name="stdin", daemon=True).start()
