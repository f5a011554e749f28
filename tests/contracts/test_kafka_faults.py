"""The Kafka worker while its broker is away."""

import pytest

from tests.contracts.kafka_stage import Instance, a_config, assert_exactly_once, create_topics, fill
from tests.testbed.parts import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


def test_a_stop_while_the_broker_is_away_ends_in_time(breakable_kafka: Broker) -> None:
    options = {"log_level": 0, "session.timeout.ms": 3000, "heartbeat.interval.ms": 500}
    config = a_config(breakable_kafka.bootstrap, drain=1.0, options=options)
    create_topics(config)
    fill(config, 100)

    with Instance(config, keeps=lambda _: True) as one:
        one.until_seen(100)
        breakable_kafka.kill()
        one.worker.stop()
        one.intake.let_go()
        one.until(lambda: bool(one.intake.revocations), "the intake is told")
        one.stop(now=True)

    breakable_kafka.start()
    with Instance(config) as two:
        two.until_published(100)
        two.stop()
    assert_exactly_once(config)
