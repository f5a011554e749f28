"""The vendor's bad moods."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from tests.chaos.lasting import Mishap, lengths, live_through
from tests.chaos.setting import WELL, Setting
from tests.end_to_end.answers import VARIANTS
from tests.end_to_end.behaviour import Refusal

LATER: tuple[Refusal, ...] = (
    (500, 500),
    (502, None),
    (503, None),
    (503, 4001),
    (504, None),
    (408, 408),
    (517, 517),
    (521, 521),
    (200, 1010),
)
"""Each way of saying that something else than our request is wrong."""
STRANGERS: tuple[Refusal, ...] = ((401, 401), (403, 4000), (498, 498))
MOODS: Mapping[str, Mapping[str, Any]] = {
    "down": {"mood": "down"},
    "refusing credentials": {"mood": "strangers", "refusing": STRANGERS},
    "slow": {"latency": 3.0},
    "cutting answers": {"cut_share": 0.3},
    "breaking off answers": {"truncated_share": 0.3},
    "talking nonsense": {"nonsense_share": 0.3},
    "answering in every shape": {"among": VARIANTS},
    "failing": {"unavailable_share": 0.5, "unavailable": LATER},
    "throttling": {"quota_per_minute": 60, "retry_after": 2},
}


@contextmanager
def the_vendor(at: Setting, changes: Mapping[str, Any]) -> Iterator[float]:
    at.crew.vendor.behaviour = replace(WELL, **changes)
    live_through(at, lengths(at).mood)
    at.crew.vendor.behaviour = WELL
    yield time.time()


@contextmanager
def some_calls_hanging(at: Setting) -> Iterator[float]:
    some = frozenset(at.crew.vendor.under_way())
    at.crew.vendor.behaviour = replace(WELL, hanging=some)
    live_through(at, lengths(at).mood)
    at.crew.vendor.behaviour = WELL
    yield time.time()


OF_THE_VENDOR: Mapping[str, Mishap] = {
    "calls hang": some_calls_hanging,
    **{f"the vendor is {name}": partial(the_vendor, changes=changes) for name, changes in MOODS.items()},
}
