"""The flood guard: when most of what comes would go to the dead letters, something upstream is broken."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass

from consumer.core.dead_letter import redrive_count
from consumer.core.model import Record

WINDOW = 200
ROUNDING = 1e-9
EXPECTED = frozenset({"729", "730"})
"""Dead letters of the business's daily life; they never make a flood."""
MOST_KEPT = 5 * WINDOW
"""Dead letters that are remembered: many more than are decided out of the order of their arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodWindow:
    """Of one topic: the numbers, by arrival, of the first and the last record judged, and of those set aside.

    Records are judged out of order, garbage long before a return that waits for the vendor; counting them by arrival
    keeps a healthy backlog with a little garbage in it from looking like a flood.
    """

    first: int
    last: int
    set_aside: tuple[int, ...]


def news(record: Record, dead_letter_reason: str | None) -> str | None:
    """The reason, unless a person sent the record again: it comes from the dead letters and may go back to them."""
    return None if redrive_count(record.headers) else dead_letter_reason


def judged(window: FloodWindow | None, number: int, dead_letter_reason: str | None) -> FloodWindow:
    """The window after one more record, the one that arrived as `number`; the reason is None where it is fine."""
    if window is None:
        window = FloodWindow(first=number, last=number, set_aside=())
    set_aside = window.set_aside
    if dead_letter_reason is not None and dead_letter_reason not in EXPECTED:
        more = list(set_aside)
        insort(more, number)
        set_aside = tuple(more[-MOST_KEPT:])
    return FloodWindow(first=min(window.first, number), last=max(window.last, number), set_aside=set_aside)


def is_flood(window: FloodWindow, number: int, ratio: float) -> bool:
    """Whether of some 200 successive arrivals, this one among them, more than this share were set aside."""
    if window.last - window.first + 1 < WINDOW:
        return False
    near = window.set_aside[
        bisect_left(window.set_aside, number - WINDOW + 1) : bisect_right(window.set_aside, number + WINDOW - 1)
    ]
    enough = int(ratio * WINDOW + ROUNDING) + 1
    return any(near[at + enough - 1] - near[at] < WINDOW for at in range(len(near) - enough + 1))
