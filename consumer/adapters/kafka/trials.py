"""What we may do, found by trying it; a right that is only told may be another by the time it is needed."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import uuid4

from confluent_kafka import (
    OFFSET_END,
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka import Message as Delivered
from confluent_kafka.admin import AdminClient

from consumer.adapters.kafka.attempt import Abort, Attempts, Fatal, Patience
from consumer.adapters.kafka.clients import SILENT, made
from consumer.adapters.kafka.config import (
    KafkaConfig,
    admin_properties,
    consumer_properties,
    producer_properties,
    trial_properties,
)
from consumer.adapters.kafka.silence import Silence
from consumer.core.triage import Call

Answer = TypeVar("Answer")

REFUSED_WITHIN = 1
"""Seconds for the brokers to say that a topic may not be written; a yes is proved by what comes after."""
NOWHERE = 2**31 - 1
"""A partition that no topic has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A transaction that was tried, and the topics that were not let into it for want of the right."""

    name: str
    refused: frozenset[str]


def refuse_bad_options(config: KafkaConfig) -> None:
    """Raise BadOption for what librdkafka would refuse of the service's own clients; no broker is asked."""
    made(partial(Consumer, logger=SILENT), consumer_properties(config), config).close()
    made(partial(Producer, logger=SILENT), producer_properties(config), config)


class Trials:
    """Every method raises Fatal, whose text has the name of Kafka's error, where the brokers refuse all or are silent.

    Nobody joins the group, and nothing is read, committed or published.
    """

    def __init__(self, config: KafkaConfig, patience: float) -> None:
        """`patience` is in seconds, for one answer."""
        self._config = config
        self._patience = patience
        self._attempts = Attempts(Silence(), lambda: None)

    def may_read(self, topic: str, partitions: int) -> bool:
        """Whether a fetch is answered, asked for at the end of each partition; the first that answers tells."""
        # Where there is nothing, the brokers are to say so at once.
        own = {"enable.partition.eof": True, "fetch.wait.max.ms": 1, "statistics.interval.ms": 0}
        properties = {**consumer_properties(self._config), **own}
        with closing(made(partial(Consumer, logger=SILENT), properties, self._config)) as reader:
            reader.assign([TopicPartition(topic, number, OFFSET_END) for number in range(partitions)])
            return self._ask(lambda wait: _is_let_in(reader.poll(wait)))

    def may_join(self, topic: str) -> bool:
        """Whether the group lets us in, as it must to join and to commit.

        A commit is asked for of a partition that is not there. Of who may not, the brokers refuse it for that reason
        first; of who may, for want of the partition, without a word to the group. That is how Apache Kafka does it
        (tried with 4.3); of brokers that are only compatible with it we assume the same.
        """
        client = made(AdminClient, admin_properties(self._config), self._config)
        asked = ConsumerGroupTopicPartitions(self._config.group_id, [TopicPartition(topic, NOWHERE, 0)])
        answered = self._ask(
            lambda wait: client.alter_consumer_group_offsets([asked], request_timeout=wait)[asked.group_id].result()
        )
        return not any(_is(place.error, KafkaError.GROUP_AUTHORIZATION_FAILED) for place in answered.topic_partitions)

    def transaction(self, topics: Sequence[str]) -> Tried:
        """Begin as each instance does, under a name that nobody uses again, set out to write to these, and abort.

        The record that each waits for is thrown away long before it is due: of all this the topics get an abort marker,
        which no reader sees, and the coordinator a name, which it forgets after `transactional.id.expiration.ms`.
        """
        name, refused = self._begun(topics)
        if not refused:
            return Tried(name=name, refused=frozenset())
        # Of several the client names any, so each is tried alone.
        return Tried(name=name, refused=frozenset(topic for topic in topics if self._begun([topic])[1]))

    def _begun(self, topics: Sequence[str]) -> tuple[str, bool]:
        """The name of a transaction that was tried, and whether we have no right to write to some of the topics."""
        name = f"{self._config.group_id}-check-{uuid4().hex}"
        # A refusal is told by the transaction; what is called of a record only wakes the one who waits for it.
        own = {"transactional.id": name, "on_delivery": lambda *_: None}
        producer = made(partial(Producer, logger=SILENT), {**trial_properties(self._config), **own}, self._config)
        self._ask(producer.init_transactions, Call.INIT)
        if not topics:
            return name, False
        producer.begin_transaction()
        refusal = _refusal(producer, topics)
        # A refusal is told whatever comes after it; a topic that was let in all the same would hold its readers back.
        with nullcontext() if refusal is None else suppress(Fatal, Abort):
            # The brokers end only a transaction that a topic was let into.
            self._ask(producer.abort_transaction, Call.ABORT)
        if refusal is not None and not _is(refusal, KafkaError.TOPIC_AUTHORIZATION_FAILED):
            raise Fatal(f"{Call.PRODUCE}: {refusal.name()}: {refusal.str()}")
        return name, refusal is not None

    def _ask(self, question: Callable[[float], Answer], call: Call = Call.READ) -> Answer:
        patience = Patience(deadline=time.monotonic() + self._patience, given_up=lambda: False)
        return self._attempts.ask(call, question, patience)


def _refusal(producer: Producer, topics: Sequence[str]) -> KafkaError | None:
    """Why the brokers do not let a transaction write to one of these, if so; of the records none is sent."""
    early = None
    try:
        for topic in topics:
            producer.produce(topic)
        producer.poll(REFUSED_WITHIN)
    except KafkaException as closed:
        # Refused before the next record was made: the transaction takes no more.
        early = closed.args[0]
    producer.purge()
    try:
        # What was refused says why to who asks for another; what was not says that it is still open.
        producer.begin_transaction()
    except KafkaException as told:
        error: KafkaError = told.args[0]
        if not _is(error, KafkaError._STATE):  # noqa: SLF001 - public, by its only name
            return error
    return early


def _is_let_in(delivered: Delivered | None) -> bool:
    """Whether a fetch was let in, by its answer: a record that just came says so as well as the end does.

    Raises KafkaException where there is no answer yet; what else the client reports, such as of the group, is none.
    """
    error = delivered.error() if delivered is not None else KafkaError(KafkaError._TIMED_OUT)  # noqa: SLF001 - public
    if error is None or _is(error, KafkaError._PARTITION_EOF):  # noqa: SLF001 - public, by its only name
        return True
    if _is(error, KafkaError.TOPIC_AUTHORIZATION_FAILED):
        return False
    raise KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001 - as above


def _is(error: KafkaError | None, code: int) -> bool:
    return error is not None and error.code() == code
