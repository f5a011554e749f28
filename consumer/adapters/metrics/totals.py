"""What was counted since the process started, read back from the counters themselves for those who show it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import Counter, Gauge
from prometheus_client.samples import Sample

from consumer.adapters.metrics.families import Families
from consumer.ports import Partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums at one moment. `outcomes` has those of late earns, `calls` no requests for a token."""

    outcomes: int
    calls: int
    dead_letters: Mapping[str, int]
    """By reason, each reason that there is."""
    lag: Mapping[Partition, int]
    """As far as it is known."""


def totals(of: Families) -> Totals:
    """The counters as they are now; any thread may call."""
    return Totals(
        outcomes=_sum(_samples(of.records.events)) + _sum(_samples(of.records.late_earns)),
        calls=_sum(sample for sample in _samples(of.vendor.requests) if sample.labels["operation"] != "token"),
        dead_letters={sample.labels["code"]: int(sample.value) for sample in _samples(of.records.dead_letters)},
        lag={
            Partition(sample.labels["topic"], int(sample.labels["partition"])): int(sample.value)
            for sample in _samples(of.kafka.lag)
        },
    )


def _samples(family: Counter | Gauge) -> Iterator[Sample]:
    for metric in family.collect():
        yield from metric.samples


def _sum(samples: Iterator[Sample]) -> int:
    return int(sum(sample.value for sample in samples))
