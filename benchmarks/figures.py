"""What a run came to, computed from who was seen when; nothing here reads a clock or a broker."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

WARM_UP = 2.0
"""Seconds from the first return on, whose returns tell of a process that has just begun; with a pace only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An outcome of the n-th return, in the order of its partition; `at` in seconds."""

    number: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the subject took: seconds of CPU, MB at its highest; and what it asked of the vendor."""

    cpu: float
    memory: float
    calls: int
    again: int
    overlapping: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One run. Rates in returns a second, `p50` and `p99` in ms, `cpu` in µs for each return, `memory` in MB.

    `steady` leaves out the first and the last hundredth, `p50` and `p99` the warm-up of a run with a pace. `repeated`
    are records that were asked for again after the vendor had done what was asked: over the whole run, or after the
    restart where there was one.
    """

    returns: int
    pace: float
    rate: float
    steady: float
    p50: float
    p99: float
    cpu: float
    memory: float
    calls: int
    lost: int
    repeated: int
    overlapping: int
    twice: int
    disordered: int


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that so large a share of all do not exceed; of none, not a number."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def first_of_each(seen: Sequence[Seen]) -> list[Seen]:
    """Without the outcomes that came again."""
    firsts: dict[int, Seen] = {}
    for outcome in seen:
        firsts.setdefault(outcome.number, outcome)
    return list(firsts.values())


def order_breaks(firsts: Sequence[Seen], customers: Sequence[int]) -> int:
    """How many outcomes stand behind that of a later return of the same customer."""
    latest: dict[int, int] = {}
    breaks = 0
    for outcome in firsts:
        customer = customers[outcome.number]
        breaks += outcome.number < latest.get(customer, -1)
        latest[customer] = max(outcome.number, latest.get(customer, -1))
    return breaks


def steady_rate(times: Sequence[float]) -> float:
    """Returns a second between the first and the last hundredth."""
    early, late = percentile(times, 0.01), percentile(times, 0.99)
    return 0.98 * len(times) / (late - early) if late > early else math.nan


def figures(seen: Sequence[Seen], intended: Sequence[float], customers: Sequence[int], spent: Spent) -> Figures:
    """`intended` is when each return was to come, its first the start of the clock."""
    firsts = first_of_each(seen)
    open_loop = intended[-1] > intended[0]
    warm = intended[0] + WARM_UP if open_loop else -math.inf
    due = [(intended[outcome.number], outcome.at) for outcome in firsts]
    waits = [1000 * (at - since) for since, at in due if since >= warm]
    times = [outcome.at for outcome in firsts]
    took = max(times, default=math.nan) - intended[0]
    return Figures(
        returns=len(intended),
        pace=(len(intended) - 1) / (intended[-1] - intended[0]) if open_loop else 0.0,
        rate=len(firsts) / took,
        steady=steady_rate(times),
        p50=percentile(waits, 0.5),
        p99=percentile(waits, 0.99),
        cpu=1e6 * spent.cpu / max(1, len(firsts)),
        memory=spent.memory,
        calls=spent.calls,
        lost=len(intended) - len(firsts),
        repeated=spent.again,
        overlapping=spent.overlapping,
        twice=len(seen) - len(firsts),
        disordered=order_breaks(firsts, customers),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure over the repeats."""

    middle: float
    low: float
    high: float


def spread(runs: Sequence[Figures], name: str) -> Spread:
    """The median, the lowest and the highest of the runs that have this figure."""
    values = [value for run in runs if not math.isnan(value := float(asdict(run)[name]))] or [math.nan]
    return Spread(middle=median(values), low=min(values), high=max(values))
