"""Series over time for promtool, a sample each half minute from the epoch on."""

from collections.abc import Iterable, Mapping
from itertools import accumulate

STEP = 30
PER_MINUTE = 60 // STEP
Samples = tuple[float | None, ...]
"""None: not scraped."""


def gauge(*stretches: tuple[int, float | None]) -> Samples:
    """So many minutes at each value."""
    return tuple(value for minutes, value in stretches for _ in range(minutes * PER_MINUTE))


def counter(*stretches: tuple[int, float]) -> Samples:
    """So many minutes at each rate, in events a second."""
    return tuple(accumulate((rate * STEP for minutes, rate in stretches for _ in range(minutes * PER_MINUTE))))


def ticking(minutes: int, *, until: int | None = None, again: int | None = None) -> Samples:
    """A timestamp that follows the clock, but stands still from the minute `until` to the minute `again`."""
    stop = minutes if until is None else until
    go_on = minutes if again is None else again
    at = [step * STEP for step in range(minutes * PER_MINUTE)]
    return tuple(float(now if not stop * 60 <= now < go_on * 60 else stop * 60) for now in at)


def restarted(samples: Samples, minute: int) -> Samples:
    """The same counter, begun anew at this minute."""
    at = minute * PER_MINUTE
    before = samples[at - 1] or 0.0
    return samples[:at] + tuple(None if value is None else value - before for value in samples[at:])


def notation(samples: Iterable[float | None]) -> str:
    """As promtool reads it."""
    return " ".join("_" if value is None else f"{value:g}" if value < 1e5 else f"{value:.3f}" for value in samples)


def inputs(series: Mapping[str, Samples]) -> list[dict[str, str]]:
    """The input of a test."""
    return [{"series": name, "values": notation(samples)} for name, samples in series.items()]
