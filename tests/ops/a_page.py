"""The page that a scrape gets from the real metrics, when each kind of thing has happened once."""

from prometheus_client import CollectorRegistry
from prometheus_client.samples import Sample

from consumer.adapters.metrics import Build, Families, Metrics, Snapshot, SnapshotCollector, SourceTopics
from consumer.core.model import Millis
from consumer.core.phase import Phase
from consumer.ports import Partition

NOW = Millis(1_795_000_000_000)
A_SNAPSHOT = Snapshot(
    events_in_flight=1,
    oldest_in_flight=NOW,
    redelivered_if_killed=1,
    paused_partitions=0,
    assigned_partitions=1,
    join_state="steady",
    offset_map_used={0: 0.1},
    phase=Phase.RUNNING,
    holds=frozenset(),
    circuit="closed",
    lanes_working=1,
    lanes_waiting=0,
    largest_lane=1,
    quota_limit_per_minute=950,
    quota_share=1.0,
    quota_used=0.1,
    quota_blocked_until=None,
    credential_expiry={"token": NOW, "certificate": NOW},
    memory_limit=512 * 1024 * 1024,
)


def nobody(name: str, **fields: object) -> None:
    """No log."""


def samples() -> list[Sample]:
    registry = CollectorRegistry()
    build = Build(version="1", revision="abc", python="3.11", librdkafka="2.16")
    topics = SourceTopics(returns="return-transactions", earns="earn-events")
    metrics = Metrics(Families(registry, build), topics, nobody, lambda: NOW)
    metrics.called("revoke", "200", 0.1)
    metrics.lag(Partition("return-transactions", 0), 5)
    SnapshotCollector(registry, lambda: A_SNAPSHOT)
    return [sample for family in registry.collect() for sample in family.samples]


def labels_by_name() -> dict[str, set[str]]:
    """Every name on the page with the labels it has; the scrape adds job, instance and namespace."""
    found: dict[str, set[str]] = {}
    for sample in samples():
        found.setdefault(sample.name, {"job", "instance", "namespace"}).update(sample.labels)
    return found


def values_of(name: str, label: str) -> set[str]:
    """The values that a label of a metric has from the start."""
    return {sample.labels[label] for sample in samples() if sample.name == name and label in sample.labels}
