"""TLS in front of a server that speaks none: what comes is passed on, unread."""

import asyncio
import ssl
import threading
from pathlib import Path

from tests.testbed.certificates import HERE, Pair

CHUNK = 65_536


def server_context(pair: Pair, clients: Path | None = None) -> ssl.SSLContext:
    """With an authority for `clients`, nobody comes in without a certificate of it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(pair.certificate, pair.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class TlsFront:
    """Passes on to a host and its port, from a thread of its own, until it is closed."""

    def __init__(self, target: tuple[str, int], context: ssl.SSLContext) -> None:
        self._target = target
        self._context = context
        self._bound = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda *_: None)
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))
        self._thread.start()
        self._bound.wait()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://{HERE}:{self._port}"

    def close(self) -> None:
        """End it and every connection."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        self._closing = asyncio.Event()
        server = await self._listen()
        self._port = server.sockets[0].getsockname()[1]
        self._bound.set()
        await self._closing.wait()
        server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, HERE, 0, ssl=self._context)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        inner_reader, inner_writer = await asyncio.open_connection(*self._target)
        try:
            await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            inner_writer.close()
            writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(CHUNK):
        sink.write(piece)
        await sink.drain()
    sink.close()


class PostgresFront(TlsFront):
    """As PostgreSQL does it: TLS begins when it was asked for, and nobody comes in without."""

    ASKED = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._asked, HERE, 0)

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readexactly(len(self.ASKED)) == self.ASKED:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self._context)
                await self._connected(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
