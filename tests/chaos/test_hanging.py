"""What is taken for a transaction that Kafka never ends."""

from uuid import uuid4

import pytest
from confluent_kafka import Producer

from tests.chaos.hanging import hanging, is_kafkas, told_of
from tests.testbed.parts import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


def test_a_transaction_that_stays_open_is_seen_until_it_ends(kafka: Broker) -> None:
    topic = f"open-{uuid4().hex[:8]}"
    kafka.create_topic(topic, 2)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": uuid4().hex, "log_level": 0})
    producer.init_transactions()
    producer.begin_transaction()
    producer.produce(topic, b"", partition=1)
    producer.flush()

    found = [place for place in hanging(kafka.bootstrap) if place.startswith(topic)]
    producer.abort_transaction()

    assert found == [f"{topic}/1"]
    assert not [place for place in hanging(kafka.bootstrap) if place.startswith(topic)]


def test_it_is_known_among_other_breaches_and_nothing_else_is_taken_for_it() -> None:
    assert is_kafkas(["did not recover within 240 s", *told_of(["results/1", "results/2"])])
    assert not is_kafkas(["did not recover within 240 s", *told_of([])])
