"""The newest part of a topic, read once from a real broker."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.scan import Scanned, TopicScan
from consumer.core.model import Coordinates, Millis, Record
from tests.contracts.kafka_stage import a_config, commits
from tests.testbed.parts import Broker
from tests.testbed.topics import ToProduce, produce

pytestmark = pytest.mark.kafka

LONG_AGO = Millis(0)
MANY = 1000
HOUR = 3_600_000
NOON = int(time.time()) * 1000 - 9 * HOUR
"""Recent: what is older than a topic's retention may be gone at any moment."""


@pytest.fixture
def topic(kafka: Broker) -> str:
    name = f"scanned-{uuid4().hex[:8]}"
    kafka.create_topic(name, 2)
    return name


@pytest.fixture
def scan(kafka: Broker) -> Iterator[TopicScan]:
    found = TopicScan(a_config(kafka.bootstrap), 20.0)
    yield found
    found.close()


def put(kafka: Broker, topic: str, *values: bytes, partition: int = 0, at: int = NOON) -> None:
    """Records an hour apart."""
    hours = [at + number * HOUR for number in range(len(values))]
    records = [ToProduce(value=it, partition=partition, timestamp=hour) for it, hour in zip(values, hours, strict=True)]
    produce(kafka.bootstrap, topic, records)


def values(records: Iterator[Record]) -> list[bytes | None]:
    return [record.value for record in records]


def test_all_partitions_are_read_to_the_end_they_have(kafka: Broker, topic: str, scan: TopicScan) -> None:
    put(kafka, topic, b"a", b"b")
    put(kafka, topic, b"c", partition=1)
    scanned = Scanned()

    found = values(scan.since(topic, LONG_AGO, MANY, scanned))

    assert sorted(found, key=str) == [b"a", b"b", b"c"]
    assert scanned == Scanned(records=3, is_cut=False)


def test_what_is_older_than_the_moment_is_left_out(kafka: Broker, topic: str, scan: TopicScan) -> None:
    put(kafka, topic, b"a", b"b", b"c")
    put(kafka, topic, b"old", partition=1, at=NOON - HOUR)

    found = values(scan.since(topic, Millis(NOON + HOUR), MANY, Scanned()))

    assert found == [b"b", b"c"]


def test_of_too_many_the_newest_are_read_and_it_is_told(kafka: Broker, topic: str, scan: TopicScan) -> None:
    put(kafka, topic, b"a", b"b", b"c")
    put(kafka, topic, b"d", partition=1)
    scanned = Scanned()

    found = values(scan.since(topic, LONG_AGO, 4, scanned))

    assert sorted(found, key=str) == [b"b", b"c", b"d"]
    assert scanned.is_cut


def test_aborted_records_and_the_marks_of_transactions_are_no_records(
    kafka: Broker, topic: str, scan: TopicScan
) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": uuid4().hex, "log_level": 0})
    producer.init_transactions(30)
    for value, end in ((b"a", producer.commit_transaction), (b"b", producer.abort_transaction)):
        producer.begin_transaction()
        producer.produce(topic, value, partition=0)
        producer.flush(30)
        end(30)

    assert values(scan.since(topic, LONG_AGO, MANY, Scanned())) == [b"a"]


def test_a_transaction_that_is_still_open_is_not_waited_for(kafka: Broker, topic: str, scan: TopicScan) -> None:
    put(kafka, topic, b"a")
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": uuid4().hex, "log_level": 0})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"b", partition=0)
    producer.flush(30)

    assert values(scan.since(topic, LONG_AGO, MANY, Scanned())) == [b"a"]
    producer.abort_transaction(30)


def test_one_record_is_found_at_its_place(kafka: Broker, topic: str, scan: TopicScan) -> None:
    put(kafka, topic, b"a", b"b", b"c", partition=1)

    found = scan.record(Coordinates(topic, 1, 1))

    assert found is not None
    assert (found.value, found.timestamp) == (b"b", NOON + HOUR)
    assert scan.record(Coordinates(topic, 1, 3)) is None
    assert scan.record(Coordinates(topic, 0, 0)) is None


def test_nothing_is_committed_in_the_name_of_the_group(kafka: Broker, topic: str) -> None:
    config = a_config(kafka.bootstrap)
    put(kafka, topic, b"a")
    scan = TopicScan(config, 20.0)

    values(scan.since(topic, LONG_AGO, MANY, Scanned()))
    scan.close()

    assert commits(config, topic) == []


def test_a_topic_that_is_not_there_is_named(scan: TopicScan) -> None:
    with pytest.raises(Fatal, match="the topic nowhere is not there"):
        next(scan.since("nowhere", LONG_AGO, MANY, Scanned()))


def test_brokers_that_are_away_are_not_waited_for_long() -> None:
    scan = TopicScan(a_config("127.0.0.1:1"), 0.3)

    with pytest.raises(Fatal, match=r"Kafka at 127\.0\.0\.1:1: read: _TRANSPORT"):
        next(scan.since("anything", LONG_AGO, MANY, Scanned()))
    scan.close()
