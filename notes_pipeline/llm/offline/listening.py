"""Open ports to serve at, the offline model's above all; apart from the server, which takes half a second to import."""

import socket

from notes_pipeline.core.errors import ServiceUnavailableError

LOCALHOST = "127.0.0.1"
BACKLOG = 1_024  # connections that arrive at once


def listen_for_child() -> tuple[socket.socket, str]:
    """Open a free port for a child process to serve; gives the listener to hand down, and the base URL.

    Whoever connects before the child is up waits in the backlog, so nobody has to wait for the child.
    """
    listener = listen(LOCALHOST, 0)
    return listener, base_url(LOCALHOST, listener)


def listen(host: str, port: int) -> socket.socket:
    try:
        return open_port(host, port)
    except OSError as error:
        raise ServiceUnavailableError(f"the offline model cannot listen at {host}:{port}: {error.strerror}") from error


def open_port(host: str, port: int, *, takes_ipv4: bool = True) -> socket.socket:
    """Open a port for uvicorn. `takes_ipv4`: at an IPv6 address also IPv4, where the system does.

    Raises:
        OSError: it is taken, or the host is none of ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without naming TCP here asyncio leaves Nagle's algorithm on, and every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and not takes_ipv4:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def base_url(host: str, listener: socket.socket) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/v1"
