"""Answer a request with the fault chosen for it."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from notes_pipeline.llm.offline.completions import Call, Completion, completion, error_body
from notes_pipeline.llm.offline.faults import Choice, Fault

HANG_S = 3_600.0
SLOW_S = 3.0
DRIP_S = 10.0
DRIPS = 20
RETRY_AFTER_S = 1.0
OTHER_MODEL = "some-other-model-2026-01-01"

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
# Reset instead of an orderly end: close with a linger of no time.
_NO_LINGER = struct.pack("ii", 1, 0)


async def misbehave(request: Request, choice: Choice) -> Response | None:
    """Give the response of a request that no model gets to see; None: the fault is none, or one of an answer."""
    fault, value, _ = choice
    match fault:
        case None:
            return None
        case Fault.SLOW:
            await asyncio.sleep(SLOW_S if value is None else value)
            return None
        case Fault.TIMEOUT:
            await _hang(request, HANG_S if value is None else value)
            return await _break(request)
        case Fault.RESET:
            return await _break(request)
        case _:
            return _error_of(fault, value)


def odd_answer(call: Call, choice: Choice) -> Response | None:
    """Give the answer whose content is not what was asked for; None: the fault is none of these."""
    match choice.fault:
        case Fault.NO_CHOICES:
            return _body(completion(call, "").model_copy(update={"choices": []}))
        case Fault.MALFORMED:
            return _body(completion(call, 'Here are your notes: {"notes": [{"topic": "q1", "quotes": ['))
        case Fault.WRONG_SCHEMA:
            return _body(completion(call, '{"notes": [{"topic": 1, "statement": "no quotes"}], "coverage": "all"}'))
        case Fault.TRUNCATED:
            return _body(completion(call, '{"notes": [{"topic": "q1", "quo', finish="length"))
        case Fault.REFUSAL:
            return _body(completion(call, None, refusal="I'm sorry, I can't help with that."))
        case Fault.CONTENT_FILTER:
            return _body(completion(call, "", finish="content_filter"))
        case Fault.EMPTY:
            return _body(completion(call, ""))
        case Fault.SAYS:
            return _body(completion(call, choice.text))
        case _:
            return None


def deliver(request: Request, body: Completion, choice: Choice) -> Response:
    """Send an answer that is in order, unless the fault lies in the sending or beside the content."""
    fault, value, _ = choice
    match fault:
        case Fault.OTHER_MODEL:
            return _body(body.model_copy(update={"model": OTHER_MODEL}))
        case Fault.NO_USAGE:
            return _body(body.model_copy(update={"usage": None}))
        case Fault.DRIP:
            drops = _drip(body.model_dump_json().encode(), DRIP_S if value is None else value)
            return StreamingResponse(drops, media_type="application/json")
        case Fault.CUT:
            whole = body.model_dump_json().encode()
            headers = {"content-length": str(len(whole))}
            return StreamingResponse(_cut(request, whole), media_type="application/json", headers=headers)
        case _:
            return _body(body)


async def _drip(content: bytes, seconds: float) -> AsyncIterator[bytes]:
    size = len(content) // DRIPS + 1
    for start in range(0, len(content), size):
        await asyncio.sleep(seconds / DRIPS)
        yield content[start : start + size]


async def _cut(request: Request, content: bytes) -> AsyncIterator[bytes]:
    yield content[: len(content) // 2]
    await asyncio.sleep(0.05)  # so that the first half arrives before the end
    await _break(request)


async def _hang(request: Request, seconds: float) -> None:
    """Stay silent until the time is over or the client has had enough."""
    with suppress(TimeoutError):
        await asyncio.wait_for(request.receive(), seconds)  # after the body, only a disconnection can arrive


def _error_of(fault: Fault, value: float | None) -> Response | None:
    match fault:
        case Fault.RATE_LIMIT:
            wait = RETRY_AFTER_S if value is None else value
            body = error_body("Rate limit reached.", "requests", code="rate_limit_exceeded")
            return JSONResponse(body, status_code=429, headers={"retry-after": f"{wait:g}"})
        case Fault.QUOTA:
            message = "You exceeded your current quota, please check your plan and billing details."
            return JSONResponse(error_body(message, "insufficient_quota", code="insufficient_quota"), status_code=429)
        case Fault.SERVER_ERROR:
            return JSONResponse(error_body("The server had an error.", "server_error"), status_code=500)
        case Fault.BAD_GATEWAY:
            return HTMLResponse(_PAGE, status_code=502)
        case Fault.NOT_JSON:  # not from the model's server at all, though it says 200
            return HTMLResponse("<html><body>Welcome to the guest network. Please sign in.</body></html>")
        case Fault.WRONG_KEY:
            body = error_body("Incorrect API key provided.", "invalid_request_error", code="invalid_api_key")
            return JSONResponse(body, status_code=401)
        case Fault.UNKNOWN_MODEL:
            body = error_body("The model does not exist.", "invalid_request_error", code="model_not_found")
            return JSONResponse(body, status_code=404)
        case Fault.TOO_LONG:
            message = "This model's maximum context length is 8192 tokens."
            body = error_body(message, "invalid_request_error", code="context_length_exceeded", param="messages")
            return JSONResponse(body, status_code=400)
        case _:
            return None


def _body(body: Completion) -> Response:
    return Response(body.model_dump_json(), media_type="application/json")


async def _break(request: Request) -> Response:
    """Break the connection, unless the client was first."""
    transport = request.state.transport
    if not transport.is_closing():
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    await _hang(request, 1)  # until the server has noticed, or it would complain about what is missing
    return NoResponse()


class NoResponse(Response):
    """Nothing at all. `status_code`: what the log shows."""

    def __init__(self) -> None:
        super().__init__()
        self.status_code = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pass
