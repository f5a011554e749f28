"""Transactions that Kafka itself ends without some of their partitions, after a kill of its only broker.

How that comes about is told in docs/guarantees.md. It is rare where the broker is missed before it is back
(`KafkaBroker.miss`), as in storms.
"""

import warnings
from collections.abc import Iterable, Sequence

DROPPED = "likely deleted already and hence can be skipped"
"""What the broker's log says of partitions that have no leader at the moment, which it takes for deleted."""
KAFKAS = "Kafka itself ended a transaction without some of its partitions"
BY_IT = ("did not recover", "outcomes for one record", "late outcome", "dead letters", "not settled")
"""What comes of it: a partition stands still, or what was committed is gone or comes twice."""
NEVER_BY_IT = ("crashed",)
TRIALS = 3
"""Storms of one broker, or the like: another is tried only where all this holds of the one before."""


def told_of(lines: Sequence[str]) -> list[str]:
    """The broker's lines as a breach; one, as it is one fault, and none of the service's."""
    return [f"{KAFKAS}: {lines[-1]}"] if lines else []


def is_kafkas(breaches: Iterable[str]) -> bool:
    """Whether Kafka said so and what is wrong comes of it; each time is told among the warnings of the run."""
    said = [breach for breach in breaches if breach.startswith(KAFKAS)]
    others = [breach for breach in breaches if not breach.startswith(KAFKAS)]
    if not said or not _any_of(BY_IT, others) or _any_of(NEVER_BY_IT, others):
        return False
    warnings.warn(f"tried again, as {said[0]}; {len(others)} breaches, the first: {others[0]}", stacklevel=2)
    return True


def _any_of(words: Iterable[str], breaches: Sequence[str]) -> bool:
    return any(word in breach for word in words for breach in breaches)
