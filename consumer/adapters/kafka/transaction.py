"""One Kafka transaction: messages and offsets, all or nothing."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as Delivered

from consumer.adapters.kafka.attempt import Abort, Attempts, Fatal, Patience, fatal_of
from consumer.adapters.kafka.clients import made
from consumer.adapters.kafka.config import TRANSACTION_TIMEOUT, BadOption, KafkaConfig, producer_properties
from consumer.adapters.kafka.telling import KafkaTelemetry
from consumer.core.triage import Call
from consumer.ports import Completion, Message

_INSIDE = 0.8 * TRANSACTION_TIMEOUT
"""Seconds to reach the commit: after its timeout the broker has aborted the transaction by itself."""
_TO_END = 3 * TRANSACTION_TIMEOUT
"""Seconds for the answer to a commit or an abort. Asking again is safe and the only way to learn its fate."""
_CLOSING = 10.0
"""Seconds for a client to go away."""
BY_KEY = -1
"""The partition that the key decides."""
PURGED = frozenset({"_PURGE_QUEUE", "_PURGE_INFLIGHT"})
"""What is told of each message that an abort threw away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction publishes, in this order, and the offsets it moves."""

    completions: Sequence[Completion]
    positions: Sequence[TopicPartition]


@dataclass(frozen=True, slots=True)
class ToWrite:
    """One message on its way."""

    topic: str
    partition: int
    message: Message


class Transactions:
    """The transactional producer."""

    def __init__(
        self, config: KafkaConfig, attempts: Attempts, telemetry: KafkaTelemetry, given_up: Callable[[], bool]
    ) -> None:
        """Build the client; it connects by itself. Raises BadOption, or Fatal without a token."""
        self._topics = config.topics
        self._attempts = attempts
        self._telemetry = telemetry
        self._given_up = given_up
        self._undelivered: str | None = None
        self._purged = False
        self._too_large: str | None = None
        self.letter_partitions = 0
        """How many partitions the dead-letter topic has; 0 while that is not known."""
        self._config = config
        # No error_cb: with one, a fatal error leaves the client as a SystemError. The consumer's tells the rest.
        self._properties = {**producer_properties(config), "on_delivery": self._on_undelivered}
        self._producer = made(Producer, self._properties, config)
        self.transactional_id = str(self._properties["transactional.id"])

    @property
    def client(self) -> Producer:
        """The producer as it is now, to ask for the cluster's topics before there is a consumer."""
        return self._producer

    def set_sasl_credentials(self, username: str, password: str) -> None:
        """Connections made from now on use these."""
        self._producer.set_sasl_credentials(username, password)

    def init(self, given_up: Callable[[], bool]) -> None:
        """Take the transactional id; for as long as it takes. Raises Fatal or Interrupted."""
        patience = Patience(deadline=float("inf"), given_up=given_up)
        self._attempts.ask(Call.INIT, self._producer.init_transactions, patience)

    def publish(self, batch: Batch, group: object) -> bool:
        """Whether the batch is committed; else it is surely not, and may be tried again. Raises Fatal or Interrupted.

        `group` is the consumer's group metadata, read just now.
        """
        started = time.monotonic()
        committed = self._commit(batch, group)
        self._telemetry.transaction(batch.completions, time.monotonic() - started, committed=committed)
        return committed

    def _commit(self, batch: Batch, group: object) -> bool:
        inside = self._patience(_INSIDE)
        self._undelivered, self._purged = None, False
        try:
            self._attempts.ask(Call.BEGIN, lambda _: self._producer.begin_transaction(), inside)
            for to_write in self._messages(batch.completions):
                self._produce(to_write, inside)
            self._attempts.ask(
                Call.OFFSETS,
                lambda wait: self._producer.send_offsets_to_transaction(list(batch.positions), group, wait),
                inside,
            )
            self._attempts.ask(Call.COMMIT, self._producer.commit_transaction, self._patience(_TO_END))
        except Abort as abort:
            reason = str(abort)
        else:
            return True
        # Not while it is handled: it holds on to the client, which may have to go.
        self._abort(reason)
        return False

    def _messages(self, completions: Sequence[Completion]) -> Iterator[ToWrite]:
        for completion in completions:
            if completion.outcome is not None:
                yield ToWrite(self._topics.results, BY_KEY, completion.outcome)
            if completion.dead_letter is not None:
                yield ToWrite(self._topics.dead_letters, self._letter_partition(completion), completion.dead_letter)

    def _letter_partition(self, completion: Completion) -> int:
        """By the key, as the source's records were; without one a partition's letters stay together, in their order."""
        if completion.record.key is not None or not self.letter_partitions:
            return BY_KEY
        return completion.record.source.partition % self.letter_partitions

    def _produce(self, to_write: ToWrite, patience: Patience) -> None:
        topic = to_write.topic
        try:
            self._hand_over(to_write)
        except BufferError:
            self._wait_for_room(to_write, patience)
        except KafkaException as refused:
            error: KafkaError = refused.args[0]
            if error.name() == "MSG_SIZE_TOO_LARGE":
                raise Fatal(_too_large(topic)) from refused
            # The local call has no answer to wait for: what it refuses, the state of the transaction explains.
            raise Abort(f"{Call.PRODUCE}: {error.name()}: {error.str()}") from refused

    def _hand_over(self, to_write: ToWrite) -> None:
        message = to_write.message
        self._producer.produce(
            to_write.topic, message.value, message.key, to_write.partition, headers=list(message.headers)
        )

    def _wait_for_room(self, to_write: ToWrite, patience: Patience) -> None:
        while not patience.expired:
            self._producer.poll(0.05)
            try:
                self._hand_over(to_write)
            except BufferError:
                continue
            return
        raise Abort(f"{Call.PRODUCE}: the producer's queue stays full")

    def _abort(self, reason: str) -> None:
        self._telemetry.event("transaction_aborted", reason=reason, undelivered=self._undelivered)
        try:
            self._attempts.ask(Call.ABORT, self._producer.abort_transaction, self._patience(_TO_END))
        except Abort as refused:
            raise Fatal(str(refused)) from refused
        if self._too_large is not None:
            raise Fatal(self._too_large)
        if self._purged:
            self._renew()

    def _renew(self) -> None:
        """Go on with a new client; otherwise messages are lost.

        librdkafka (2.16) gives the sequence numbers of what an abort threw away to what is sent next. Some of the
        former may have been sent, which the client does not say, and only the answer be lost. The broker takes what
        comes then for what it has, says that all is well and keeps none of it. A new client under the same name has a
        new epoch, whose numbers begin anew.
        """
        try:
            new = made(Producer, self._properties, self._config)
        except BadOption as refused:
            raise Fatal(str(refused)) from refused
        with self._attempts.hung.watch("close", _CLOSING):
            self.close()
            self._producer = new
        self._attempts.ask(Call.INIT, self._producer.init_transactions, self._patience(_INSIDE))

    def _patience(self, seconds: float) -> Patience:
        return Patience(deadline=time.monotonic() + seconds, given_up=self._given_up)

    def _on_undelivered(self, error: KafkaError | None, message: Delivered) -> None:
        if error is None:
            return
        if error.name() in PURGED:
            self._purged = True
            return
        self._telemetry.failed(error.name())
        self._undelivered = f"{message.topic()}: {error.name()}"
        if error.name() == "MSG_SIZE_TOO_LARGE":
            self._too_large = _too_large(str(message.topic()))

    def serve(self) -> None:
        """Let the client say that it is beyond help. Raises Fatal."""
        try:
            self._producer.poll(0)
        except KafkaException as fatal:
            raise Fatal(str(fatal.args[0].str())) from fatal
        except SystemError as broken:
            raise fatal_of(broken) from broken

    def close(self) -> None:
        """Let go; no transaction is open, or its fate is the broker's. The client ends with its last reference."""
        self._producer.purge()
        # A fatal error, if there was one, comes once more here; the worker's end has told it.
        with suppress(KafkaException, SystemError):
            self._producer.flush(1)


def _too_large(topic: str) -> str:
    return f"a message is larger than the topic {topic} takes: raise its max.message.bytes"
