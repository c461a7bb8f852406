"""What every request gets, whatever its route: an id, a line in the log, limits, headers that keep browsers careful."""

import asyncio
import re
import time
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notes_pipeline.api.deprecation import LEAVING, Leaving
from notes_pipeline.api.problems import ProblemError, response
from notes_pipeline.telemetry import metrics

log = structlog.get_logger()

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"})
SMALL_BYTES = 2_000_000  # the largest guide is a hundredth of it
BODY_S = 60.0  # for a body to arrive: 5 MB at 1 Mbit/s take 40
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "private, no-cache",
}


class Around:
    """Give each request an id and each answer its headers, and log one line without query or body.

    The id is the one that was sent in X-Request-Id where it is a plain one, else a new one; all lines that the request
    logs carry it.
    """

    def __init__(self, app: ASGIApp, leaving: Mapping[tuple[str, str], Leaving] = LEAVING) -> None:
        self._app = app
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else f"req-{uuid4().hex[:16]}"
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.monotonic(), 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                for name, value in self._leaving_headers(scope).items():
                    headers[name] = value
            await send(message)

        structlog.contextvars.clear_contextvars()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_on)
            finally:
                taken_s, route = time.monotonic() - began, _template(scope)
                metrics.request_answered(_method(scope), route, int(status), taken_s)
                log.info("request", method=_method(scope), route=route, status=int(status), ms=round(1000 * taken_s, 1))

    def _leaving_headers(self, scope: Scope) -> dict[str, str]:
        leaving = self._leaving.get((scope["method"], _template(scope)))
        return {} if leaving is None else leaving.headers


def _method(scope: Scope) -> str:
    """Give one of few: a label, and a line, must not grow with what is sent."""
    return scope["method"] if scope["method"] in METHODS else "other"


def _template(scope: Scope) -> str:
    """Give the path of a route without ids, so that there are few of them; with that of the app it is mounted in."""
    mounted_at = scope.get("root_path", "").removeprefix(scope["app_root_path"]) if "app_root_path" in scope else ""
    return mounted_at + getattr(scope.get("route"), "path", "unknown")


class TooLargeError(HTTPException):
    """A body that went over the limit while it was read; one of the framework's kind, which it lets through."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(most_bytes))


class TooSlowError(HTTPException):
    """A body of which nothing came for too long."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.REQUEST_TIMEOUT, f"the body did not arrive whole within {BODY_S:g} s: send it again"
        )


class BodyLimits:
    """Refuse bodies that are too large, slow, or packed.

    Too large by the length that is announced before anything is read, else while reading. Packed ones are refused
    whatever they hold: a kilobyte can unpack to gigabytes.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, large_paths: frozenset[str]) -> None:
        """`most_bytes`: of bodies to `large_paths`; others have SMALL_BYTES at most."""
        self._app = app
        self._most_bytes = most_bytes
        self._large_paths = large_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most_bytes = self._most_bytes if scope["path"] in self._large_paths else min(self._most_bytes, SMALL_BYTES)
        announced = headers.get("content-length", "0")
        if headers.get("content-encoding", "identity") != "identity":
            detail = "bodies are taken as they are: send it without Content-Encoding"
            await response(ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "packed-body", detail))(scope, receive, send)
            return
        if not announced.isdecimal() or int(announced) > most_bytes:
            problem = ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", _too_large(most_bytes))
            await response(problem)(scope, receive, send)
            return
        read, until, is_whole = 0, time.monotonic() + BODY_S, False

        async def receive_some() -> Message:
            nonlocal read, is_whole
            try:
                async with asyncio.timeout(None if is_whole else max(0.0, until - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                raise TooSlowError from None
            read += len(message.get("body", b""))
            is_whole = message["type"] != "http.request" or not message.get("more_body", False)
            if read > most_bytes:
                raise TooLargeError(most_bytes)
            return message

        await self._app(scope, receive_some, send)


class Conditional:
    """Give answers to reads an entity tag, and answer 304 where who asks has the same already.

    Routes may set a tag of their own; else it is made of the body. Streams have none.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("if-none-match")
        start: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if message["status"] == HTTPStatus.OK and "content-length" in Headers(raw=message["headers"]):
                    start = message  # until its body, which is one piece, is known
                    return
            elif start is not None:
                first, start = start, None
                headers = MutableHeaders(scope=first)
                tag = headers.setdefault("ETag", f'W/"{sha256(message["body"]).hexdigest()[:32]}"')
                if wanted is not None and _is_listed(tag, wanted):
                    del headers["content-length"]
                    del headers["content-type"]
                    await send({**first, "status": HTTPStatus.NOT_MODIFIED.value})
                    await send({"type": "http.response.body", "body": b""})
                    return
                await send(first)
            await send(message)

        await self._app(scope, receive, send_tagged)


def _is_listed(tag: str, wanted: str) -> bool:
    """Compare weakly, as RFC 9110 has it for If-None-Match."""
    listed = {each.strip().removeprefix("W/") for each in wanted.split(",")}
    return "*" in listed or tag.removeprefix("W/") in listed


def _too_large(most_bytes: int) -> str:
    return f"a body here may have {most_bytes:,} bytes; of a transcript as many as NOTES_MAX_UPLOAD_BYTES says"
