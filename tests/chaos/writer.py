"""The load's way into Kafka: one client for all of it, which gives up nothing while brokers come and go."""

import time
from collections.abc import Mapping
from contextlib import closing

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from tests.chaos.crew import Crew
from tests.end_to_end.truth import Given

WITHIN = 300
ANSWER = 5.0
A_MOMENT = 0.1


class Writer:
    """Writes for the crew, and asks how far its group is."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._failures: list[KafkaError] = []
        self._settled: Mapping[tuple[str, int], int] = {}
        self._producer = Producer(
            {
                "bootstrap.servers": crew.bootstrap,
                # What is written twice or out of order would be a lie to the oracle.
                "enable.idempotence": True,
                "delivery.timeout.ms": WITHIN * 1000,
                "linger.ms": 5,
                "log_level": 0,
            }
        )

    def write(self, given: Given) -> None:
        """One more record."""
        timestamp = int(time.time() * 1000)
        self._crew.keep(given, timestamp)
        while True:
            try:
                self._producer.produce(
                    self._crew.topic(given.topic),
                    value=given.value,
                    key=given.key,
                    headers=list(given.headers),
                    partition=given.partition,
                    timestamp=timestamp,
                    on_delivery=self._delivered,
                )
            except BufferError:
                self._producer.poll(A_MOMENT)
            else:
                self._producer.poll(0)
                break

    def written(self) -> Mapping[tuple[str, int], int]:
        """How many records there are."""
        return self._crew.written()

    def settled(self) -> Mapping[tuple[str, int], int]:
        """How many of them the group has committed; what was known last while nobody answers."""
        group = self._crew.settings["CONSUMER_KAFKA__GROUP_ID"]
        partitions = [TopicPartition(*where) for where in self._crew.written()]
        reader = Consumer({"bootstrap.servers": self._crew.bootstrap, "group.id": group, "log_level": 0})
        with closing(reader):
            try:
                told = reader.committed(partitions, timeout=ANSWER)
            except KafkaException:
                return self._settled
        self._settled = {(each.topic, each.partition): max(each.offset, 0) for each in told}
        return self._settled

    def is_settled(self) -> bool:
        """Whether that is all there is."""
        settled = self.settled()
        return all(settled.get(where, 0) >= count for where, count in self.written().items())

    def flush(self) -> None:
        """Return once the brokers have it all."""
        if self._producer.flush(WITHIN) or self._failures:
            raise RuntimeError(f"not everything was written: {self._failures[:3]}")

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            self._failures.append(error)
