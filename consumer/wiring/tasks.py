"""The coroutines that run beside one another; when one fails, the process does."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    """Starts coroutines, and tells the first failure."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._running: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[BaseException] = loop.create_future()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run it."""
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def cancel(self) -> None:
        """End all that still run."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not self.failed.done():
            self.failed.set_result(error)
