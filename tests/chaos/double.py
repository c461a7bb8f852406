"""The model double as a process of its own, with a record of every call.

Started as `python -m tests.chaos.double RECORD LATENCY_S`; prints its URL. Each call that ended is a line of RECORD.
"""

import hashlib
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notes_pipeline.llm.offline.app import create_app
from notes_pipeline.llm.offline.serving import serve
from tests.chaos.interviews import MARKER


class Recorder:
    """Writes down who asked what, when, and what was sent back.

    `asker`: the API key, which names one life of one worker. `marker`: of the interview in the prompt. `prompt`: hash
    of the messages. `delivered`: the asker still listened when the last byte was sent; times are seconds since 1970.
    """

    def __init__(self, app: ASGIApp, record: Path) -> None:
        self._app = app
        self._record = record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/v1/chat/completions":
            await self._app(scope, receive, send)
            return
        asked, sent = bytearray(), bytearray()
        line: dict[str, Any] = {"arrived": time.time(), "status": 0, "request_id": None, "delivered": False}

        async def hear() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
                line["status"], line["request_id"] = message["status"], headers.get("x-request-id")
            else:
                sent.extend(message.get("body", b""))
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                line["delivered"] = not scope["state"]["transport"].is_closing()

        try:
            await self._app(scope, hear, say)
        finally:
            line["ended"] = time.time()
            self._write(scope, bytes(asked), bytes(sent), line)

    def _write(self, scope: Scope, asked: bytes, sent: bytes, line: dict[str, Any]) -> None:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        messages = json.dumps(json.loads(asked or b"{}").get("messages"))
        found = re.search(MARKER, messages)
        line["asker"] = headers.get("authorization", "").removeprefix("Bearer ")
        line["marker"] = found.group() if found else None
        line["prompt"] = hashlib.sha256(messages.encode()).hexdigest()
        line["content"] = _content(sent) if line["status"] == 200 else None
        with self._record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _content(sent: bytes) -> str | None:
    """Give what the model said; None: the bytes are no whole completion."""
    try:
        said = json.loads(sent)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        return None
    return said if isinstance(said, str) else None


def main(record: str, latency_s: str) -> None:
    app = create_app(latency_s=float(latency_s), with_control=True)
    app.add_middleware(Recorder, record=Path(record))
    serve("127.0.0.1", 0, _tell, app=app)


def _tell(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
