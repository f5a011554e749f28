"""The life of one process, counted in the boundaries at which it can die."""

import asyncio
from collections.abc import Callable


class Life:
    """Counts boundaries; at the chosen one `on_end` is told. Once `over`, nothing of the process has any effect."""

    def __init__(self, ends_at: int | None, on_end: Callable[["Life"], None]) -> None:
        self._ends_at = ends_at
        self._on_end = on_end
        self.boundaries: list[str] = []
        self.over = asyncio.Event()

    def step(self, boundary: str) -> bool:
        """Come by a boundary; whether the process lives on behind it."""
        if self.over.is_set():
            return False
        self.boundaries.append(boundary)
        if len(self.boundaries) - 1 == self._ends_at:
            self._on_end(self)
        return not self.over.is_set()

    async def boundary(self, name: str) -> None:
        """Come by a boundary of a task; never come back from it when the process dies there."""
        if not self.step(name):
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(0)


def kill(life: Life) -> None:
    """As kill -9 does."""
    life.over.set()
