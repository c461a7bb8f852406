"""A model double that costs next to nothing: it answers after a fixed time with what it has answered before.

The offline model takes 10 ms of CPU for an answer; a thousand calls on two cores would measure it and not us. Here each
answer is written once by that model and then replayed to every prompt that differs only in its mark (`MARK`).

    python -m tests.benchmarks.replaying 2.0      prints its URL; GET /stats gives what it saw, DELETE /stats forgets it
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field

from notes_pipeline.llm.answers import DRAFT
from notes_pipeline.llm.offline import OFFLINE_MODEL
from notes_pipeline.llm.offline.answering import write_answer

MARK = re.compile(r"Mark\d+[a-z]*")  # a word that makes a transcript's prompts its own


@dataclass
class Replaying:
    latency_s: float
    answers: dict[str, bytes] = field(default_factory=dict)
    arrivals: list[float] = field(default_factory=list)  # time.time()
    in_flight: int = 0
    most_in_flight: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(size[1])) if size else b""
                method, path, _ = head.split(b" ", 2)
                writer.write(await self.reply(method.decode(), path.decode(), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def reply(self, method: str, path: str, body: bytes) -> bytes:
        if path == "/stats":
            stats = {"arrivals": self.arrivals, "most_in_flight": self.most_in_flight}
            if method == "DELETE":
                self.arrivals, self.most_in_flight = [], 0
            return _response(json.dumps(stats).encode())
        if path == "/v1/models":
            return _response(
                json.dumps({"object": "list", "data": [{"id": OFFLINE_MODEL, "object": "model"}]}).encode()
            )
        self.arrivals.append(time.time())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        answer = self._answer([message["content"] for message in json.loads(body)["messages"]])
        await asyncio.sleep(self.latency_s)
        self.in_flight -= 1
        return answer

    def _answer(self, texts: list[str]) -> bytes:
        key = MARK.sub("Mark", "\n".join(texts))
        if key not in self.answers:
            answer = write_answer(DRAFT.name, texts)
            content = "" if answer is None else answer.model_dump_json()
            size = sum(map(len, texts)) // 4
            body = {
                "id": "chatcmpl-replayed",
                "object": "chat.completion",
                "created": 0,
                "model": OFFLINE_MODEL,
                "choices": [
                    {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
                ],
                "usage": {"prompt_tokens": size, "completion_tokens": len(content) // 4, "total_tokens": size},
            }
            self.answers[key] = _response(json.dumps(body).encode())
        return self.answers[key]


def _response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def main() -> None:
    double = Replaying(float(sys.argv[1]))
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
