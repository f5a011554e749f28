"""sentry-arroyo: the work in threads, then Produce, then CommitOffsets once a second, as its documentation has it."""

import signal
import time
from collections.abc import Mapping

import urllib3
from arroyo.backends.kafka import KafkaConsumer, KafkaPayload, KafkaProducer
from arroyo.backends.kafka.configuration import build_kafka_configuration, build_kafka_consumer_configuration
from arroyo.commit import ONCE_PER_SECOND
from arroyo.processing import StreamProcessor
from arroyo.processing.strategies import CommitOffsets, Produce, RunTaskInThreads
from arroyo.processing.strategies.abstract import ProcessingStrategy, ProcessingStrategyFactory
from arroyo.types import BrokerValue, Commit, Message, Partition, Topic

from benchmarks.rivals.work import HEADERS, TIMEOUT, Answer, Job, Records, ask, job

PENDING = 8000
"""Records that may wait for a thread: as many as our window has over eight partitions."""


class Factory(ProcessingStrategyFactory[KafkaPayload]):  # type: ignore[misc] # the library is not in this environment
    """The chain of steps."""

    def __init__(self, given: Job) -> None:
        self._given, self._records = given, Records()
        self._pool = urllib3.PoolManager(maxsize=given.workers, block=True, retries=False, timeout=TIMEOUT)
        self._producer = KafkaProducer(build_kafka_configuration({"bootstrap.servers": given.bootstrap}))

    def create_with_partitions(
        self, commit: Commit, partitions: Mapping[Partition, int]
    ) -> ProcessingStrategy[KafkaPayload]:
        del partitions
        told = Produce(self._producer, Topic(self._given.results), CommitOffsets(commit))
        return RunTaskInThreads(self._work, self._given.workers, PENDING, told)

    def shutdown(self) -> None:
        self._producer.close().result()

    def _post(self, question: bytes) -> Answer | None:
        try:
            response = self._pool.request("POST", self._given.url, body=question, headers=HEADERS)
        except urllib3.exceptions.HTTPError:
            return None
        return Answer(status=response.status, retry_after=float(response.headers.get("Retry-After", 0)))

    def _work(self, message: Message[KafkaPayload]) -> KafkaPayload:
        value = message.value
        if not isinstance(value, BrokerValue):
            raise TypeError("the first step is given what the broker has")
        returned = self._records.read(value.payload.value)
        attempts = ask(self._post, self._records.question(returned), time.sleep)
        source = (value.partition.topic.name, value.partition.index, value.offset)
        return KafkaPayload(value.payload.key, self._records.outcome(returned, source, attempts), [])


def main() -> None:
    given = job()
    consumer = KafkaConsumer(
        build_kafka_consumer_configuration(
            {"bootstrap.servers": given.bootstrap, "session.timeout.ms": given.session},
            group_id=given.group,
            auto_offset_reset="earliest",
        )
    )
    processor = StreamProcessor(consumer, Topic(given.returns), Factory(given), ONCE_PER_SECOND)
    signal.signal(signal.SIGTERM, lambda *_: processor.signal_shutdown())
    processor.run()


if __name__ == "__main__":
    main()
