"""A TCP port in front of a server's unix socket, through which the two are parted without touching either."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

BYTES_AT_ONCE = 65_536
PATIENCE_S = 10.0  # of whoever orders something of the proxy's thread; it is done within milliseconds


class Proxy:
    """Passes bytes on until told otherwise. Safe for threads; the port stays the same, whatever happens behind it.

    `target`: gives the server's socket, asked anew for each connection, since a restart makes a new one.
    """

    def __init__(self, target: Callable[[], Path]) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._flows = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._pairs: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    def start(self) -> None:
        self._thread.start()
        self.restore()

    def stop(self) -> None:
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def refuse(self) -> None:
        """Cut all connections and take no new one, as a server that is down."""
        self._do(self._refuse())

    def hang(self) -> None:
        """Take connections and hold all bytes, as a network that loses them."""
        self._do(self._hang())

    def cut(self) -> None:
        """Break all connections; new ones are taken."""
        self._do(self._cut())

    def restore(self) -> None:
        """Pass bytes on again; those that were held come first."""
        self._do(self._restore())

    def _do(self, order: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(order, self._loop).result(PATIENCE_S)

    async def _restore(self) -> None:
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _hang(self) -> None:
        self._flows.clear()

    async def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        pairs = list(self._pairs)
        for pair in pairs:
            pair.cancel()
        await asyncio.gather(*pairs, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = asyncio.current_task()
        if pair is not None:
            self._pairs.add(pair)
        self._writers.add(writer)
        behind: asyncio.StreamWriter | None = None
        try:
            await self._flows.wait()
            answers, behind = await asyncio.open_unix_connection(self._target())
            self._writers.add(behind)
            ways = [
                asyncio.ensure_future(self._pump(reader, behind)),
                asyncio.ensure_future(self._pump(answers, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the server is down, or we were told to part them
        finally:
            for each in filter(None, (writer, behind)):
                each.close()
                self._writers.discard(each)
            if pair is not None:
                self._pairs.discard(pair)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(BYTES_AT_ONCE):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
