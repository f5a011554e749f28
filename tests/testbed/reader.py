"""A downstream reader: what committed transactions wrote to a topic, and nothing else."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from tests.testbed.topics import Topics
from tests.testbed.waiting import wait_until

SECONDS = 60
Headers = dict[str, str | bytes | None] | list[tuple[str, str | bytes | None]]
BATCH = 1_000
POLL = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One record as a reader finds it; `timestamp` in milliseconds."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp: int

    def header(self, name: str) -> str | None:
        """The text of the last header of this name; None if there is none."""
        values = [value for header, value in self.headers if header == name]
        return values[-1].decode() if values and values[-1] is not None else None


class ReadCommitted:
    """Reads one topic from its start; `records` holds each committed record once, in the order of its partition."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._next = dict.fromkeys(range(_partitions(bootstrap, topic)), 0)
        self._unread: set[int] = set()
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": f"reader-of-{topic}",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                # How long the broker waits for more before it tells that a partition is at its end.
                "fetch.wait.max.ms": 10,
                "log_level": 0,
            },
        )
        self.records: list[Stored] = []
        self._from_where_we_are()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def to_the_end(self, *, within: float = SECONDS) -> list[Stored]:
        """All records committed by now; those behind a transaction that is still open are not."""
        self._from_where_we_are()

        def at_the_end() -> bool:
            self._read()
            return not self._unread

        wait_until(at_the_end, within=within, what=f"the end of {self._topic}")
        return self.records

    def fresh(self, *, within: float = SECONDS) -> list[Stored]:
        """Those committed by now that were not asked for before; they are not kept."""
        self.to_the_end(within=within)
        return self.taken()

    def taken(self) -> list[Stored]:
        """Those that were read so far and not asked for before; they are not kept."""
        records, self.records = self.records, []
        return records

    def until(self, count: int, *, within: float = SECONDS) -> list[Stored]:
        """Wait for at least so many committed records; TimeoutError if they do not come."""

        def enough() -> bool:
            self._read()
            return len(self.records) >= count

        wait_until(enough, within=within, what=f"{count} records in {self._topic}; there are {len(self.records)}")
        return self.records

    def close(self) -> None:
        self._consumer.close()

    def _from_where_we_are(self) -> None:
        """A new assignment makes each partition tell its end anew."""
        self._unread = set(self._next)
        self._consumer.assign([TopicPartition(self._topic, number, offset) for number, offset in self._next.items()])

    def _read(self) -> None:
        for message in (*self._consumer.consume(1, POLL), *self._consumer.consume(BATCH, 0)):
            error = message.error()
            if error is None:
                self._keep(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                self._unread.discard(message.partition())
            elif not error.retriable() and error.code() not in {KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT}:
                raise KafkaException(error)

    def _keep(self, message: Message) -> None:
        partition, offset = message.partition(), message.offset()
        if partition is None or offset is None:
            raise RuntimeError("a record without its place")
        self._next[partition] = offset + 1
        self.records.append(
            Stored(
                partition=partition,
                offset=offset,
                key=as_bytes(message.key()),
                value=as_bytes(message.value()),
                headers=tuple((name, as_bytes(value)) for name, value in in_order(message.headers())),
                timestamp=message.timestamp()[1],
            ),
        )


def _partitions(bootstrap: str, topic: str) -> int:
    """How many the topic has; of several brokers one may hear of a new topic a little later."""
    topics, counts = Topics(bootstrap), [0]

    def is_known() -> bool:
        counts.append(topics.partitions(topic))
        return counts[-1] > 0

    wait_until(is_known, within=SECONDS, what=f"a broker knows {topic}")
    return counts[-1]


def as_bytes(value: str | bytes | None) -> bytes | None:
    """The client's types allow text, which it never gives for a record that was read."""
    return value.encode() if isinstance(value, str) else value


def in_order(headers: Headers | None) -> list[tuple[str, str | bytes | None]]:
    return list(headers.items()) if isinstance(headers, dict) else list(headers or ())
