"""The dead-letter topic, read once up to the end it has now; each partition with what was sent again of it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from confluent_kafka import Consumer, KafkaException, TopicPartition

from consumer.adapters.kafka.attempt import Attempts, Fatal, Patience
from consumer.adapters.kafka.clients import made
from consumer.adapters.kafka.config import KafkaConfig, consumer_properties
from consumer.adapters.kafka.delivered import answered, is_end, record_of
from consumer.adapters.kafka.silence import Silence
from consumer.core.model import Record
from consumer.core.offset_map import Empty, Ignored, Restored, decode
from consumer.core.redrive import Stretch
from consumer.core.redriven import Redriven, started
from consumer.core.triage import Call

Answer = TypeVar("Answer")

PATIENCE = 20.0
"""Seconds for which a person waits for an answer of the brokers."""
MOST_BYTES = 8 * 1024 * 1024
_POLL = 0.2


class DeadLetterTopic:
    """The topic as one redrive sees it. Every method raises Fatal where the brokers give no answer."""

    def __init__(self, config: KafkaConfig, group: str) -> None:
        """Build the client; it connects by itself. Raises BadOption."""
        self._topic = config.topics.dead_letters
        self._group = group
        self._servers = config.bootstrap_servers
        self._attempts = Attempts(Silence(), lambda: None)
        properties = {
            **consumer_properties(config),
            "group.id": group,
            # The end of a partition is where the last record may be a transaction's marker, which nobody delivers.
            "enable.partition.eof": True,
            "statistics.interval.ms": 0,
        }
        self._consumer = made(Consumer, properties, config)

    def group(self) -> object:
        """The metadata of the group that the progress belongs to."""
        return self._consumer.consumer_group_metadata()

    def close(self) -> None:
        """Let go."""
        self._consumer.close()

    def stretches(self) -> Sequence[Stretch]:
        """What there is to look at, partition by partition."""
        topics = self._ask(lambda wait: self._consumer.list_topics(timeout=wait).topics)
        if self._topic not in topics:
            raise Fatal(f"the dead-letter topic {self._topic} is not there: create it, or correct topics.dead_letters")
        wanted = [TopicPartition(self._topic, number) for number in sorted(topics[self._topic].partitions)]
        return [
            self._stretch(commit) for commit in self._ask(lambda wait: _sound(self._consumer.committed(wanted, wait)))
        ]

    def partitions(self) -> Mapping[str, int]:
        """How many partitions each topic of the cluster has."""
        topics = self._ask(lambda wait: self._consumer.list_topics(timeout=wait).topics)
        return {name: len(topic.partitions) for name, topic in topics.items()}

    def read(self, stretch: Stretch, batch: int) -> Iterator[tuple[Sequence[Record], int]]:
        """The letters in their order, at most `batch` at once, each time with the offset to go on from."""
        position, end = stretch.redriven.position, stretch.end
        if position >= end:
            return
        self._consumer.assign([TopicPartition(stretch.topic, stretch.partition, position)])
        try:
            while position < end:
                records, position = self._batch(position, end, batch)
                yield records, position
        finally:
            self._consumer.unassign()

    def _batch(self, position: int, end: int, most: int) -> tuple[Sequence[Record], int]:
        records: list[Record] = []
        size = 0
        deadline = time.monotonic() + PATIENCE
        while len(records) < most and size < MOST_BYTES and position < end:
            delivered = self._consumer.poll(_POLL)
            error = None if delivered is None else delivered.error()
            if delivered is None or error is not None:
                if delivered is not None and error is not None and is_end(delivered, error, end):
                    return records, end
                if time.monotonic() > deadline:
                    raise Fatal(f"{self._topic}: the brokers deliver nothing")
                continue
            record = self._in_order(record_of(delivered), position)
            if record.source.offset >= end:
                return records, end
            records.append(record)
            size += len(record.value or b"")
            position = record.source.offset + 1
        return records, position

    def _in_order(self, record: Record, position: int) -> Record:
        """The record. One below the position came after a reset; it may be another than was looked at before."""
        if record.source.offset < position:
            where = f"{self._topic}, partition {record.source.partition}"
            raise Fatal(f"{where}: the brokers have lost its records from {position} on; nothing more of it is sent")
        return record

    def _stretch(self, commit: TopicPartition) -> Stretch:
        place = TopicPartition(commit.topic, commit.partition)
        first, end = self._ask(lambda wait: answered(self._consumer.get_watermark_offsets(place, wait)))
        is_remembered = commit.offset >= 0
        return Stretch(
            topic=commit.topic,
            partition=commit.partition,
            redriven=self._progress(commit, first, end) if is_remembered else Redriven(position=first),
            end=end,
            is_remembered=is_remembered,
        )

    def _progress(self, commit: TopicPartition, first: int, end: int) -> Redriven:
        """Unlike the service, which works again what it cannot remember, this must not guess."""
        where = f"the progress of earlier redrives of {commit.topic}, partition {commit.partition}"
        remedy = f"delete the offsets of the group {self._group} to begin anew, which sends all letters again"
        if commit.offset > end:
            raise Fatal(f"{where} is beyond the topic's end, as of another topic of this name: {remedy}")
        match decode(commit.metadata, committed=commit.offset, log_end=end):
            case Restored(edges=edges):
                return started(commit.offset, edges, first)
            case Empty():
                return started(commit.offset, (), first)
            case Ignored(reason=reason):
                raise Fatal(f"{where} cannot be read ({reason}): {remedy}")

    def _ask(self, question: Callable[[float], Answer]) -> Answer:
        patience = Patience(deadline=time.monotonic() + PATIENCE, given_up=lambda: False)
        try:
            return self._attempts.ask(Call.READ, question, patience)
        except Fatal as fatal:
            raise Fatal(f"Kafka at {self._servers}: {fatal}") from None


def _sound(commits: list[TopicPartition]) -> list[TopicPartition]:
    for commit in commits:
        if commit.error is not None:
            raise KafkaException(commit.error)
    return commits
