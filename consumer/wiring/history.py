"""The last hour, sampled beside the work: a few numbers every ten seconds, and no more than an hour of them."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

EVERY = 10.0
MINUTE = 60.0
LEAST = 5.0
"""Seconds that a rate must be of."""
KEPT = int((3600.0 + MINUTE) / EVERY) + 1
Points = tuple[tuple[float, float], ...]
"""Pairs of seconds ago and value, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look, `at` a time of the loop's clock. Counts are since the start; `oldest` is an age in seconds."""

    at: float
    outcomes: int
    calls: int
    dead_letters: int
    oldest: float


Count = Callable[[Sample], int]


class History:
    """Keeps the samples of the last hour."""

    def __init__(self, look: Callable[[], Sample]) -> None:
        self._look = look
        self._samples: deque[Sample] = deque(maxlen=KEPT)

    async def keep(self) -> None:
        """Sample until cancelled."""
        while True:
            self.sample()
            await asyncio.sleep(EVERY)

    def sample(self) -> None:
        """Look once."""
        self._samples.append(self._look())

    def samples(self) -> tuple[Sample, ...]:
        """Oldest first."""
        return tuple(self._samples)


def a_minute(samples: Sequence[Sample], count: Count, now: float) -> Points:
    """How much was counted in the minute before each sample, or since the first, as of a minute."""
    points, first = [], 0
    for before, sample in enumerate(samples[1:]):
        while first < before and samples[first].at < sample.at - MINUTE:
            first += 1
        since = samples[first]
        if since.at <= sample.at - LEAST:
            grown = count(sample) - count(since)
            points.append((now - sample.at, grown * MINUTE / (sample.at - since.at)))
    return tuple(points)


def oldest(samples: Sequence[Sample], now: float) -> Points:
    """The age of the oldest open record at each sample."""
    return tuple((now - sample.at, sample.oldest) for sample in samples)
