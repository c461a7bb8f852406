"""Whether the system is well, and its numbers: `/healthz`, `/readyz`, `/metrics`. They need no key and hold no data."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from anyio import to_thread
from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from notes_pipeline.bootstrap import Services
from notes_pipeline.core.errors import NotesPipelineError, ServiceUnavailableError
from notes_pipeline.diagnosis.revisions import require_schema
from notes_pipeline.store.database import server_version
from notes_pipeline.store.health import system_state
from notes_pipeline.store.workers import workers_seen
from notes_pipeline.telemetry import metrics as telemetry
from notes_pipeline.telemetry.redaction import describe, safe_text
from notes_pipeline.telemetry.system import SystemState, register_system
from notes_pipeline.worker.app import CONTROL_QUEUE, DRAFT_QUEUE
from notes_pipeline.worker.doorbell import check_broker, queue_length, redis_client

PATIENCE_S = 3.0  # of one answer to readyz: who asks waits seconds, and a part that hangs would keep all others unsaid


@dataclass(frozen=True, slots=True)
class Checks:
    """What is asked for readiness: each raises NotesPipelineError with what is missing. `registry`: of the numbers."""

    ready: Mapping[str, Callable[[], None]]
    registry: CollectorRegistry


def operations_router(checks: Checks) -> APIRouter:
    """Build the routes: health is that it answers; readiness is 503 with what is missing by part."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"status": "ok", "pid": os.getpid()})

    @router.get("/readyz")
    async def readyz() -> Response:
        answers = await asyncio.gather(*(_asked(check) for check in checks.ready.values()))
        missing = {part: said for part, said in zip(checks.ready, answers, strict=True) if said is not None}
        said = {"status": "unavailable" if missing else "ok", "missing": missing}
        return JSONResponse(said, status_code=503 if missing else 200)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(await to_thread.run_sync(encode, checks.registry), headers={"content-type": content_type})

    return router


def checks_of(services: Services, redis_url: str) -> Checks:
    """Ask database, broker, schema and workers; number the whole system, and this process's own requests."""
    client = redis_client(redis_url)

    def state() -> SystemState:
        with services.transactions.begin() as session:
            return system_state(session)

    def queues() -> dict[str, int]:
        return {queue: queue_length(client, queue) for queue in (DRAFT_QUEUE, CONTROL_QUEUE)}

    def database() -> None:
        server_version(services.engine)

    def worker() -> None:
        with services.transactions.begin() as session:
            if not workers_seen(session):
                raise ServiceUnavailableError("no worker gave a sign of life in the last minute")

    registry = CollectorRegistry()
    register_system(registry, state, queues)
    registry.register(_Registered(telemetry.API_REGISTRY))
    return Checks(
        {
            "database": database,
            "migrations": lambda: require_schema(services.engine),
            "broker": lambda: check_broker(redis_url),
            "worker": worker,
        },
        registry,
    )


class _Registered(Collector):
    """Collects what another registry has."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        yield from self._registry.collect()

    def describe(self) -> Iterator[Metric]:
        return iter(())


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
