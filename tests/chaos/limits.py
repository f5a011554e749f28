"""How long a recovery may take. Who was later is told, and fails the command; no test: a machine has other work too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.chaos.brokers import SESSION_TIMEOUT
from tests.chaos.recovery import Recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most seconds until the first outcome, or until one of each partition."""

    seconds: float
    until: Literal["first", "whole"]

    def is_kept_by(self, recovery: Recovery) -> bool:
        return (recovery.first if self.until == "first" else recovery.whole) <= self.seconds


OF_ONE = Limit(seconds=15, until="first")
OF_SEVERAL = Limit(seconds=SESSION_TIMEOUT + 5, until="whole")
"""The others give outcomes all the while: what counts is the partition that waited longest."""
OF_THE_BROKER = Limit(seconds=10, until="first")
OF_A_BROKER = Limit(seconds=10, until="whole")
"""From when it answers again; in a cluster, too, the others give outcomes all the while."""


def limits(instances: int) -> Mapping[str, Limit]:
    """By the mishaps that have one. A failover has none: Kafka itself waits first for the broker that was killed."""
    return {
        "an instance is killed": OF_ONE if instances == 1 else OF_SEVERAL,
        "the only instance is killed": OF_ONE,
        "the broker is killed": OF_THE_BROKER,
        "a broker is killed": OF_A_BROKER,
    }


def verdict(those: Sequence[Recovery], limit: Limit | None) -> str:
    """Whether they kept to it, in words; nothing where there is none."""
    if limit is None:
        return ""
    late = sum(not limit.is_kept_by(each) for each in those)
    kept = "kept" if not late else f"BROKEN {late} of {len(those)} times"
    return f"; limit {limit.seconds:.0f} s ({limit.until}): {kept}"
