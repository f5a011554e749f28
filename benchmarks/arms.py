"""The kinds of load: whose returns they are, how the vendor is, how they come, how the subject ends."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from benchmarks.faults import Faults

Keys = Literal["distinct", "uniform", "zipf", "single"]
Order = Literal["merged", "by key", "none", "serial"]
"""What a subject does side by side: a key's returns in one call; keys, not a key's returns; all; nothing."""
Ending = Literal["kill", "stop"]
CUSTOMERS = 1000
WINDOW = 200
"""Calls that may be under way."""
OVERHEAD = 0.002
"""Seconds that a call takes beside the vendor's own."""
LATENCIES = (0.0, 0.02, 0.1)
KEYS: tuple[Keys, ...] = ("uniform", "distinct", "zipf", "single")
KEYS_IN_WORDS = {
    "uniform": "1,000 customers",
    "distinct": "all distinct",
    "zipf": "Zipf(1), 1,000 customers",
    "single": "one customer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One kind of load; `paced`: half of what the subject comes to with all distinct; `ending`: what becomes of it."""

    name: str
    keys: Keys = "uniform"
    latency: float = 0.02
    faults: Faults = field(default_factory=Faults)
    paced: bool = False
    ending: Ending | None = None


BASE = Arm(name="1,000 customers")
FAULTS = (
    replace(BASE, name="1 % of 503", faults=Faults(unavailable=0.01)),
    replace(BASE, name="10 % of 503", faults=Faults(unavailable=0.1)),
    replace(BASE, name="429 beyond 500 calls a second", faults=Faults(a_second=500)),
    replace(BASE, name="1 ‰ of records hang once", faults=Faults(hang=0.001)),
)
DISTINCT = replace(BASE, name=KEYS_IN_WORDS["distinct"], keys="distinct")
PACED = replace(DISTINCT, name="half load", paced=True)
KILLED = replace(BASE, name="kill -9, one record hung", keys="distinct", ending="kill")
STOPPED = replace(BASE, name="planned restart, one record hung", keys="distinct", ending="stop")
SMALL = (BASE, replace(BASE, name=KEYS_IN_WORDS["zipf"], keys="zipf"), PACED, KILLED)
"""What is run unless more is asked for."""


def whole() -> tuple[Arm, ...]:
    """One thing differs at a time from 1,000 customers and 20 ms."""
    keys = [replace(BASE, name=KEYS_IN_WORDS[each], keys=each) for each in KEYS]
    waits = [replace(BASE, name=f"vendor of {1000 * wait:.0f} ms", latency=wait) for wait in LATENCIES if wait != 0.02]
    return (*keys, *waits, *FAULTS, PACED, KILLED, STOPPED)


def every() -> tuple[Arm, ...]:
    """The same, and all keys with all latencies."""
    crossed = [
        replace(BASE, name=f"{KEYS_IN_WORDS[keys]}, vendor of {1000 * latency:.0f} ms", keys=keys, latency=latency)
        for keys in KEYS
        for latency in LATENCIES
        if keys != "uniform" and latency != 0.02
    ]
    return (*whole(), *crossed)


def named(words: str, arms: Sequence[Arm]) -> Iterator[Arm]:
    """The arms whose names hold one of these words, separated by semicolons; all where there are none."""
    for arm in arms:
        if not words or any(word.strip() in arm.name for word in words.split(";")):
            yield arm


def chosen(keys: Keys, returns: int) -> list[int]:
    """The customer of each return; fewer returns are the beginning of more."""
    match keys:
        case "distinct":
            return list(range(1, returns + 1))
        case "single":
            return [1] * returns
        case "uniform":
            return [number % CUSTOMERS + 1 for number in range(returns)]
        case "zipf":
            weights = [1 / (rank + 1) for rank in range(CUSTOMERS)]
            return random.Random(1).choices(range(1, CUSTOMERS + 1), weights, k=returns)


def fitting(arm: Arm, order: Order, returns: int, seconds: float) -> int:
    """How many of the returns a subject can work in so many seconds, by what must come one after another."""
    call = arm.latency + OVERHEAD
    hottest = Counter(chosen(arm.keys, returns)).most_common(1)[0][1] / returns
    one_by_one = {"serial": 1.0, "by key": max(hottest, 1 / WINDOW), "none": 1 / WINDOW, "merged": 1 / WINDOW}[order]
    floors = [call * one_by_one]
    if arm.faults.a_second:
        floors.append(1 / arm.faults.a_second)
    return max(1, min(returns, int(seconds / max(floors))))
