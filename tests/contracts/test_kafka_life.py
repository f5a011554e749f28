"""The Kafka worker's life on a real broker: starting, joining, losing, looking."""

import threading
import time
from typing import Literal

import pytest
from confluent_kafka import TopicPartition

from consumer.adapters.kafka import BadOption, Stage
from consumer.adapters.kafka.transaction import Transactions
from consumer.core.offset_map import encode
from consumer.ports import Completion, Partition
from tests.contracts.kafka_stage import (
    Followed,
    Instance,
    Told,
    a_config,
    assert_exactly_once,
    commit,
    create_topics,
    fill,
)
from tests.testbed.kafka import KafkaBroker

pytestmark = pytest.mark.kafka


def test_missing_topics_are_named_and_waited_for(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    kafka.create_topic(config.topics.returns, 2)

    with Instance(config) as one:
        one.until(lambda: len(one.worker.status.missing_topics) == 3, "missing topics")
        assert set(one.worker.status.missing_topics) == set(config.topics.all[1:])
        told = one.told.fields("topics_missing")
        assert told is not None
        assert told["create_with"] == "returns-consumer topics create"
        for topic in config.topics.all[1:]:
            kafka.create_topic(topic, 1)
        one.until_owning(3)
        assert not one.worker.status.missing_topics
        assert one.worker.status.returns_partitions == 2
        assert one.worker.status.earns_partitions == 1
        assert one.worker.status.own_returns_partitions == 2
        one.stop()

    assert one.worker.status.exit_reason is None


def test_a_broker_that_is_not_there_is_waited_for() -> None:
    with Instance(a_config("127.0.0.1:1")) as one:
        one.until(lambda: one.told.fields("kafka_unreachable") is not None, "the log says so")
        assert one.worker.status.stage is Stage.WAITING
        assert not one.worker.status.reachable
        one.stop()

    assert one.worker.status.exit_reason is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_client_that_cannot_be_closed_does_not_keep_the_end_from_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Transactions) -> None:
        raise RuntimeError("it cannot be closed")

    monkeypatch.setattr(Transactions, "close", refuse)
    with Instance(a_config("127.0.0.1:1")) as one:
        one.stop(now=True)

    assert one.worker.status.stage is Stage.ENDED


def test_a_broker_that_is_not_there_is_told_in_the_log_alone_and_seldom(capfd: pytest.CaptureFixture[str]) -> None:
    with Instance(a_config("127.0.0.1:1")) as one:
        one.until(lambda: one.told.codes["_TRANSPORT"] > 20, "the client complains again and again")
        one.stop(now=True)

    told = [(name, fields["code"]) for name, fields in one.told.events if name == "kafka_error"]
    assert sorted(told) == [("kafka_error", "_ALL_BROKERS_DOWN"), ("kafka_error", "_TRANSPORT")]
    assert "127.0.0.1:1" in str(one.told.fields("kafka_error"))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_an_empty_assignment_counts_as_running(kafka: KafkaBroker, protocol: Literal["classic", "consumer"]) -> None:
    config = a_config(kafka.bootstrap, group_protocol=protocol, statistics_interval=0.5)
    create_topics(config, partitions=1)

    with Instance(config) as one, Instance(config) as two, Instance(config) as three:
        for it in (one, two, three):
            it.until(lambda: it.worker.status.stage is Stage.RUNNING, "running")  # noqa: B023 - asked at once
        one.until(
            lambda: sorted(len(it.worker.status.partitions) for it in (one, two, three)) == [0, 1, 1],
            "two partitions for three",
        )
        for it in (one, two, three):
            it.stop()


def test_metadata_that_is_no_map_of_ours_is_ignored_and_told(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config, partitions=3)
    fill(config, 300)
    returns = config.topics.returns
    commit(config, TopicPartition(returns, 0, 3, "somebody else's"))
    commit(config, TopicPartition(returns, 1, 4, encode(5, (6, 7))))
    commit(config, TopicPartition(returns, 2, 5, encode(5, (6, 7))[:-1]))

    with Instance(config) as one:
        one.until_published(300 - 3 - 4 - 5)
        one.stop()

    assert sorted(one.told.ignored) == ["damaged", "foreign", "stale"]
    assert one.told.fields("offset_map_ignored") is not None
    assert {it.source.partition: it.source.offset for it in reversed(one.intake.seen)} == {0: 3, 1: 4, 2: 5}


def test_a_map_beyond_the_end_of_the_log_is_stale(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config, partitions=1)
    fill(config, 10)
    commit(config, TopicPartition(config.topics.returns, 0, 5, encode(5, (6, 12))))

    with Instance(config) as one:
        one.until_published(5)
        one.stop()

    assert one.told.ignored == ["stale"]


