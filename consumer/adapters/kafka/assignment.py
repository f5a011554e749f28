"""The partitions that are ours, and the records delivered from them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from confluent_kafka import Message as Delivered
from confluent_kafka import TopicPartition

from consumer.adapters.kafka.status import PartitionStatus
from consumer.core.model import Coordinates, Millis, Record
from consumer.core.progress import Progress, Step, Window
from consumer.ports import Partition


@dataclass(slots=True, kw_only=True)
class Held:
    """One partition during one assignment. `unfollowed` until its first commit has told the earn feed."""

    partition: Partition
    epoch: int
    progress: Progress
    used_ratio: float = 0.0
    paused: bool = False
    unfollowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a partition begins: `offset` to fetch from, maybe a logical one, and what is known of its progress."""

    partition: Partition
    offset: int
    progress: Progress
    unfollowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What came of a batch of deliveries: new records, and how many of each topic the map told to skip."""

    records: tuple[Record, ...]
    skipped: Mapping[str, int]


class Assignment:
    """What is held; of the Kafka thread only."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._held: dict[tuple[str, int], Held] = {}
        self._epochs: dict[tuple[str, int], int] = {}
        self._admitted: Counter[str] = Counter()

    def take(self, starts: Iterable[Start]) -> dict[Partition, int]:
        """Hold these from now on; the epoch of each."""
        epochs = {}
        for start in starts:
            key = (start.partition.topic, start.partition.partition)
            self._epochs[key] = epochs[start.partition] = self._epochs.get(key, 0) + 1
            self._held[key] = Held(
                partition=start.partition,
                epoch=self._epochs[key],
                progress=start.progress,
                unfollowed=start.unfollowed,
            )
        return epochs

    def release(self, partitions: Iterable[Partition]) -> Mapping[str, int]:
        """Hold these no longer: what comes of their records is another's. How many of each topic were open."""
        released: Counter[str] = Counter()
        for partition in partitions:
            held = self._held.pop((partition.topic, partition.partition), None)
            if held is not None:
                released[partition.topic] += held.progress.open
        return released

    def admit(self, deliveries: Iterable[Delivered]) -> Admission:
        """Note what was delivered. What comes of a partition that is not held is passed over."""
        records: list[Record] = []
        skipped: dict[str, int] = {}
        for delivered in deliveries:
            topic, partition, offset = delivered.topic(), delivered.partition(), delivered.offset()
            if topic is None or partition is None or offset is None:
                continue
            held = self._held.get((topic, partition))
            if held is None:
                continue
            if held.progress.admit(offset):
                source, number = Coordinates(topic, partition, offset), self._admitted[topic]
                records.append(_record(delivered, source, held.epoch, number))
                self._admitted[topic] = number + 1
            else:
                skipped[topic] = skipped.get(topic, 0) + 1
        return Admission(records=tuple(records), skipped=skipped)

    def holder(self, record: Record) -> Held | None:
        """Where the record is open; None when its assignment is over, or it is published already."""
        held = self._held.get((record.source.topic, record.source.partition))
        if held is None or held.epoch != record.epoch or record.source.offset not in held.progress:
            return None
        return held

    def advance(self, held: Held, step: Step) -> None:
        """The step is in a committed transaction."""
        held.progress = step.progress
        held.used_ratio = step.snapshot.used_ratio

    def to_pause(self) -> list[Held]:
        """Fetched ones that have no room for one more batch."""
        must_pause = self._window.must_pause
        return [held for held in self if not held.paused and must_pause(held.progress.open, held.used_ratio)]

    def to_resume(self) -> list[Held]:
        """Paused ones that have room again."""
        may_resume = self._window.may_resume
        return [held for held in self if held.paused and may_resume(held.progress.open, held.used_ratio)]

    def status(self) -> tuple[PartitionStatus, ...]:
        """How each is."""
        return tuple(
            PartitionStatus(
                partition=held.partition,
                epoch=held.epoch,
                watermark=held.progress.watermark,
                open=held.progress.open,
                map_used_ratio=held.used_ratio,
                paused=held.paused,
            )
            for held in self
        )

    @property
    def open(self) -> int:
        """How many records are delivered and not published."""
        return sum(held.progress.open for held in self)

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())


def coordinates(held: Iterable[Held]) -> list[TopicPartition]:
    """The partitions as the client takes them."""
    return [TopicPartition(it.partition.topic, it.partition.partition) for it in held]


def _record(delivered: Delivered, source: Coordinates, epoch: int, number: int) -> Record:
    return Record(
        source=source,
        epoch=epoch,
        key=delivered.key(),
        value=delivered.value(),
        headers=tuple(_headers(delivered)),
        timestamp=Millis(delivered.timestamp()[1]),
        number=number,
    )


def _headers(delivered: Delivered) -> Iterator[tuple[str, bytes | None]]:
    # The client's types allow for what an application sets itself; what comes from a broker is pairs of name and bytes.
    given = delivered.headers()
    for name, value in given.items() if isinstance(given, dict) else given or ():
        yield name, value.encode() if isinstance(value, str) else value
