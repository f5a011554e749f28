"""The lag counts records that somebody waits for, and nothing else that has an offset."""

from uuid import uuid4

import pytest
from confluent_kafka import Producer

from consumer.ports import Partition
from tests.contracts.kafka_stage import Instance, a_config, create_topics
from tests.testbed.kafka import KafkaBroker

pytestmark = pytest.mark.kafka
RECORDS = 5
SECONDS = 30


def write_in_a_transaction(bootstrap: str, topic: str) -> None:
    """Its marker takes the offset behind the last record."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": uuid4().hex, "log_level": 0})
    producer.init_transactions(SECONDS)
    producer.begin_transaction()
    for number in range(RECORDS):
        producer.produce(topic, b"%d" % number)
    producer.commit_transaction(SECONDS)


def test_the_marker_of_a_transaction_is_no_lag_though_nobody_delivers_it(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap, statistics_interval=0.3)
    create_topics(config, partitions=1)
    write_in_a_transaction(kafka.bootstrap, config.topics.returns)
    returns = Partition(config.topics.returns, 0)

    with Instance(config, keeps=lambda record: record.source.offset == RECORDS - 1) as one:
        one.until_published(RECORDS - 1)
        one.until(lambda: one.told.lags.get(returns) == 2, "the lag of the last record")
        one.intake.let_go()
        one.until(lambda: one.told.lags.get(returns) == 0, "no lag")
        one.stop()
    with Instance(config) as successor:
        successor.until(lambda: successor.told.lags.get(returns) == 0, "no lag in the next life either")
        successor.stop()
