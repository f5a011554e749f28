"""Readers of a topic's newest part, whose broker lags behind the one that told the end, or has lost it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, Message, TopicPartition

from consumer.adapters.kafka import dead_letters, scan
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.dead_letters import DeadLetterTopic
from consumer.adapters.kafka.scan import Scanned, TopicScan
from consumer.core.model import Millis
from consumer.core.redrive import Stretch
from consumer.core.redriven import Redriven
from tests.contracts.kafka_stage import a_config

TOPIC = "letters"
PATIENCE = 20.0


@dataclass
class Lagging:
    """A client of one partition, which delivers what it is given to deliver, and then nothing."""

    deliveries: deque[Message]
    ends: tuple[int, int] = (0, 0)
    assigned: list[TopicPartition] = field(default_factory=list)

    def __call__(self, _: Mapping[str, object]) -> "Lagging":
        return self

    def list_topics(self, timeout: float) -> SimpleNamespace:
        assert timeout > 0
        return SimpleNamespace(topics={TOPIC: SimpleNamespace(partitions={0: None})})

    def offsets_for_times(self, wanted: list[TopicPartition], _: float) -> list[TopicPartition]:
        return [TopicPartition(each.topic, each.partition, self.ends[0]) for each in wanted]

    def get_watermark_offsets(self, _place: TopicPartition, _timeout: float) -> tuple[int, int]:
        return self.ends

    def assign(self, places: list[TopicPartition]) -> None:
        self.assigned += places

    def unassign(self) -> None:
        self.assigned.clear()

    def poll(self, _: float) -> Message | None:
        return self.deliveries.popleft() if self.deliveries else None

    def consume(self, most: int, _: float) -> list[Message]:
        return [self.deliveries.popleft() for _ in range(min(most, len(self.deliveries)))]


def a_record(offset: int) -> Message:
    return Message(topic=TOPIC, partition=0, offset=offset, value=str(offset).encode(), timestamp=(1, 1000))


def the_end(offset: int) -> Message:
    error = KafkaError(KafkaError._PARTITION_EOF)
    return Message(topic=TOPIC, partition=0, offset=offset, error=error)


@pytest.fixture(autouse=True)
def _hurrying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is a second after the one before."""
    seconds = count()
    for module in (dead_letters, scan):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))


def redriven(deliveries: Iterable[Message], position: int, end: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The offsets that a redrive reads."""
    monkeypatch.setattr(dead_letters, "Consumer", Lagging(deque(deliveries)))
    stretch = Stretch(topic=TOPIC, partition=0, redriven=Redriven(position=position), end=end, is_remembered=False)
    batches = DeadLetterTopic(a_config("127.0.0.1:1"), "group").read(stretch, 2)
    return [record.source.offset for records, _ in batches for record in records]


def scanned(deliveries: Sequence[Message], ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The offsets that `explain` reads."""
    monkeypatch.setattr(scan, "Consumer", Lagging(deque(deliveries), ends))
    found = TopicScan(a_config("127.0.0.1:1"), PATIENCE).since(TOPIC, Millis(0), 100, Scanned())
    return [record.source.offset for record in found]


def test_letters_that_a_lagging_broker_has_later_are_not_taken_for_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    deliveries = [a_record(0), the_end(1), a_record(1), the_end(2), a_record(3), the_end(5)]

    assert redriven(deliveries, 0, 5, monkeypatch) == [0, 1, 3]


def test_a_redrive_whose_broker_stays_behind_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fatal, match="the brokers deliver nothing"):
        redriven([a_record(0), the_end(1)], 0, 5, monkeypatch)


def test_a_redrive_whose_topic_has_lost_its_end_sends_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fatal, match="partition 0: the brokers have lost its records from 4 on"):
        redriven([a_record(0)], 4, 6, monkeypatch)


def test_what_a_lagging_broker_has_later_is_looked_through_too(monkeypatch: pytest.MonkeyPatch) -> None:
    deliveries = [a_record(0), the_end(1), a_record(1), the_end(3)]

    assert scanned(deliveries, (0, 3), monkeypatch) == [0, 1]


def test_what_comes_from_before_the_part_that_is_looked_through_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scanned([a_record(0), a_record(2), a_record(3)], (2, 4), monkeypatch) == [2, 3]
