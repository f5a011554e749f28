"""What a person at a prompt asks of the brokers: what is there, and to make topics."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined] # public by its documents
from confluent_kafka.cimpl import NewTopic

from consumer.adapters.kafka.attempt import Attempts, Fatal, Interrupted, Patience
from consumer.adapters.kafka.clients import SILENT, made
from consumer.adapters.kafka.config import KafkaConfig, admin_properties, consumer_properties
from consumer.adapters.kafka.silence import Silence
from consumer.core.shut_door import remedy
from consumer.core.topics import TopicSeen
from consumer.core.triage import Call

Answer = TypeVar("Answer")

HIDDEN, MISSING = "TOPIC_AUTHORIZATION_FAILED", "UNKNOWN_TOPIC_OR_PART"
BROKERS_DEFAULT = -1
"""The replication factor that the brokers are set to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicToMake:
    """A topic that is to be there."""

    name: str
    partitions: int
    copies: int
    config: Mapping[str, str]


class ShutDoor(Fatal):
    """The brokers are there, but do not let us in, or we do not trust them; the text names the remedy."""


class Administration:
    """Every method raises Fatal, whose text has the name of Kafka's error, where the brokers refuse or are silent."""

    def __init__(self, config: KafkaConfig, patience: float) -> None:
        """`patience` is in seconds, for one answer. Raises BadOption, or Fatal without a token."""
        self._config = config
        self._patience = patience
        self._attempts = Attempts(Silence(), lambda: None)
        self._remedy: str | None = None
        self._client = made(AdminClient, {**admin_properties(config), "error_cb": self._on_error}, config)

    def brokers(self) -> tuple[int, frozenset[str]]:
        """How many brokers there are, and the topics that we can see. Raises ShutDoor where that is why."""
        # Asked for all topics: a question for one that is missing may create it.
        try:
            found = self._ask(lambda wait: self._client.list_topics(timeout=wait))
        except Fatal as silence:
            raise type(silence)(f"Kafka at {self._config.bootstrap_servers}: {silence}") from None
        return len(found.brokers), frozenset(name for name, topic in found.topics.items() if topic.partitions)

    def topic(self, name: str) -> TopicSeen:
        """One topic that can be seen."""
        asked = TopicCollection([name])
        described = self._ask(
            lambda wait: self._client.describe_topics(asked, include_authorized_operations=True, request_timeout=wait)[
                name
            ].result()
        )
        return TopicSeen(
            name=name,
            partitions=len(described.partitions),
            copies=min(len(partition.replicas) for partition in described.partitions),
            # Of one without a leader the brokers tell those that were in sync when it had one.
            in_sync=tuple(len(partition.isr) if partition.leader else 0 for partition in described.partitions),
            config=self._settings(name),
            operations=frozenset(each.name for each in described.authorized_operations or ()),
        )

    def is_hidden(self, name: str) -> bool:
        """Whether a topic that was not seen may be there all the same: we have no right to look at it.

        False is the brokers' word that there is none. Raises Fatal where they give none.
        """
        futures = self._client.describe_topics(TopicCollection([name]), request_timeout=self._patience)
        failure = _failure(futures[name])
        if failure is None:
            raise Fatal("it came this moment: look again")
        if failure.name() not in (HIDDEN, MISSING):
            raise Fatal(_text(failure))
        return failure.name() == HIDDEN

    def make(self, topic: TopicToMake) -> bool:
        """Make a topic; False where there is one of its name."""
        new = NewTopic(topic.name, topic.partitions, topic.copies, config=dict(topic.config))
        failure = _failure(self._client.create_topics([new], request_timeout=self._patience)[topic.name])
        if failure is not None and failure.name() != "TOPIC_ALREADY_EXISTS":
            raise Fatal(_text(failure))
        return failure is None

    def group(self) -> str:
        """The group's state."""
        group = self._config.group_id
        described = self._ask(
            lambda wait: self._client.describe_consumer_groups([group], request_timeout=wait)[group].result()
        )
        state: str = described.state.name
        return state.lower()

    def commits(self, topics: Mapping[str, int]) -> int:
        """On how many partitions of these topics the group has a commit; nobody joins it for that."""
        places = [TopicPartition(topic, number) for topic, count in topics.items() for number in range(count)]
        with closing(made(partial(Consumer, logger=SILENT), consumer_properties(self._config), self._config)) as reader:
            found = self._ask(lambda wait: reader.committed(places, wait))
        for each in found:
            if each.error is not None:
                raise Fatal(_text(each.error))
        return sum(each.offset >= 0 for each in found)

    def _on_error(self, error: KafkaError) -> None:
        self._remedy = remedy(error.name(), error.str()) or self._remedy

    def _settings(self, name: str) -> Mapping[str, str]:
        resource = ConfigResource(ConfigResource.Type.TOPIC, name)
        (future,) = self._client.describe_configs([resource], request_timeout=self._patience).values()
        if _failure(future) is not None:
            return {}
        return {entry.name: entry.value for entry in future.result().values() if entry.value is not None}

    def _ask(self, question: Callable[[float], Answer]) -> Answer:
        patience = Patience(deadline=time.monotonic() + self._patience, given_up=self._is_shut)
        try:
            return self._attempts.ask(Call.READ, question, patience)
        except Interrupted:
            raise ShutDoor(self._remedy) from None

    def _is_shut(self) -> bool:
        """Whether the client has said meanwhile that asking again is no use."""
        self._client.poll(0)
        return self._remedy is not None


def _failure(future: Future[Any]) -> KafkaError | None:
    try:
        future.result()
    except KafkaException as refused:
        error: KafkaError = refused.args[0]
        return error
    return None


def _text(error: KafkaError) -> str:
    return f"{error.name()}: {error.str()}"
