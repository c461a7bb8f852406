"""One attempt to deliver a message to a customer's URL, and what became of it."""

import os
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpcore2

from notes_pipeline.core.webhooks import Outcome
from notes_pipeline.webhooks.connections import (
    CONNECT_TIMEOUT_S,
    MOST_BYTES_READ,
    AnswerTooLongError,
    Connect,
    Deadline,
    DeadlineStream,
    Resolve,
    UnknownNameError,
    checked_addresses,
    connect,
    open_stream,
    resolve,
)
from notes_pipeline.webhooks.urls import Target, WebhookUrlError, parse_url

DEADLINE_S = 15.0  # the standard advises 15 to 30
MOST_CHARACTERS_SHOWN = 200  # of an answer; enough for a framework's first line of an error

_HEADERS_OF_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "user-agent"}
)
_OF_HTTP = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one attempt.

    `status`: of the answer, None where none came. `reason`: why it failed, for the customer; None when delivered. Of an
    answer it holds the first characters, at most 200, all printable ASCII: others are written as \\n, \\xe9, \\u2026.
    They are the other side's words: a page escapes them. `took_s`: seconds, with those for the resolver.
    `retry_after_s`: how long the other side asks to be left alone, None where it does not say.
    """

    outcome: Outcome
    status: int | None
    reason: str | None
    took_s: float
    retry_after_s: float | None = None

    @property
    def is_delivered(self) -> bool:
        return self.outcome is Outcome.DELIVERED


class Sender:
    """Posts messages to URLs of customers, without ever reaching what they could not reach themselves.

    Each attempt asks the resolver once, checks all addresses of its answer, and connects to one of those. Follows no
    redirect, asks no proxy, reads no .netrc, keeps no connection and no cookie. Safe for threads; make one per process:
    the certificates that it trusts take 60 ms to load.

    `trust`: whose certificates are taken, None for those of the system. It becomes the sender's own.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        deadline_s: float = DEADLINE_S,
        resolve: Resolve = resolve,
        connect: Connect = connect,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._deadline_s = deadline_s
        self._resolve = resolve
        self._connect = connect
        self._trust = httpcore2.default_ssl_context() if trust is None else trust
        self._trust.set_alpn_protocols(["http/1.1"])

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
        """Post `body` to `url`; whatever goes wrong on the way is a result. Returns within the deadline.

        The status decides: once there is one, an answer that goes on slowly, at length or breaks off changes nothing.

        Raises:
            ValueError: `headers` hold one that is ours to set, or one that HTTP does not take.
        """
        if not _HEADERS_OF_OURS.isdisjoint(name.lower() for name in headers):
            raise ValueError(f"these headers are set by the sender: {', '.join(sorted(_HEADERS_OF_OURS))}")
        began = time.monotonic()
        try:
            status, shown, retry_after_s = self._ask(url, body, headers)
        except httpcore2.LocalProtocolError as error:
            raise ValueError(f"HTTP does not take these headers: {error}") from error
        except (WebhookUrlError, UnknownNameError, OSError, *_OF_HTTP) as error:
            outcome, reason = self._failure(error)
            return Delivery(outcome, None, reason, time.monotonic() - began)
        outcome, reason_of_status = _judged(status, shown)
        return Delivery(outcome, status, reason_of_status, time.monotonic() - began, retry_after_s)

    def _ask(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, float | None]:
        """Give the status, what of the answer may be shown, and its Retry-After in seconds."""
        target = parse_url(url, allow_private=self._allow_private)
        deadline = Deadline(self._deadline_s)
        addresses = checked_addresses(target, self._resolve, deadline, allow_private=self._allow_private)
        stream = open_stream(target, addresses, self._connect, self._trust, deadline)
        try:
            return _exchange(stream, target, body, headers)
        finally:
            stream.close()

    def _failure(self, error: Exception) -> tuple[Outcome, str]:
        match error:
            case WebhookUrlError():
                return Outcome.NOT_ALLOWED, str(error)
            case UnknownNameError():
                return Outcome.NOT_FOUND, "the name of the host has no address"
            case TimeoutError() | httpcore2.TimeoutException():
                most = f"{CONNECT_TIMEOUT_S:g} s to connect, {self._deadline_s:g} s in all"
                return Outcome.TIMED_OUT, f"no answer in time; there are {most}"
            case ssl.SSLCertVerificationError():
                return Outcome.UNTRUSTED, f"the certificate is not trusted: {error.verify_message}"
            case ssl.SSLError():
                return Outcome.UNTRUSTED, f"no TLS: {error.reason or 'the handshake broke off'}"
            case OSError(errno=int(number)):
                return Outcome.UNREACHABLE, f"no connection: {os.strerror(number)}"
            case AnswerTooLongError():
                return Outcome.BROKEN, f"sent {MOST_BYTES_READ:,} bytes without the end of its headers"
            case httpcore2.ProtocolError() | httpcore2.NetworkError():
                return Outcome.BROKEN, "the connection ended without an answer in HTTP"
            case _:
                return Outcome.UNREACHABLE, "no connection"


def _exchange(
    stream: DeadlineStream, target: Target, body: bytes, headers: Mapping[str, str]
) -> tuple[int, str, float | None]:
    """Send the request and read the answer on an open connection, which httpcore2 is given as it is.

    It is handed no name that it could resolve, and has no pool, no redirects, no proxies and no cookies.
    """
    url = httpcore2.URL(scheme=target.scheme.value, host=target.name, port=target.port, target=target.path)
    sent_headers = {
        "Host": target.host_header,
        "Content-Length": str(len(body)),
        "Connection": "close",
        "Accept-Encoding": "identity",  # a few kB can unpack to gigabytes
        "User-Agent": "notes-pipeline",
        **headers,
    }
    raw_headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in sent_headers.items()]
    connection = httpcore2.HTTP11Connection(origin=url.origin, stream=stream)
    response = connection.handle_request(httpcore2.Request("POST", url, headers=raw_headers, content=body))
    start = bytearray()
    with suppress(*_OF_HTTP):
        for part in response.iter_stream():
            start += part[: MOST_CHARACTERS_SHOWN - len(start)]
    said = {name.lower(): value for name, value in response.headers}
    return response.status, _shown(bytes(start)), _seconds_of(said.get(b"retry-after"))


def _seconds_of(retry_after: bytes | None) -> float | None:
    """Read a Retry-After, in seconds or as a date; None where it is neither."""
    said = (retry_after or b"").decode("ascii", errors="replace").strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _shown(start: bytes) -> str:
    return start.decode(errors="replace").encode("unicode_escape").decode()[:MOST_CHARACTERS_SHOWN]


def _judged(status: int, shown: str) -> tuple[Outcome, str | None]:
    if 200 <= status < 300:
        return Outcome.DELIVERED, None
    if 300 <= status < 400:
        return Outcome.REDIRECTED, f"answered {status}, a redirect, which is not followed; register the final URL"
    return Outcome.REJECTED, f"answered {status}: {shown}" if shown else f"answered {status}"
