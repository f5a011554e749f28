"""What the Kafka thread asks of the rest and tells the people who watch."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from consumer.ports import Completion, EventName, Partition

RebalanceKind = Literal["assigned", "revoked", "lost"]
LoopPart = Literal["wait", "poll", "work", "publish"]
"""Nothing came; something came, or partitions did; it was handed over; results were published."""


class EarnFeed(Protocol):
    """Whether the ledger has followed a partition of the earn feed from its beginning.

    Both block for at most so many seconds, and raise Unavailable where the ledger has not answered by then.
    """

    def is_followed(self, partition: Partition, seconds: float) -> bool:
        """Whether this ledger knows what the partition told up to the group's commit."""
        ...

    def follow(self, partition: Partition, seconds: float) -> None:
        """Remember that from now on the group's commit tells how far this ledger is."""
        ...


class KafkaTelemetry(Protocol):
    """Called on the Kafka thread, so it must be quick; it never fails and never changes what happens."""

    def polled(self, now: float) -> None:
        """The loop turns; seconds since 1970. At most a few times a second."""
        ...

    def spent(self, part: LoopPart, seconds: float) -> None:
        """The loop spent so long on this part of a turn."""
        ...

    def transaction(self, completions: Sequence[Completion], seconds: float, *, committed: bool) -> None:
        """A transaction ended; only a committed one's completions were published."""
        ...

    def dropped(self, count: int) -> None:
        """Completions came for an assignment that is over, and were dropped."""
        ...

    def consumed(self, topic: str, count: int) -> None:
        """Records were admitted: each of them gets one outcome, or is released."""
        ...

    def released(self, topic: str, count: int) -> None:
        """Admitted records without a published outcome were let go: they are another's now."""
        ...

    def skipped(self, topic: str, count: int) -> None:
        """Records were delivered that the restored map calls published."""
        ...

    def map_ignored(self, reason: str) -> None:
        """A commit's metadata could not be used: foreign, damaged or stale."""
        ...

    def rebalanced(self, kind: RebalanceKind) -> None:
        """Partitions came or went."""
        ...

    def lag(self, partition: Partition, records: int) -> None:
        """How many offsets the partition's end is ahead of what is published."""
        ...

    def forget(self, partition: Partition) -> None:
        """The partition is not ours any more: what was told of it must not stay."""
        ...

    def round_trips(self, seconds: Mapping[str, float]) -> None:
        """The mean time that each broker which answered of late takes for it; others are forgotten."""
        ...

    def failed(self, code: str) -> None:
        """Kafka answered with an error, by the name of its code."""
        ...

    def event(self, name: EventName, **fields: object) -> None:
        """A line of the log."""
        ...
