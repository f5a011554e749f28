"""How the Kafka thread's time divides."""

import time
from collections.abc import Callable

from consumer.adapters.kafka.telling import LoopPart


class Laps:
    """Each lap is the time since the one before, and counts for the part of the loop that it ends with."""

    def __init__(self, tell: Callable[[LoopPart, float], None]) -> None:
        self._tell = tell
        self._begun = time.monotonic()

    def end(self, part: LoopPart) -> None:
        """All since the last lap was this part."""
        now = time.monotonic()
        self._tell(part, now - self._begun)
        self._begun = now
