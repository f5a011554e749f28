"""Transactions that Kafka itself ends without some of their partitions, after a kill of its only broker.

How that comes about is told in docs/guarantees.md.
"""

from collections.abc import Iterable, Sequence

SAYS = "likely deleted already and hence can be skipped"
"""What Kafka writes of partitions that have no leader at the moment, which it takes for deleted."""
KAFKAS = "Kafka itself ended a transaction without some of its partitions"
TRIALS = 3
"""Storms of one broker, or the like: another is tried only where Kafka said this of the one before."""


def told_of(lines: Sequence[str]) -> list[str]:
    """The same as a breach; one, as it is one fault, and none of the service's."""
    return [f"{KAFKAS}: {lines[-1]}"] if lines else []


def is_kafkas(breaches: Iterable[str]) -> bool:
    """Whether this was among what is wrong."""
    return any(breach.startswith(KAFKAS) for breach in breaches)