def test_a_new_ledger_follows_the_earn_feed_from_its_beginning(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config, partitions=1)
    fill(config, 20, config.topics.earns)
    fill(config, 20)

    def seen(feed: Followed, earns: int) -> list[str]:
        with Instance(
            config, feed=feed, completion=lambda it: Completion(record=it, outcome=None, dead_letter=None)
        ) as one:
            one.until_published(earns)
            one.stop()
        told.append(one.told.fields("earn_feed_restarted") is not None)
        return [record.source.topic for record in one.intake.seen]

    told: list[bool] = []
    assert len(seen(Followed(), 40)) == 40
    new = Followed(new=True)
    assert seen(new, 20) == [config.topics.earns] * 20
    assert new.partitions == {Partition(config.topics.earns, 0)}
    assert seen(new, 0) == []
    assert told == [False, True, False]


def test_a_first_start_follows_the_earn_feed_at_once(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config, partitions=1)
    feed = Followed(new=True)

    with Instance(config, feed=feed) as one:
        one.until_owning(2)
        one.stop()

    assert feed.partitions == {Partition(config.topics.earns, 0)}


def test_a_ledger_that_is_away_keeps_no_stop_waiting_and_the_thread_alive(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config, partitions=1)
    feed = Followed(away=True)

    with Instance(config, feed=feed) as one:
        one.until(lambda: feed.asked > 1, "the ledger is asked again")
        polls = one.told.polls
        one.until(lambda: one.told.polls > polls, "the thread is alive")
        one.stop()

    assert one.worker.status.exit_reason is None
    assert feed.partitions == set()


def test_a_log_that_ends_before_the_commit_is_read_from_its_beginning(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config, partitions=1)
    fill(config, 10)
    commit(config, TopicPartition(config.topics.returns, 0, 50))

    with Instance(config) as one:
        one.until_published(10)
        one.stop()

    assert one.told.fields("log_cut") == {
        "topic": config.topics.returns,
        "partition": 0,
        "committed": 50,
        "log_end": 10,
    }


class Sleeper(Told):
    """Holds the Kafka thread up, as a machine that was put to sleep would."""

    def __init__(self) -> None:
        super().__init__()
        self.awake = threading.Event()
        self.awake.set()

    def polled(self, now: float) -> None:
        super().polled(now)
        self.awake.wait()


def test_lost_partitions_are_dropped_and_nothing_of_them_is_committed(kafka: KafkaBroker) -> None:
    quick = {"session.timeout.ms": 2000, "heartbeat.interval.ms": 300, "max.poll.interval.ms": 2000}
    config = a_config(kafka.bootstrap, options=quick)
    create_topics(config)
    fill(config, 100)

    with Instance(config, told=Sleeper(), keeps=lambda _: True) as one:
        assert isinstance(one.told, Sleeper)
        one.until_seen(100)
        one.told.awake.clear()
        with Instance(config) as two:
            two.until_published(100)
            one.intake.let_go()
            one.told.awake.set()
            one.until(lambda: bool(one.intake.losses), "lost")
            one.until_owning(4)
            two.stop()
        one.stop()

    assert one.told.committed == []
    assert one.intake.revocations == [] or one.intake.losses
    assert_exactly_once(config)


def test_statistics_tell_lag_and_brokers(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap, statistics_interval=0.3)
    create_topics(config, partitions=1)
    fill(config, 50)
    returns = Partition(config.topics.returns, 0)

    with Instance(config, keeps=lambda record: record.source.offset >= 10) as one:
        one.until(lambda: one.told.lags.get(returns) == 40, "the lag of what is not published")
        one.until(lambda: any(0 < seconds < 5 for seconds in one.told.brokers.values()), "round trips")
        one.until(lambda: one.worker.status.join_state == "steady", "the join state")
        one.intake.let_go()
        one.until(lambda: one.told.lags.get(returns) == 0, "no lag")
        one.stop()

    assert one.told.lags == {}
    assert one.told.polls > 3


def test_the_loop_tells_where_all_its_time_goes(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)
    fill(config, 500)
    before = time.monotonic()

    with Instance(config) as one:
        one.until_published(500)
        one.stop()

    told = one.told.seconds
    assert {part for part, seconds in told.items() if seconds > 0} == {"wait", "poll", "work", "publish"}
    assert sum(told.values()) < time.monotonic() - before


def test_an_option_the_client_refuses_is_told_at_once() -> None:
    with pytest.raises(BadOption, match=r"no\.such\.property"):
        Instance(a_config("127.0.0.1:1", options={"no.such.property": 1}))
