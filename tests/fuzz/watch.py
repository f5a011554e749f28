"""What must hold whatever comes: it ends, and nothing of it stays in memory."""

import gc
import signal
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

LONGEST = 20
"""Seconds after which one input, or one seed, hangs: a thousand times what the largest takes."""
MEBIBYTE = 1024 * 1024
SEEN_BEFORE, SEEN_LAST = range(1, 4), 4
"""Seeds of the inputs that fill what is kept on purpose, which is little, and of those that may leave nothing."""
NOTHING_MUCH = 1024
"""Bytes; a small object for each of a hundred inputs is more."""


@contextmanager
def not_hanging() -> Iterator[Callable[[], None]]:
    """Call what is given before each input: one that takes too long ends the test, whoever catches the first word."""
    no_end = TimeoutError(f"no end within {LONGEST} seconds")
    hung = False

    def hangs(number: int, frame: FrameType | None) -> None:
        nonlocal hung
        del number, frame
        hung = True
        raise no_end

    def begin() -> None:
        signal.setitimer(signal.ITIMER_REAL, LONGEST)

    before = signal.signal(signal.SIGALRM, hangs)
    try:
        yield begin
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if hung:
        raise no_end


def growth(work: Callable[[int], object]) -> int:
    """Bytes that stay allocated of the work on one more seed's inputs, when that on others' is done."""
    tracemalloc.start()
    try:
        for seed in SEEN_BEFORE:
            work(seed)
        before = _staying()
        work(SEEN_LAST)
        return _staying() - before
    finally:
        tracemalloc.stop()


def _staying() -> int:
    """Bytes that somebody holds; the interpreter itself keeps the names of attributes that were looked up."""
    gc.collect()
    getattr(sys, "_clear_internal_caches", sys._clear_type_cache)()
    return tracemalloc.get_traced_memory()[0]


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were allocated at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
