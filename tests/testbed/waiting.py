"""Waiting for another process: a condition and a deadline, never a bare sleep."""

import time
from collections.abc import Callable

PAUSE = 0.05


def wait_until(condition: Callable[[], bool], *, within: float, what: str) -> None:
    """Return as soon as the condition holds; raise TimeoutError naming `what` after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within:g} s: {what}")
        time.sleep(PAUSE)
