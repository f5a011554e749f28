"""Calls into the client that do not come back: some of librdkafka's ignore the time they are given."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

ANSWER = 15.0
"""Seconds beyond its own time limit that a call may take."""


class Hung:
    """Watches the thread's calls; any other thread may ask. Nothing but the end of the process helps such a call."""

    def __init__(self) -> None:
        self._limit: tuple[str, float] | None = None

    @contextmanager
    def watch(self, call: str, seconds: float) -> Iterator[None]:
        """While inside: this call, which is told to take at most so many seconds."""
        outer = self._limit
        self._limit = call, time.monotonic() + seconds + ANSWER
        try:
            yield
        finally:
            self._limit = outer

    @property
    def reason(self) -> str | None:
        """What hangs, in words; None while all is well."""
        limit = self._limit
        if limit is None or time.monotonic() < limit[1]:
            return None
        return f"{limit[0]}: the Kafka client does not come back from this call"
