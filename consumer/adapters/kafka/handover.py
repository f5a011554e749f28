"""The way across to the event loop, and back."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from consumer.ports import Drain, Intake, Partition

Post = Callable[[Callable[[], None]], None]
"""Runs a function on the event loop soon, in the order posted; any thread may call."""


class HandOver:
    """The wait until nothing of these partitions is inside a call, at most until a deadline."""

    def __init__(self, intake: Intake, post: Post, partitions: Sequence[Partition], *, seconds: float) -> None:
        """Ask the loop to start no new attempt for them."""
        self._deadline = time.monotonic() + seconds
        self._drain: Future[Drain] = Future()
        post(lambda: self._drain.set_result(intake.revoked(partitions)))

    def done(self) -> bool:
        """Whether all that can complete has been handed in."""
        return self._drain.done() and self._drain.result().done()

    @property
    def expired(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self._deadline

    def wait(self, seconds: float) -> None:
        """Wait for it, at most so long."""
        started = time.monotonic()
        try:
            drain = self._drain.result(seconds)
        except TimeoutError:
            return
        drain.wait(max(0.0, seconds - (time.monotonic() - started)))
