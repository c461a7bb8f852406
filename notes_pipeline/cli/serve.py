"""`serve`: the HTTP API, whether the system is well, and its numbers; with `--all` also everything behind it."""

import signal
import socket
import sys
from collections.abc import Callable
from threading import Event, Thread
from types import FrameType

import structlog
import uvicorn

from notes_pipeline.api.access import Parts
from notes_pipeline.api.app import make_app
from notes_pipeline.api.operations import checks_of
from notes_pipeline.api.rates import RateLimit
from notes_pipeline.api.review.access import PATH as REVIEW
from notes_pipeline.bootstrap import Services
from notes_pipeline.cli.services import upgrade
from notes_pipeline.cli.supervisor import WorkingParts, database, stoppable, working_parts
from notes_pipeline.core.api_keys import Scope
from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.llm.offline.listening import open_port
from notes_pipeline.logs import configure_logging
from notes_pipeline.settings import Settings, read_settings
from notes_pipeline.store.api_keys import add_key, list_keys
from notes_pipeline.store.workspaces import ensure_workspace
from notes_pipeline.worker.app import create_app
from notes_pipeline.worker.doorbell import Doorbell, redis_client

log = structlog.get_logger()

STOP_S = 10
CHECK_EVERY_S = 1.0
KEY_NAME = "serve"


def serve_api(host: str, port: int) -> None:
    """Serve the API until stopped. `port`: 0 takes a free one.

    Raises:
        ServiceUnavailableError: a setting is missing, the port is taken, or the host is none of ours.
    """
    settings = read_settings()
    configure_logging(as_json=settings.logs_as_json(sys.stderr.isatty()))
    if settings.database_url is None or settings.redis_url is None:
        raise ServiceUnavailableError(
            "serve needs DATABASE_URL and REDIS_URL; `notes-pipeline serve --all` starts servers of its own"
        )
    with listen(host, port) as listener:
        log.info("serving", host=host, port=listener.getsockname()[1])
        _serve(_server(settings), listener)


def serve_all(host: str, port: int) -> None:
    """Serve the API with a worker, and with database, broker and offline model where no setting names them.

    Makes a key where the workspace has none, and prints it once. A worker that dies is started again.

    Raises:
        ServiceUnavailableError: the port is taken, or a part ended by itself too often.
    """
    settings = read_settings()
    configure_logging(as_json=settings.logs_as_json(sys.stderr.isatty()))
    with stoppable(), listen(host, port) as listener, database(settings) as with_database:
        upgrade(with_database)
        with working_parts(with_database) as parts:
            server = _server(parts.settings)
            _greet(parts.settings, f"http://{host}:{listener.getsockname()[1]}")
            with_failure = _watched(parts, server)
            _serve(server, listener)
            with_failure()


class _Server(uvicorn.Server):
    """Ends streams at once when it is to stop: each would else be waited for."""

    def __init__(self, config: uvicorn.Config, stop_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop_streams = stop_streams

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stop_streams()
        super().handle_exit(sig, frame)


def _server(settings: Settings) -> _Server:
    if settings.redis_url is None:
        raise ServiceUnavailableError("no broker: set REDIS_URL")
    services = Services(settings)
    parts = Parts(
        services,
        RateLimit(settings.notes_api_requests_per_minute, redis_client(settings.redis_url)),
        Doorbell(create_app(settings.redis_url)).ring,
        settings.notes_max_upload_bytes,
    )
    config = uvicorn.Config(
        make_app(parts, checks_of(services, settings.redis_url)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_S,
    )
    return _Server(config, parts.streams.stop)


def _serve(server: _Server, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C, which both end it with 0."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True  # also where the signal comes before uvicorn listens to any

    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them anew once it has stopped
        signal.signal(number, stop)
    server.run(sockets=[listener])


def _watched(parts: WorkingParts, server: _Server) -> Callable[[], None]:
    """Look after the other processes. Returns what raises the error that stopped the server, if one did."""
    failures: list[ServiceUnavailableError] = []
    is_over = Event()

    def watch() -> None:
        while not is_over.wait(CHECK_EVERY_S):
            try:
                parts.check()
            except ServiceUnavailableError as error:
                failures.append(error)
                server.should_exit = True
                return

    thread = Thread(target=watch, name="parts", daemon=True)
    thread.start()

    def end() -> None:
        is_over.set()
        thread.join()
        if failures:
            raise failures[0]

    return end


def _greet(settings: Settings, url: str) -> None:
    """Print where the API is, and a key where the workspace has none that could be used."""
    services = Services(settings)
    with services.transactions.begin() as session:
        workspace_id = ensure_workspace(session, settings.notes_workspace)
        usable = [key for key in list_keys(session, workspace_id) if key.revoked_at is None]
        token = None if usable else add_key(session, workspace_id, KEY_NAME, [Scope.ADMIN])[1]
    services.engine.dispose()
    print(f"API: {url}/v1 (its description: {url}/v1/openapi.json)")
    if token is None:
        print("Key: the workspace has one; `notes-pipeline keys create --name NAME --scope admin` makes another")
    else:
        print(f"Key: {token}")
        print("     (may do everything; it is not shown again)")
    print(f"For reviewers: {url}{REVIEW}/")
    shown = token or "$KEY"
    print(f'Try: curl -H "Authorization: Bearer {shown}" -F file=@fixtures/interviews/bakery.vtt {url}/v1/transcripts')
    print("Ctrl-C stops everything.", flush=True)


def listen(host: str, port: int) -> socket.socket:
    """Open the port.

    Raises:
        ServiceUnavailableError: it is taken, or the host is none of ours.
    """
    try:
        return open_port(host, port, takes_ipv4=False)
    except OSError as error:
        raise ServiceUnavailableError(
            f"cannot listen at {host}:{port}: {error.strerror}. Name another --port"
        ) from error
