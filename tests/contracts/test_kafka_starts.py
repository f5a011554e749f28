"""Where partitions begin, while nobody tells."""

from types import SimpleNamespace
from typing import cast

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from consumer.adapters.kafka.assignment import Start
from consumer.adapters.kafka.attempt import Attempts, Fatal
from consumer.adapters.kafka.laps import Laps
from consumer.adapters.kafka.rebalance import Rebalance
from consumer.adapters.kafka.starts import FIND_WITH, Starts
from consumer.adapters.kafka.wishes import Wishes
from tests.contracts.kafka_stage import Followed, Told


class Hanging:
    """A consumer whose group has a transaction that is not ended, for so many questions."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def committed(self, partitions: list[TopicPartition], _: float) -> list[TopicPartition]:
        if self.left:
            self.left -= 1
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        return [TopicPartition(each.topic, each.partition, -1001) for each in partitions]


class Closing:
    """A consumer that is being closed, whose group hands it partitions all the same."""

    def __init__(self) -> None:
        self.taken: list[TopicPartition] = []
        self.paused: list[TopicPartition] = []

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        self.taken += partitions

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.paused += partitions


def begun(consumer: Hanging, told: Told, silent: float) -> None:
    starts = Starts("earns", Attempts(told, lambda: None), Followed(), told, silent=silent)
    starts.of(consumer, [TopicPartition("returns", 0)], lambda: False)  # type: ignore[arg-type] # what it is asked


def test_commits_that_nobody_tells_are_asked_for_on_and_told_of_with_how_to_find_the_transaction() -> None:
    consumer, told = Hanging(questions=3), Told()

    begun(consumer, told, silent=0.0)

    assert consumer.left == 0
    assert told.fields("commits_unanswered") == {"seconds": 0, "find_with": FIND_WITH}


def test_it_is_told_once_a_minute_and_not_of_a_short_silence() -> None:
    often, soon = Told(), Told()

    begun(Hanging(questions=3), often, silent=0.0)
    begun(Hanging(questions=3), soon, silent=60.0)

    assert [name for name, _ in often.events] == ["commits_unanswered"]
    assert soon.events == []


def test_one_that_ends_takes_partitions_without_asking_where_they_begin() -> None:
    def beyond_help(*_: object) -> list[Start]:
        raise Fatal("the producer is fenced")

    consumer, wishes, given = Closing(), Wishes(), [TopicPartition("returns", 0)]
    wishes.stop(now=True)
    parts = {"starts": SimpleNamespace(of=beyond_help), "wishes": wishes, "laps": Laps(lambda *_: None)}
    unused = dict.fromkeys(("assignment", "outbox", "intake", "post", "telemetry"))
    rebalance = Rebalance(drain=1.0, **parts, **unused)  # type: ignore[arg-type] # what it asks for then

    rebalance.on_assign(cast("Consumer", consumer), given)

    assert (consumer.taken, consumer.paused) == (given, given)
