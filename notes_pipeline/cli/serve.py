"""`serve`: whether the system is well, and its numbers, over HTTP."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
import uvicorn
from anyio import to_thread
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
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
from notes_pipeline.telemetry.redaction import describe, safe_text
from notes_pipeline.telemetry.system import SystemState, register_system
from notes_pipeline.worker.app import CONTROL_QUEUE, DRAFT_QUEUE
from notes_pipeline.worker.doorbell import check_broker, queue_length, redis_client

log = structlog.get_logger()

STOP_S = 10
PATIENCE_S = 3.0  # of one answer to readyz: who asks waits seconds, and a part that hangs would keep all others unsaid


@dataclass(frozen=True, slots=True)
class Checks:
    """What is asked for readiness: each raises NotesPipelineError with what is missing. `registry`: of the numbers."""

    ready: Mapping[str, Callable[[], None]]
    registry: CollectorRegistry


def serve_operations(host: str, port: int) -> None:
    """Serve /healthz, /readyz and /metrics until stopped. `port`: 0 takes a free one.

    Raises:
        ServiceUnavailableError: a setting is missing, the port is taken, or the host is none of ours.
    """
    settings = read_settings()
    configure_logging(as_json=settings.logs_as_json(sys.stderr.isatty()))
    if settings.database_url is None or settings.redis_url is None:
        raise ServiceUnavailableError("serve needs DATABASE_URL and REDIS_URL")
    services = Services(settings)
    config = uvicorn.Config(
        operations_app(_checks(services, settings.redis_url)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )
    # Once it has stopped, uvicorn raises the signal anew: SIGTERM is to end this command as it ends a worker, with 0.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with _listen(host, port) as listener:
        log.info("serving", host=host, port=listener.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listener])


def operations_app(checks: Checks) -> Starlette:
    """Build the app: health is that it answers; readiness is 503 with what is missing by part."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "pid": os.getpid()})

    async def readyz(_request: Request) -> Response:
        answers = await asyncio.gather(*(_asked(check) for check in checks.ready.values()))
        missing = {part: said for part, said in zip(checks.ready, answers, strict=True) if said is not None}
        said = {"status": "unavailable" if missing else "ok", "missing": missing}
        return JSONResponse(said, status_code=503 if missing else 200)

    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(await to_thread.run_sync(encode, checks.registry), headers={"content-type": content_type})

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])


async def _asked(check: Callable[[], None]) -> str | None:
    """Give what is missing, None: nothing. A thread that hangs is left to itself."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await to_thread.run_sync(check, abandon_on_cancel=True)
    except TimeoutError:
        return f"does not answer within {PATIENCE_S:g} s"
    except NotesPipelineError as error:
        return safe_text(str(error))
    except Exception as error:  # noqa: BLE001 (whatever it is, the part is not ready)
        return describe(error)
    return None


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ServiceUnavailableError(
            f"cannot listen at {host}:{port}: {error.strerror}. Name another --port"
        ) from error


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
