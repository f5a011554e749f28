"""Write the reference of the metrics: `python -m ops.metrics > docs/metrics.md`."""

import sys
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Metric, generate_latest

from consumer.adapters.metrics import Build, Families, Metrics, Snapshot, SnapshotCollector, SourceTopics
from consumer.core.model import Millis
from consumer.core.phase import Phase
from consumer.ports import Partition

NOW = Millis(1_795_000_000_000)
TOPICS = SourceTopics(returns="return-transactions", earns="earn-events")
A_MOMENT = Snapshot(
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
OPEN = frozenset({"topic", "partition", "version", "revision", "python", "librdkafka"})
"""Labels whose values are the operator's, or the release's."""
INTRODUCTION = """\
# Metrics

All that `/metrics` tells of us; beside it stand the process's own (`process_*`) and Python's (`python_*`).
Names and labels are made in one file, `consumer/adapters/metrics/families.py`.

The values of a label are a closed set, and each series stands at 0 from the start, so that a rate sees the first of its
kind. What no set foresees is counted as `other`. Three have no series before there is something to tell, nor after it:
the lag and the offset map of a partition that is not ours (left behind, they would be counted twice), and the end of a
credential that there is not (0 would say that it ended in 1970).

That is {series} series of ours on each page, and {durations} of them of `returns_api_request_duration_seconds`: three
operations, each answer that is foreseen, and the buckets. Such a page has {size} KB, takes some ten milliseconds
to make, and is sent as less than a tenth of that to whoever takes it compressed, as Prometheus does.

Whoever asks for OpenMetrics gets exemplars with `returns_event_to_outcome_seconds`: the `trace_id` of a return.

| metric | is | labels | tells |
|---|---|---|---|"""


def a_page() -> CollectorRegistry:
    """A registry on which each kind of thing has been told."""
    registry = CollectorRegistry()
    build = Build(version="1", revision="abc", python="3.11", librdkafka="2.16")
    metrics = Metrics(Families(registry, build), TOPICS, _nobody, lambda: NOW)
    metrics.lag(Partition(TOPICS.returns, 0), 5)
    SnapshotCollector(registry, lambda: A_MOMENT)
    return registry


def page() -> Iterator[str]:
    """The text, line by line."""
    ours = [line for line in generate_latest(a_page()).decode().splitlines() if line.startswith("returns_")]
    yield from INTRODUCTION.format(
        series=f"{len(ours):,}",
        durations=sum(line.startswith("returns_api_request_duration") for line in ours),
        size=round(sum(map(len, ours)) / 1000),
    ).splitlines()
    for family in sorted(a_page().collect(), key=lambda each: each.name):
        if family.name.startswith("returns_"):
            yield f"| `{_name(family)}` | {family.type} | {_labels(family)} | {family.documentation} |"


def _name(family: Metric) -> str:
    return family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")


def _labels(family: Metric) -> str:
    values: dict[str, dict[str, None]] = {}
    for sample in family.samples:
        for label, value in sample.labels.items():
            values.setdefault(label, {})[value] = None
    return "; ".join(_values(label, tuple(found)) for label, found in values.items() if label != "le")


def _values(label: str, found: tuple[str, ...]) -> str:
    return f"`{label}`" if label in OPEN else f"`{label}`: {', '.join(found)}"


def _nobody(name: str, **fields: object) -> None:
    """No log."""


if __name__ == "__main__":
    sys.stdout.write("\n".join([*page(), ""]))
