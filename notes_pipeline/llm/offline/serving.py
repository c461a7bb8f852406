"""Run the offline model: as a process of its own, or in a thread for tests."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.llm.offline.app import create_app
from notes_pipeline.llm.offline.capability import DEFAULT, Capability
from notes_pipeline.llm.offline.faults import Rule
from notes_pipeline.llm.offline.listening import BACKLOG, LOCALHOST, base_url, listen

STOP_TIMEOUT_S = 1  # requests that hang on purpose are cut off


def serve(host: str, port: int, ready: Callable[[str], None] = lambda _: None, *, app: Starlette | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM. `port`: 0 takes a free one. `ready` gets the base URL once requests are taken.

    Raises:
        ServiceUnavailableError: the port is taken, or the host is none of ours.
    """
    with listen(host, port) as listener:
        _Server(app or create_app(), ready, base_url(host, listener)).run(sockets=[listener])


def serve_inherited(fd: int) -> None:
    """Serve on a listener of the parent process, until SIGTERM."""
    with socket.socket(fileno=fd) as listener:
        _Server(create_app(), lambda _: None, base_url(LOCALHOST, listener)).run(sockets=[listener])


@contextmanager
def running_offline_model(
    *,
    rules: Sequence[Rule] = (),
    seed: int = 0,
    latency_s: float = 0.0,
    api_key: str | None = None,
    capability: Capability = DEFAULT,
) -> Iterator[str]:
    """Serve from a thread of this process for the length of the block, with `/control`; yields the base URL."""
    app = create_app(
        rules=rules, seed=seed, latency_s=latency_s, api_key=api_key, capability=capability, with_control=True
    )
    started = threading.Event()
    with listen(LOCALHOST, 0) as listener:
        url = base_url(LOCALHOST, listener)
        server = _Server(app, lambda _: started.set(), url)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="offline model", daemon=True)
        thread.start()
        try:
            if not started.wait(timeout=10):
                raise ServiceUnavailableError(f"the offline model does not start at {url}")
            yield url
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """Says when it takes requests."""

    def __init__(self, app: Starlette, ready: Callable[[str], None], url: str) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,  # who serves decides what is logged
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=STOP_TIMEOUT_S,
            )
        )
        self._ready = ready
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready(self._url)


class _Protocol(H11Protocol):
    """Hands the connection to the application, which has to break it for some faults."""

    def connection_made(self, transport: Any) -> None:  # uvicorn's own signature
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
