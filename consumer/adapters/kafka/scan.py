"""The newest part of a topic, read once, up to the end it has now; nobody joins a group, and nothing is committed."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka import Message as Delivered

from consumer.adapters.kafka.attempt import Attempts, Fatal, Patience
from consumer.adapters.kafka.clients import made
from consumer.adapters.kafka.config import KafkaConfig, consumer_properties
from consumer.adapters.kafka.delivered import answered, is_end, record_of
from consumer.adapters.kafka.silence import Silence
from consumer.core.model import Coordinates, Millis, Record
from consumer.core.triage import Call

Answer = TypeVar("Answer")

_BATCH = 500
_POLL = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The offsets of a partition from `start` up to `end`."""

    start: int
    end: int


@dataclass(slots=True, kw_only=True)
class Scanned:
    """How much was looked at; `is_cut` where there was more since the moment that was asked for."""

    records: int = 0
    is_cut: bool = False


class TopicScan:
    """Every method raises Fatal where the brokers give no answer within `patience` seconds."""

    def __init__(self, config: KafkaConfig, patience: float) -> None:
        """Build the client; it connects by itself. Raises BadOption."""
        self._servers = config.bootstrap_servers
        self._patience = patience
        self._attempts = Attempts(Silence(), lambda: None)
        properties = {
            **consumer_properties(config),
            "log_level": 0,
            "enable.partition.eof": True,
            "statistics.interval.ms": 0,
        }
        self._consumer = made(Consumer, properties, config)

    def close(self) -> None:
        """Let go."""
        self._consumer.close()

    def since(self, topic: str, moment: Millis, most: int, scanned: Scanned) -> Iterator[Record]:
        """The topic's records since then, of each partition the newest if there are more than `most` in all."""
        listed = self._ask(lambda wait: self._consumer.list_topics(timeout=wait).topics)
        numbers = sorted(listed[topic].partitions) if topic in listed else []
        if not numbers:
            raise Fatal(f"the topic {topic} is not there")
        begins = [TopicPartition(topic, number, moment) for number in numbers]
        spans = self._spans(begins, most // len(numbers), scanned)
        for record in self._read(topic, spans):
            scanned.records += 1
            yield record

    def record(self, at: Coordinates) -> Record | None:
        """The record at this place; None where it is gone."""
        first, end = self._ends(TopicPartition(at.topic, at.partition))
        if not first <= at.offset < end:
            return None
        found = self._read(at.topic, {at.partition: Span(start=at.offset, end=at.offset + 1)})
        return next((record for record in found if record.source == at), None)

    def _spans(self, wanted: list[TopicPartition], most: int, scanned: Scanned) -> Mapping[int, Span]:
        begins = self._ask(lambda wait: self._consumer.offsets_for_times(wanted, wait))
        spans = {}
        for begin in begins:
            first, end = self._ends(TopicPartition(begin.topic, begin.partition))
            # Where all records are older, the client says "the end".
            since = end if begin.offset < 0 else max(first, begin.offset)
            start = max(since, end - most)
            scanned.is_cut |= start > since
            spans[begin.partition] = Span(start=start, end=end)
        return spans

    def _ends(self, place: TopicPartition) -> tuple[int, int]:
        return self._ask(lambda wait: answered(self._consumer.get_watermark_offsets(place, wait)))

    def _read(self, topic: str, spans: Mapping[int, Span]) -> Iterator[Record]:
        unread = {number: span for number, span in spans.items() if span.start < span.end}
        self._consumer.assign([TopicPartition(topic, number, span.start) for number, span in unread.items()])
        deadline = time.monotonic() + self._patience
        try:
            while unread:
                for delivered in self._consumer.consume(_BATCH, _POLL):
                    record = _record(delivered, unread)
                    if record is not None:
                        deadline = time.monotonic() + self._patience
                        yield record
                if time.monotonic() > deadline:
                    raise Fatal(f"Kafka at {self._servers} delivers nothing of {topic}")
        finally:
            self._consumer.unassign()

    def _ask(self, question: Callable[[float], Answer]) -> Answer:
        patience = Patience(deadline=time.monotonic() + self._patience, given_up=lambda: False)
        try:
            return self._attempts.ask(Call.READ, question, patience)
        except Fatal as fatal:
            raise Fatal(f"Kafka at {self._servers}: {fatal}") from None


def _record(delivered: Delivered, unread: dict[int, Span]) -> Record | None:
    """The record, if it is one and stands in its partition's span; a span whose end is reached is unread no more."""
    number = delivered.partition() or 0
    span = unread.get(number, Span(start=0, end=0))
    error = delivered.error()
    if error is not None:
        if is_end(delivered, error, span.end):
            unread.pop(number, None)
        return None
    record = record_of(delivered)
    if record.source.offset + 1 >= span.end:
        unread.pop(number, None)
    # One before the start came after a reset: the brokers have lost what was there.
    return record if span.start <= record.source.offset < span.end else None
