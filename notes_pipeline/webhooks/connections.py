"""Connections to addresses that were checked, and the one clock that ends everything.

DNS is asked once for an attempt. The addresses of that answer are checked and dialled themselves, so an answer that
changes between check and connection (DNS rebinding) changes nothing: nobody asks again.
"""

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import httpcore2

from notes_pipeline.webhooks.addresses import Address, why_not
from notes_pipeline.webhooks.urls import Scheme, Target, WebhookUrlError

MOST_BYTES_READ = 65_536  # of an answer, with its headers and its framing
CONNECT_TIMEOUT_S = 5.0  # for each address

Resolve = Callable[[str], Sequence[Address]]  # a name to its addresses; raises OSError where there are none
Connect = Callable[[Address, int, float], socket.socket]  # address, port and seconds; raises OSError


class UnknownNameError(Exception):
    """A name has no address."""


class AnswerTooLongError(httpcore2.ReadError):
    """The other side sent more than `MOST_BYTES_READ`."""


class Deadline:
    """The moment at which an attempt is over, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left_s(self, *, at_most: float | None = None) -> float:
        """Give the seconds that are left, always more than 0.

        Raises:
            TimeoutError: none.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if at_most is None else min(left, at_most)


def resolve(name: str) -> list[Address]:
    """Ask the system's resolver, for IPv4 and IPv6."""
    answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(answer[4][0]) for answer in answers))


def connect(address: Address, port: int, timeout_s: float) -> socket.socket:
    """Dial an address; as it is a number, no resolver is asked for it."""
    return socket.create_connection((str(address), port), timeout=timeout_s)


def checked_addresses(target: Target, resolve: Resolve, deadline: Deadline, *, allow_private: bool) -> list[Address]:
    """Give the addresses to call for `target`, in the resolver's order.

    Raises:
        WebhookUrlError: one of them, or more, is not public. One is enough: who mixes them is up to something.
        UnknownNameError: there are none.
        TimeoutError: the resolver did not answer in time.
    """
    found = _resolve_in_time(target.host, resolve, deadline) if isinstance(target.host, str) else [target.host]
    for address in found:
        what = why_not(address, allow_private=allow_private)
        if what is not None:
            # Without the address: what a name means inside our network is nothing to tell a customer.
            raise WebhookUrlError(f"{target.name} leads to {what}; give a host that can be reached from the internet.")
    return found


def open_stream(
    target: Target, addresses: Sequence[Address], connect: Connect, trust: ssl.SSLContext, deadline: Deadline
) -> "DeadlineStream":
    """Connect to the first of `addresses` that answers; over TLS, the certificate must be one for the target's name.

    Raises:
        ssl.SSLError: no TLS, or a certificate that is not trusted. Other addresses are not tried: they are one server.
        OSError: none can be reached; that of the last.
        TimeoutError: the deadline has passed.
    """
    connected = _first_connected(addresses, target.port, connect, deadline)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # headers and body are two writes
        if target.scheme is Scheme.HTTPS:
            connected.settimeout(deadline.left_s())  # of the whole handshake
            connected = trust.wrap_socket(connected, server_hostname=target.name)
    except BaseException:
        connected.close()
        raise
    return DeadlineStream(connected, deadline)


class DeadlineStream(httpcore2.NetworkStream):
    """A connected socket of which every read and write ends with the deadline, and that reads so much and no more.

    What httpcore2 itself offers holds for a single read or write, so a byte a second would keep it for ever.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline
        self._bytes_read = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._bytes_read >= MOST_BYTES_READ:
            raise AnswerTooLongError
        try:
            self._socket.settimeout(self._deadline.left_s(at_most=timeout))
            data = self._socket.recv(min(max_bytes, MOST_BYTES_READ - self._bytes_read))
        except TimeoutError as error:
            raise httpcore2.ReadTimeout from error
        except OSError as error:
            raise httpcore2.ReadError from error
        self._bytes_read += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        try:
            while rest:
                self._socket.settimeout(self._deadline.left_s(at_most=timeout))
                rest = rest[self._socket.send(rest) :]
        except TimeoutError as error:
            raise httpcore2.WriteTimeout from error
        except OSError as error:
            raise httpcore2.WriteError from error

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        return self._socket if info == "socket" else None


def _resolve_in_time(name: str, resolve: Resolve, deadline: Deadline) -> list[Address]:
    """Ask in a thread: `getaddrinfo` takes no time limit, and a customer's name server may take its time.

    The thread is left behind when it is late. It ends with the limits of resolv.conf, and keeps no process alive.
    """
    answers: SimpleQueue[Sequence[Address] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(name))
        except (OSError, UnicodeError) as error:  # UnicodeError: the codec `idna` of Python does not take the name
            answers.put(error)

    Thread(target=ask, name="resolve a webhook's host", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left_s())
    except Empty as error:
        raise TimeoutError from error
    if isinstance(found, Exception):
        raise UnknownNameError from found
    if not found:
        raise UnknownNameError
    return list(found)


def _first_connected(addresses: Sequence[Address], port: int, connect: Connect, deadline: Deadline) -> socket.socket:
    *others, last = addresses
    for address in others:
        try:
            return connect(address, port, deadline.left_s(at_most=CONNECT_TIMEOUT_S))
        except OSError:
            continue  # the deadline, too, is one; the next call of left_s says so again
    return connect(last, port, deadline.left_s(at_most=CONNECT_TIMEOUT_S))
