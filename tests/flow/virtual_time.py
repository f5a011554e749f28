"""An event loop whose clock moves only when nothing else can happen: a day passes in a moment, always the same way."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
LONGEST = 30 * 24 * 3600.0


class StuckError(Exception):
    """Nothing is left to happen, yet the test is not over."""


class _NoWaiting(selectors.SelectSelector):
    """Moves the clock where a real selector would wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise StuckError("nothing is left to happen")
        self.now += timeout
        if self.now > LONGEST:
            raise StuckError(f"still not over after {LONGEST} seconds")
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Its `time` starts at 0 and jumps to the next timer."""

    def __init__(self) -> None:
        self._clock = _NoWaiting()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
