"""The broker of the testbed is a real one."""

import uuid
from contextlib import closing

import pytest
from confluent_kafka import Producer

from tests.testbed.kafka import KafkaCluster
from tests.testbed.parts import Broker
from tests.testbed.reader import ReadCommitted
from tests.testbed.topics import Topics, ToProduce, produce
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka


@pytest.fixture
def topic(kafka: Broker) -> str:
    name = f"round-trip-{uuid.uuid4()}"
    kafka.create_topic(name, 3)
    return name


def transactional(broker: Broker) -> Producer:
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": str(uuid.uuid4())})
    producer.init_transactions(30)
    return producer


def test_a_reader_sees_what_was_committed_and_nothing_of_what_was_aborted(kafka: Broker, topic: str) -> None:
    producer = transactional(kafka)
    for value, finish in ((b"aborted", producer.abort_transaction), (b"committed", producer.commit_transaction)):
        producer.begin_transaction()
        producer.produce(topic, value)
        finish(30)

    with ReadCommitted(kafka.bootstrap, topic) as reader:
        assert [record.value for record in reader.to_the_end()] == [b"committed"]


def test_a_reader_goes_on_from_where_it_was_and_sees_each_record_once(kafka: Broker, topic: str) -> None:
    first = [ToProduce(key=b"%d" % number, value=b"%d" % number) for number in range(100)]

    with ReadCommitted(kafka.bootstrap, topic) as reader:
        produce(kafka.bootstrap, topic, first)
        assert len(reader.to_the_end()) == 100
        produce(kafka.bootstrap, topic, [ToProduce(value=b"100", headers=(("kind", b"late"),), partition=2)])
        records = reader.until(101)

    assert {record.value for record in records} == {b"%d" % number for number in range(101)}
    assert records[-1].header("kind") == "late"


def test_a_killed_broker_comes_back_at_the_same_address_with_its_data(breakable_kafka: Broker) -> None:
    breakable_kafka.create_topic("kept", 2)
    produce(breakable_kafka.bootstrap, "kept", [ToProduce(value=b"kept")])

    breakable_kafka.kill()
    assert not Topics(breakable_kafka.bootstrap).answers()
    breakable_kafka.start()

    with ReadCommitted(breakable_kafka.bootstrap, "kept") as reader:
        assert [record.value for record in reader.to_the_end()] == [b"kept"]


def test_a_paused_broker_answers_again_once_it_is_resumed(breakable_kafka: Broker) -> None:
    topics = Topics(breakable_kafka.bootstrap)

    breakable_kafka.pause()
    assert not topics.answers()
    breakable_kafka.resume()

    wait_until(topics.answers, within=30, what="the broker answers")


def test_a_cluster_of_three_outlives_one_of_them() -> None:
    with closing(KafkaCluster(3)) as cluster:
        cluster.start()
        Topics(cluster.bootstrap).create("kept", 3)

        cluster.brokers[0].kill()
        produce(cluster.bootstrap, "kept", [ToProduce(value=b"kept")])

        with ReadCommitted(cluster.bootstrap, "kept") as reader:
            assert len(reader.until(1)) == 1
