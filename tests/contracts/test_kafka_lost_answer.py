"""What is published again after an abort is kept, though the broker has what was thrown away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from consumer.adapters.kafka import KafkaConfig, sending_again, transaction
from consumer.adapters.kafka.attempt import Attempts, Fatal
from consumer.adapters.kafka.sending_again import AgainSender
from consumer.adapters.kafka.transaction import Batch, Transactions
from consumer.core.redrive import Again
from consumer.core.triage import Call
from consumer.ports import Completion
from tests.contracts.kafka_stage import Told, a_config, create_topics, outcome_of, published
from tests.flow.records import record
from tests.testbed.kafka import KafkaBroker
from tests.testbed.kraft import plan_cluster
from tests.testbed.lost_answer import LostAnswer
from tests.testbed.ports import free_port

pytestmark = pytest.mark.kafka
ROOM = 5
"""Messages that the client holds: one more waits for the others' answers, until the transaction is aborted for it."""
INSIDE = 2.0
PURGED_BY_THEN = 1.0
"""Seconds after an abort began."""


class Mending(Told):
    """Opens the way again once a transaction is being aborted."""

    def __init__(self, way: LostAnswer) -> None:
        super().__init__()
        self._way = way

    def event(self, name: str, **fields: object) -> None:
        super().event(name, **fields)
        if name == "transaction_aborted":
            threading.Timer(PURGED_BY_THEN, self._way.mend).start()


def clients() -> int:
    """How many of librdkafka's clients live in this process, by the names that Linux has for their threads."""
    return sum((task / "comm").read_text() == "rdk:main\n" for task in Path("/proc/self/task").glob("*"))


def mending(ask: Callable[..., object], way: LostAnswer) -> Callable[..., object]:
    """The same, which opens the way again once it asks to abort."""

    def asked(call: Call, *more: object) -> object:
        if call is Call.ABORT:
            threading.Timer(PURGED_BY_THEN, way.mend).start()
        return ask(call, *more)

    return asked


@pytest.fixture(scope="module")
def way() -> Iterator[tuple[LostAnswer, str]]:
    """A way to a broker, and the broker's own address."""
    plan, behind = plan_cluster(1), free_port()
    (node,) = plan.nodes
    with LostAnswer(behind) as way:
        more = {
            "listeners": f"PLAINTEXT://:{node.port},WAY://127.0.0.1:{behind},CONTROLLER://:{node.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.port},WAY://127.0.0.1:{way.port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,WAY:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
        }
        with closing(KafkaBroker(plan, more=more)) as broker:
            broker.start()
            yield way, broker.bootstrap


@pytest.fixture
def in_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction is aborted sooner."""
    monkeypatch.setattr(transaction, "_INSIDE", INSIDE)
    monkeypatch.setattr(sending_again, "_INSIDE", INSIDE)


def configs(way: LostAnswer, bootstrap: str) -> tuple[KafkaConfig, KafkaConfig]:
    """The same topics, by the way and straight."""
    straight = a_config(bootstrap)
    create_topics(straight)
    options = {"queue.buffering.max.messages": ROOM}
    by_the_way = a_config(f"127.0.0.1:{way.port}", topics=straight.topics, group_id=straight.group_id, options=options)
    return by_the_way, straight


@pytest.mark.usefixtures("in_short")
def test_outcomes_and_letters_whose_answer_was_lost_are_there_once_after_the_next_transaction(
    way: tuple[LostAnswer, str],
) -> None:
    line, bootstrap = way
    config, straight = configs(line, bootstrap)
    told = Mending(line)
    transactions = Transactions(config, Attempts(told, lambda: None), told, lambda: False)
    records = [record(offset, b"given") for offset in range(3)]
    completions = [Completion(record=it, outcome=outcome_of(it), dead_letter=outcome_of(it)) for it in records]
    batch = Batch(completions=completions, positions=[TopicPartition(config.topics.returns, 0, 3, "")])

    with closing(Consumer({"bootstrap.servers": bootstrap, "group.id": config.group_id})) as consumer:
        transactions.init(lambda: False)
        line.lose_one()
        before = clients()
        committed = [transactions.publish(batch, consumer.consumer_group_metadata()) for _ in range(2)]
        after = clients()
    transactions.close()

    assert line.lost.is_set()
    assert committed == [False, True]
    assert after == before
    for topic in (config.topics.results, config.topics.dead_letters):
        assert [it.value for it in published(straight, topic)] == [str(it.source).encode() for it in records]


@pytest.mark.usefixtures("in_short")
def test_a_redrive_whose_letters_were_thrown_away_ends_and_says_so(
    way: tuple[LostAnswer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line, bootstrap = way
    config, straight = configs(line, bootstrap)
    letters = [
        Again(topic=config.topics.returns, partition=0, key=b"k", value=b"%d" % n, headers=()) for n in range(ROOM + 1)
    ]
    with closing(Consumer({"bootstrap.servers": bootstrap, "group.id": "redrive"})) as consumer:
        sender = AgainSender(config, "redrive", consumer.consumer_group_metadata)
        sender.start()
        line.lose_one()
        monkeypatch.setattr(sender, "_ask", mending(sender._ask, line))
        with pytest.raises(Fatal, match="queue stays full"):
            sender.send(letters, ())
        sender.close()

    assert published(straight, config.topics.returns) == []
