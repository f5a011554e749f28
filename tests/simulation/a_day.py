"""A shop's day: how many returns come when, of which customers, and when the vendor is away."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

HOUR = 3600.0
MINUTE = 60.0
TICK = 5.0
"""Seconds from one look at who has come to the next."""
Hours = tuple[float, float]
"""From the one to the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What comes, against a quota of `per_minute` requests.

    Returns come at `load` times the quota, in the `bursts` at `burst` times. A visit brings one to `largest_visit`
    returns of one customer; customers come by Zipf's law, or all as often.
    """

    per_minute: int
    open: Hours
    load: float
    burst: float
    bursts: Sequence[Hours]
    outage: Hours
    customers: int
    largest_visit: int
    zipf: bool
    partitions: int

    def is_away(self, at: float) -> bool:
        """Whether the vendor is, so many seconds after midnight."""
        return _is_in(self.outage, at)

    def a_second(self, at: float) -> float:
        """How many returns come in one."""
        times = self.burst if any(_is_in(hours, at) for hours in self.bursts) else self.load
        return times * self.per_minute / MINUTE


def sample_day(per_minute: int) -> Day:
    """A day whose returns, one call for each, need all of the quota that the outage leaves, but no more.

    There are ten customers for each request a minute, and a partition for 125 requests, but eight at least.
    """
    return Day(
        per_minute=per_minute,
        open=(0, 24),
        load=0.6,
        burst=3.0,
        bursts=((12, 13), (18, 19)),
        outage=(9, 13),
        customers=10 * per_minute,
        largest_visit=4,
        zipf=True,
        partitions=max(8, per_minute // 125),
    )


class Customers:
    """Who comes, tick by tick; for the same day always the same."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._random = Random(1)
        self._names = range(1, day.customers + 1)
        self._weights = list(accumulate(1 / name if day.zipf else 1.0 for name in self._names))
        self._due = 0.0

    def come(self, at: float) -> list[int]:
        """The customers of one tick's returns, those of a visit beside each other."""
        self._due += self._day.a_second(at) * TICK / ((1 + self._day.largest_visit) / 2)
        visits, self._due = int(self._due), self._due % 1
        who = self._random.choices(self._names, cum_weights=self._weights, k=visits)
        return [customer for customer in who for _ in range(self._random.randint(1, self._day.largest_visit))]


def _is_in(hours: Hours, at: float) -> bool:
    return hours[0] * HOUR <= at < hours[1] * HOUR
