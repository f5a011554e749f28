"""Topics of a test's broker: create them, fill them."""

from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tests.testbed.waiting import wait_until

SECONDS = 30
ANSWER_WITHIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ToProduce:
    """One record to write. Without a partition the key chooses it, as Java clients do."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int = -1
    timestamp: int = 0


class Topics:
    """What an administrator does with a broker."""

    def __init__(self, bootstrap: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})

    def answers(self) -> bool:
        """Whether the broker answers a client."""
        try:
            return bool(self._admin.list_topics(timeout=ANSWER_WITHIN).brokers)
        except KafkaException:
            return False

    def create(self, name: str, partitions: int) -> None:
        """Create a topic and return once every partition has its leader."""
        self._admin.create_topics([NewTopic(name, partitions)])[name].result(SECONDS)

        def led() -> bool:
            seen = self._admin.list_topics(name, timeout=SECONDS).topics[name].partitions
            return len(seen) == partitions and all(partition.leader >= 0 for partition in seen.values())

        wait_until(led, within=SECONDS, what=f"{name} has its leaders")

    def partitions(self, name: str) -> int:
        """How many partitions a topic has; 0 if there is no such topic."""
        return len(self._admin.list_topics(name, timeout=SECONDS).topics[name].partitions)


def produce(bootstrap: str, topic: str, records: Iterable[ToProduce]) -> None:
    """Write the records in their order and return once the broker has them all."""
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            # Keeps the order over a repeat, as idempotence does, which begins with a pause of half a second.
            "max.in.flight.requests.per.connection": 1,
            "partitioner": "murmur2_random",
            "linger.ms": 5,
            "log_level": 0,
        }
    )
    failures: list[KafkaError] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failures.append(error)

    for record in records:
        while True:
            try:
                producer.produce(
                    topic,
                    value=record.value,
                    key=record.key,
                    headers=list(record.headers),
                    partition=record.partition,
                    timestamp=record.timestamp,
                    on_delivery=delivered,
                )
            except BufferError:
                producer.poll(0.1)
            else:
                break
    if producer.flush(SECONDS) or failures:
        raise RuntimeError(f"not everything was written to {topic}: {failures[:3]}")
