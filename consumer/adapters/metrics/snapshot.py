"""What is so at the moment of a scrape, derived from the structures themselves and kept nowhere beside them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from consumer.adapters.metrics.labels import CircuitState, CredentialKind
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
        yield from _plain(now)
        yield _labelled("phase", "1 for the phase that is.", "phase", {phase: phase is now.phase for phase in Phase})
        yield _labelled("holding", "1 for each reason to hold.", "reason", {hold: hold in now.holds for hold in HOLDS})
        states: tuple[CircuitState, ...] = get_args(CircuitState)
        yield _labelled(
            "circuit_state", "1 for the breaker's state.", "state", {state: state == now.circuit for state in states}
        )
        lanes = {"working": now.lanes_working, "waiting": now.lanes_waiting}
        yield _labelled("lanes", "Customers with open events.", "state", lanes)
        maps = {str(partition): used for partition, used in sorted(now.offset_map_used.items())}
        yield _labelled("offset_map_used_ratio", "How full a commit's metadata is.", "partition", maps)
        expiry: dict[str, float] = {kind: at / 1000 for kind, at in now.credential_expiry.items()}
        yield _labelled("credential_expiry_timestamp_seconds", "When credentials expire.", "kind", expiry)


def _plain(now: Snapshot) -> Iterator[Metric]:
    for name, text, value in (
        ("events_in_flight", "Returns records admitted and without a committed outcome.", now.events_in_flight),
        ("oldest_in_flight_event_timestamp_seconds", "Timestamp of the oldest; 0: none.", _time(now.oldest_in_flight)),
        ("redelivered_if_killed", "Records that a kill would deliver again.", now.redelivered_if_killed),
        ("paused_partitions", "Partitions that are full.", now.paused_partitions),
        ("assigned_partitions", "Partitions of this instance.", now.assigned_partitions),
        ("largest_lane_events", "Events that wait for the busiest customer.", now.largest_lane),
        ("quota_limit_per_minute", "Requests that this instance may make a minute.", now.quota_limit_per_minute),
        ("quota_share_ratio", "This instance's share of the group's quota.", now.quota_share),
        ("quota_used_ratio", "Requests of the last minute over those allowed.", now.quota_used),
        ("quota_blocked_until_timestamp_seconds", "Until when a 429 blocks; 0: not.", _time(now.quota_blocked_until)),
    ):
        yield GaugeMetricFamily(f"returns_{name}", text, value=value)


def _time(at: Millis | None) -> float:
    return 0.0 if at is None else at / 1000


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"returns_{name}", text, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
