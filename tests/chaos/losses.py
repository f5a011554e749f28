"""What can take partitions from an instance without its knowing, and for how long it may not know."""

from collections.abc import Iterable

from tests.end_to_end.truth import Spell

LATE = 30.0
"""Seconds, at most, until an instance learns what it lost by what was done."""
LOSING = frozenset(
    {
        "the broker is killed",
        "a broker is killed",
        "a leader is killed",
        "the coordinator is killed",
        "the line to the kafka is silent",
        "the line to the kafka is slow",
        "the line to the kafka is cutting",
        "the line between the brokers is silent",
        "the line between the brokers is slow",
    }
)
"""Mishaps in which the group may take an instance for dead. Kills and freezes are so wherever they happen."""


def unaware_since(told: float, losing: Iterable[Spell]) -> float | None:
    """Since when an instance that tells now of its loss may not have known; None where nothing can have caused it."""
    began = [spell.began for spell in losing if spell.began <= told <= spell.ended + LATE]
    return max(min(began), told - LATE) if began else None
