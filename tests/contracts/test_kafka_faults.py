"""The Kafka worker while its broker dies and comes back."""

from collections.abc import Iterator
from contextlib import closing
from typing import Literal

import pytest

from consumer.adapters.kafka import KafkaConfig
from tests.contracts.kafka_stage import Instance, a_config, assert_exactly_once, create_topics, fill, published
from tests.testbed.kafka import KafkaBroker
from tests.testbed.waiting import wait_until

QUICK: dict[str, dict[str, object]] = {
    "classic": {"session.timeout.ms": 3000, "heartbeat.interval.ms": 500},
    "consumer": {},
}
"""A member that died without a word is missed soon; KIP-848 leaves that to the broker."""

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


@pytest.fixture
def mortal() -> Iterator[KafkaBroker]:
    """A broker of the test's own."""
    with closing(KafkaBroker()) as broker:
        broker.start()
        yield broker


class Restarted:
    """What a supervisor does: a worker that ended and asks for a restart gets one."""

    def __init__(self, config: KafkaConfig) -> None:
        self._config = config
        self.lives = [Instance(config)]

    def until_published(self, count: int) -> None:
        def enough() -> bool:
            if self.lives[-1].worker.join(0):
                self.lives[-1].end()
                self.lives.append(Instance(self._config))
            return sum(sum(life.told.committed) for life in self.lives) >= count

        wait_until(enough, within=300, what=f"{count} published")

    def until_all_published(self, count: int) -> None:
        """As a reader sees it: a commit of unknown fate is not among what the workers know they published."""

        def enough() -> bool:
            self.until_published(0)
            return len(published(self._config, self._config.topics.results)) >= count

        wait_until(enough, within=300, what=f"{count} read")

    def close(self) -> None:
        self.lives[-1].stop()


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_broker_killed_in_mid_load_loses_and_repeats_nothing(
    mortal: KafkaBroker, protocol: Literal["classic", "consumer"]
) -> None:
    config = a_config(mortal.bootstrap, group_protocol=protocol, window=50, options=QUICK[protocol])
    create_topics(config)
    fill(config, 2_000)

    with closing(Restarted(config)) as service:
        service.until_published(200)
        mortal.kill()
        mortal.start()
        service.until_published(1_000)
        mortal.kill()
        mortal.start()
        service.until_all_published(2_000)

    assert_exactly_once(config)
    reasons = [life.worker.status.exit_reason for life in service.lives]
    assert reasons[-1] is None
    assert "crashed" not in reasons


def test_a_stop_while_the_broker_is_away_ends_in_time(mortal: KafkaBroker) -> None:
    config = a_config(mortal.bootstrap, drain=1.0, options=QUICK["classic"])
    create_topics(config)
    fill(config, 100)

    with Instance(config, keeps=lambda _: True) as one:
        one.until_seen(100)
        mortal.kill()
        one.worker.stop()
        one.intake.let_go()
        one.until(lambda: bool(one.intake.revocations), "the intake is told")
        one.stop(now=True)

    mortal.start()
    with Instance(config) as two:
        two.until_published(100)
        two.stop()
    assert_exactly_once(config)
