"""What the process counts and measures, on a registry that is passed in."""

from consumer.adapters.metrics.counting import Metrics, SourceTopics
from consumer.adapters.metrics.families import SLO_SECONDS, Build, Families
from consumer.adapters.metrics.snapshot import Snapshot, SnapshotCollector

__all__ = ["SLO_SECONDS", "Build", "Families", "Metrics", "Snapshot", "SnapshotCollector", "SourceTopics"]
