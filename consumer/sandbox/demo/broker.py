"""The demo's Kafka: a broker inside librdkafka, what is written to it, what is read from it."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import cast

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, load_schema
from consumer.core.model import Coordinates
from consumer.core.outcome import RevokeOutcome
from consumer.sandbox.demo.story import Told, Topic

PATIENCE = 10.0
BATCH = 500
RESULTS, DEAD_LETTERS = "revoke-outcomes", "return-transactions.dead-letters"
NAMES: dict[Topic, str] = {"returns": "return-transactions", "earns": "earn-events"}
QUIET: dict[str, object] = {"log_level": 0}


class Broker:
    """Lives as long as this object; keeps everything in memory, and proves no guarantee."""

    def __init__(self) -> None:
        # Whatever the address is: the mock replaces it by its own.
        self._host = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1, **QUIET})
        brokers = self._host.list_topics(timeout=PATIENCE).brokers.values()
        self.address = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        self._writer = Writer(self.address)
        for topic in (*NAMES.values(), RESULTS, DEAD_LETTERS):
            # The mock creates a topic that it is asked about.
            self._host.list_topics(topic, timeout=PATIENCE)

    def write(self, records: Sequence[Told]) -> list[Coordinates]:
        """Write them in this order; where each came to stand."""
        return self._writer.write(records)

    def reader(self) -> "Reader":
        """Reads what the service publishes, from the beginning."""
        topics = self._host.list_topics(timeout=PATIENCE).topics
        client = Consumer(
            {"bootstrap.servers": self.address, "group.id": "reader", "isolation.level": "read_committed", **QUIET}
        )
        client.assign(
            [
                TopicPartition(topic, number, 0)
                for topic in (RESULTS, DEAD_LETTERS)
                for number in topics[topic].partitions
            ]
        )
        return Reader(client)


class Writer:
    """Writes what is told to any broker that has the topics."""

    def __init__(self, address: str) -> None:
        self._client = Producer({"bootstrap.servers": address, **QUIET})

    def write(self, records: Sequence[Told]) -> list[Coordinates]:
        """Write them in this order; where each came to stand. TimeoutError when not all are taken."""
        places: dict[int, Coordinates] = {}

        def noted(number: int, error: KafkaError | None, message: Message) -> None:
            if error is None:
                places[number] = place_of(message)

        for number, told in enumerate(records):
            self._client.produce(
                NAMES[told.topic],
                key=told.key,
                value=told.value,
                on_delivery=partial(noted, number),
            )
        self._client.flush(PATIENCE)
        if len(places) < len(records):
            raise TimeoutError(f"the broker took only {len(places)} of {len(records)} records")
        return [places[number] for number in range(len(records))]


class Reader:
    """Collects what is published. A `read` that was cancelled may still be going on when `close` is called."""

    def __init__(self, client: Consumer) -> None:
        self._client = client
        self._codec = OutcomeCodec(load_schema(REVOKE_OUTCOME), registry=None, results_topic=RESULTS)
        self._lock = Lock()
        self._closed = False
        self.outcomes: defaultdict[Coordinates, list[RevokeOutcome]] = defaultdict(list)
        self.letters: defaultdict[Coordinates, list[str]] = defaultdict(list)

    def read(self, seconds: float) -> None:
        """Read what comes in so many seconds."""
        with self._lock:
            if not self._closed:
                for message in self._client.consume(BATCH, seconds):
                    self._take(message)

    def close(self) -> None:
        """Let go of the client."""
        with self._lock:
            self._closed = True
            self._client.close()

    def _take(self, message: Message) -> None:
        if message.error() is not None:
            return
        if message.topic() == RESULTS:
            outcome = self._codec.decode(message.value() or b"")
            self.outcomes[outcome.source].append(outcome)
            return
        told = cast("list[tuple[str, bytes]]", message.headers())
        headers = {name: value.decode() for name, value in told}
        source = Coordinates(headers["dlt-topic"], int(headers["dlt-partition"]), int(headers["dlt-offset"]))
        self.letters[source].append(headers["dlt-reason"])


def place_of(message: Message) -> Coordinates:
    """Where a message stands."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    if topic is None or partition is None or offset is None:
        raise ValueError("a message that was not delivered stands nowhere")
    return Coordinates(topic, partition, offset)
