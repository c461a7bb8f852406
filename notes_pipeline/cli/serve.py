"""`serve`: whether the system is well, and its numbers, over HTTP."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from notes_pipeline.bootstrap import Services
from notes_pipeline.core.errors import NotesPipelineError, ServiceUnavailableError
from notes_pipeline.diagnosis.revisions import require_schema
from notes_pipeline.logs import configure_logging
from notes_pipeline.settings import read_settings
from notes_pipeline.store.database import server_version
from notes_pipeline.store.health import system_state
from notes_pipeline.store.workers import workers_seen
from notes_pipeline.telemetry.system import SystemState, register_system
from notes_pipeline.worker.app import CONTROL_QUEUE, DRAFT_QUEUE
from notes_pipeline.worker.doorbell import check_broker, queue_length, redis_client

STOP_S = 10


@dataclass(frozen=True, slots=True)
class Checks:
    """What is asked for readiness: each raises NotesPipelineError with what is missing. `registry`: of the numbers."""

    ready: Mapping[str, Callable[[], None]]
    registry: CollectorRegistry


def serve_operations(host: str, port: int) -> None:
    """Serve /healthz, /readyz and /metrics until stopped."""
    settings = read_settings()
    configure_logging(as_json=settings.logs_as_json(sys.stderr.isatty()))
    if settings.database_url is None or settings.redis_url is None:
        raise ServiceUnavailableError("serve needs DATABASE_URL and REDIS_URL")
    services = Services(settings)
    uvicorn.run(
        operations_app(_checks(services, settings.redis_url)),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )


def operations_app(checks: Checks) -> Starlette:
    """Build the app: health is that it answers; readiness is 503 with what is missing by part."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "pid": os.getpid()})

    async def readyz(_request: Request) -> Response:
        missing = await run_in_threadpool(_missing, checks.ready)
        said = {"status": "unavailable" if missing else "ok", "missing": missing}
        return JSONResponse(said, status_code=503 if missing else 200)

    async def metrics(_request: Request) -> Response:
        body = await run_in_threadpool(generate_latest, checks.registry)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])


def _missing(ready: Mapping[str, Callable[[], None]]) -> dict[str, str]:
    found = {}
    for part, check in ready.items():
        try:
            check()
        except NotesPipelineError as error:
            found[part] = str(error)
        except Exception as error:  # noqa: BLE001 (whatever it is, the part is not ready)
            found[part] = type(error).__name__
    return found


def _checks(services: Services, redis_url: str) -> Checks:
    client = redis_client(redis_url)

    def state() -> SystemState:
        with services.transactions.begin() as session:
            return system_state(session)

    def queues() -> dict[str, int]:
        return {queue: queue_length(client, queue) for queue in (DRAFT_QUEUE, CONTROL_QUEUE)}

    def worker() -> None:
        with services.transactions.begin() as session:
            if not workers_seen(session):
                raise ServiceUnavailableError("no worker gave a sign of life in the last minute")

    registry = CollectorRegistry()
    register_system(registry, state, queues)
    return Checks(
        {
            "database": lambda: _answers(services),
            "migrations": lambda: require_schema(services.engine),
            "broker": lambda: check_broker(redis_url),
            "worker": worker,
        },
        registry,
    )


def _answers(services: Services) -> None:
    server_version(services.engine)
