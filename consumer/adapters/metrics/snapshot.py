"""What is so at the moment of a scrape, derived from the structures themselves and kept nowhere beside them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from consumer.adapters.metrics.families import State
from consumer.adapters.metrics.labels import JOIN_STATES, OTHER, CircuitState, CredentialKind
from consumer.core.model import Millis
from consumer.core.phase import HOLDS, Hold, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The process at one moment. Times of day are epoch milliseconds, None where there is nothing to tell."""

    events_in_flight: int
    """Open returns records, and those whose outcome is not yet in a committed transaction."""
    oldest_in_flight: Millis | None
    """The timestamp of the oldest open record."""
    redelivered_if_killed: int
    paused_partitions: int
    assigned_partitions: int
    join_state: str
    """As librdkafka calls it."""
    offset_map_used: Mapping[int, float]
    """By partition, the fuller one where both topics have it; from 0 to 1."""
    phase: Phase
    holds: frozenset[Hold]
    circuit: CircuitState
    lanes_working: int
    lanes_waiting: int
    largest_lane: int
    quota_limit_per_minute: float
    quota_share: float
    quota_used: float
    quota_blocked_until: Millis | None
    credential_expiry: Mapping[CredentialKind, Millis]
    memory_limit: int
    """Bytes; 0 where none is known."""


class SnapshotCollector(Collector):
    """Gauges of the snapshot that `look` gives at each scrape; it is called on the thread that scrapes."""

    def __init__(self, registry: CollectorRegistry, look: Callable[[], Snapshot]) -> None:
        self._look = look
        registry.register(self)

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering looks at nothing."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges as they are now."""
        now = self._look()
        yield State.phase.by({phase: phase is now.phase for phase in Phase})
        yield State.holding.by({hold: hold in now.holds for hold in HOLDS})
        yield State.in_flight.at(now.events_in_flight)
        yield State.oldest.at(_time(now.oldest_in_flight))
        yield State.redelivered.at(now.redelivered_if_killed)
        yield State.lanes.by({"working": now.lanes_working, "waiting": now.lanes_waiting})
        yield State.largest_lane.at(now.largest_lane)
        yield State.circuit.by({state: state == now.circuit for state in get_args(CircuitState)})
        yield State.quota_limit.at(now.quota_limit_per_minute)
        yield State.quota_share.at(now.quota_share)
        yield State.quota_used.at(now.quota_used)
        yield State.quota_blocked.at(_time(now.quota_blocked_until))
        yield from _of_the_group(now)
        # A kind that is not there has no series: at 0 it would have expired in 1970.
        yield State.expiry.by({kind: at / 1000 for kind, at in now.credential_expiry.items()})
        yield State.memory_limit.at(now.memory_limit)


def _of_the_group(now: Snapshot) -> Iterator[Metric]:
    joined = now.join_state if now.join_state in JOIN_STATES else OTHER
    yield State.assigned.at(now.assigned_partitions)
    yield State.paused.at(now.paused_partitions)
    yield State.join_state.by({state: state == joined for state in JOIN_STATES})
    yield State.map_used.by({str(partition): used for partition, used in sorted(now.offset_map_used.items())})


def _time(at: Millis | None) -> float:
    return 0.0 if at is None else at / 1000
