"""The telemetry of a command that a person watches: nothing is counted, its end tells all."""

from collections.abc import Mapping, Sequence

from consumer.adapters.kafka.telling import LoopPart, RebalanceKind
from consumer.ports import Completion, EventName, Partition


class Silence:
    """Takes what is told and keeps none of it."""

    def polled(self, now: float) -> None:
        """Nothing."""

    def transaction(self, completions: Sequence[Completion], seconds: float, *, committed: bool) -> None:
        """Nothing."""

    def dropped(self, count: int) -> None:
        """Nothing."""

    def consumed(self, topic: str, count: int) -> None:
        """Nothing."""

    def released(self, topic: str, count: int) -> None:
        """Nothing."""

    def skipped(self, topic: str, count: int) -> None:
        """Nothing."""

    def spent(self, part: LoopPart, seconds: float) -> None:
        """Nothing."""

    def map_ignored(self, reason: str) -> None:
        """Nothing."""

    def rebalanced(self, kind: RebalanceKind) -> None:
        """Nothing."""

    def lag(self, partition: Partition, records: int) -> None:
        """Nothing."""

    def forget(self, partition: Partition) -> None:
        """Nothing."""

    def round_trips(self, seconds: Mapping[str, float]) -> None:
        """Nothing."""

    def failed(self, code: str) -> None:
        """Nothing."""

    def event(self, name: EventName, **fields: object) -> None:
        """Nothing."""
