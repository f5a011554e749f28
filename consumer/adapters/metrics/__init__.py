"""What the process counts and measures, on a registry that is passed in."""

from consumer.adapters.metrics.counting import Metrics, SourceTopics
from consumer.adapters.metrics.families import SLO_SECONDS, Build, Families
from consumer.adapters.metrics.latest import Latest
from consumer.adapters.metrics.snapshot import Snapshot, SnapshotCollector
from consumer.adapters.metrics.totals import Totals, totals

__all__ = [
    "SLO_SECONDS",
    "Build",
    "Families",
    "Latest",
    "Metrics",
    "Snapshot",
    "SnapshotCollector",
    "SourceTopics",
    "Totals",
    "totals",
]
