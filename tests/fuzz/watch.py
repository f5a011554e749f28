"""What must hold whatever comes: it ends, and nothing of it stays in memory."""

import gc
import signal
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

LONGEST = 20
"""Seconds after which one input hangs: a thousand times what the largest takes."""
MEBIBYTE = 1024 * 1024


@contextmanager
def not_hanging() -> Iterator[Callable[[], None]]:
    """Call what is given before each input: one that takes too long ends the test."""

    def hangs(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise TimeoutError("an input hangs")

    def begin() -> None:
        signal.setitimer(signal.ITIMER_REAL, LONGEST)

    before = signal.signal(signal.SIGALRM, hangs)
    try:
        yield begin
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def growth(work: Callable[[], object]) -> int:
    """Bytes that stay allocated when the work is done twice, beyond what stayed after it was done once."""
    tracemalloc.start()
    try:
        work()
        gc.collect()
        once, _ = tracemalloc.get_traced_memory()
        work()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - once
    finally:
        tracemalloc.stop()


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were allocated at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
