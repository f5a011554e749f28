"""What comes from Kafka and goes back to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from consumer.core.model import (
    Record,
)
from consumer.core.outcome import OutcomeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is published: key, value and headers."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """All that one source record leads to; its offset moves in the transaction that publishes this.

    A record of the earn feed may lead to nothing, and then has neither outcome nor dead letter.
    """

    record: Record
    outcome: Message | None
    dead_letter: Message | None
    status: OutcomeStatus | None = None
    """The outcome's status, for those who count what was published."""
    dead_letter_reason: str | None = None


class Publisher(Protocol):
    """Where completions go; any thread may call."""

    def publish(self, completions: Sequence[Completion]) -> None:
        """Publish each in the order given, exactly once, with its record's offset."""
        ...


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of a source topic."""

    topic: str
    partition: int


class Intake(Protocol):
    """What the Kafka thread tells the event loop. Every method is called on the loop."""

    def received(self, records: Sequence[Record]) -> None:
        """New records, in the order of each partition."""
        ...

    def assigned(self, partitions: Mapping[Partition, int]) -> None:
        """Partitions are ours now, each with its epoch."""
        ...

    def revoked(self, partitions: Sequence[Partition]) -> "Drain":
        """Start no new attempt for these; the drain ends when none of their records is inside a call."""
        ...

    def lost(self, partitions: Sequence[Partition]) -> None:
        """These are another's already: drop their records."""
        ...


class Drain(Protocol):
    """The wait for calls under way."""

    def done(self) -> bool:
        """Whether everything that can complete has been handed to the publisher. Any thread may ask."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait in a thread until done, at most so long; whether it is done."""
        ...
