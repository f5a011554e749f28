"""What the rivals in an event loop share: the client that is fastest there, and a run until SIGTERM."""

import asyncio
import signal
from contextlib import AbstractAsyncContextManager

import aiohttp

from benchmarks.rivals.work import HEADERS, TIMEOUT, Answer, Job


class Client:
    """Posts to the vendor, over as many connections as calls may be under way."""

    def __init__(self, given: Job) -> None:
        self._url = given.url
        self._session = aiohttp.ClientSession(
            headers=HEADERS,
            connector=aiohttp.TCPConnector(limit=given.workers),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
        )

    async def post(self, question: bytes) -> Answer | None:
        try:
            async with self._session.post(self._url, data=question) as response:
                await response.read()
                return Answer(status=response.status, retry_after=float(response.headers.get("Retry-After", 0)))
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def aclose(self) -> None:
        await self._session.close()


async def until_told(started: AbstractAsyncContextManager[object]) -> None:
    """Go on until SIGTERM, then stop as the library has it."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    async with started:
        await over.wait()
