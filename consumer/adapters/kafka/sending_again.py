"""Dead letters sent again, in one transaction with the progress that remembers them."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as Delivered

from consumer.adapters.kafka.attempt import Abort, Attempts, Fatal, Patience
from consumer.adapters.kafka.clients import made
from consumer.adapters.kafka.config import TRANSACTION_TIMEOUT, KafkaConfig, producer_properties
from consumer.adapters.kafka.silence import Silence
from consumer.adapters.kafka.transaction import BY_KEY, PURGED
from consumer.core.redrive import Again, Stretch
from consumer.core.redriven import Redriven
from consumer.core.triage import FENCED, Call

Answer = TypeVar("Answer")

_INSIDE = 0.8 * TRANSACTION_TIMEOUT
_TO_END = 3 * TRANSACTION_TIMEOUT
_ENDED = (
    "another redrive of this group began, or the brokers ended this one's transaction, open for more than "
    f"{TRANSACTION_TIMEOUT:.0f} s"
)
_MOST_TRIES = 5
_PAUSE = 0.5


class AgainSender:
    """The transactional producer of a redrive. Every method raises Fatal where nothing more can be sent."""

    def __init__(self, config: KafkaConfig, group: str, metadata: Callable[[], object]) -> None:
        """Build the client; it connects by itself. `metadata` tells the group's. Raises BadOption."""
        self._metadata = metadata
        self._servers = config.bootstrap_servers
        self._attempts = Attempts(Silence(), lambda: None)
        self._refused = ""
        self._purged = False
        self._partitions: Mapping[str, int] = {}
        properties = {
            **producer_properties(config),
            # One name for all redrives of a group: a second one at the same time ends the first.
            "transactional.id": group,
            "on_delivery": self._on_undelivered,
        }
        self._producer = made(Producer, properties, config)

    def start(self) -> None:
        """End what an earlier redrive may have left open; only then is the progress to be read."""
        self._ask(Call.INIT, self._producer.init_transactions, _TO_END)
        listed = self._ask(Call.READ, lambda wait: self._producer.list_topics(timeout=wait).topics, _TO_END)
        self._partitions = {name: len(topic.partitions) for name, topic in listed.items()}

    def send(self, letters: Sequence[Again], progress: Sequence[tuple[Stretch, Redriven]]) -> None:
        """Send these and remember the progress, all or nothing."""
        for tries in range(1, _MOST_TRIES + 1):
            self._refused, self._purged = "", False
            try:
                self._transact(letters, progress)
            except Abort as reason:
                self._ask(Call.ABORT, self._producer.abort_transaction, _TO_END)
                # What comes after letters that were thrown away may be lost: see `Transactions`. A new client under the
                # name of all redrives could end one that has just begun.
                if tries == _MOST_TRIES or self._refused or self._purged:
                    raise Fatal(self._refused or str(reason)) from reason
                time.sleep(_PAUSE)
            else:
                return

    def close(self) -> None:
        """Let go; a transaction that is still open is the broker's to end."""
        self._producer.purge()
        with suppress(KafkaException, SystemError):
            self._producer.flush(1)

    def _transact(self, letters: Sequence[Again], progress: Sequence[tuple[Stretch, Redriven]]) -> None:
        self._ask(Call.BEGIN, lambda _: self._producer.begin_transaction(), _INSIDE)
        for letter in letters:
            self._produce(letter)
        positions = [_position(stretch, redriven) for stretch, redriven in progress]
        metadata = self._metadata()
        self._ask(
            Call.OFFSETS,
            lambda wait: self._producer.send_offsets_to_transaction(positions, metadata, wait),
            _INSIDE,
        )
        self._ask(Call.COMMIT, self._producer.commit_transaction, _TO_END)

    def _produce(self, letter: Again) -> None:
        there = (letter.partition or 0) < self._partitions.get(letter.topic, 0)
        # Where it was first, all its customer's records are, whoever chose the partition then.
        partition = letter.partition if letter.partition is not None and there else BY_KEY
        until = time.monotonic() + _INSIDE
        while True:
            try:
                self._producer.produce(letter.topic, letter.value, letter.key, partition, headers=list(letter.headers))
            except BufferError as full:
                if time.monotonic() > until:
                    raise Abort("the producer's queue stays full") from full
                self._producer.poll(_PAUSE)
            except KafkaException as refused:
                error: KafkaError = refused.args[0]
                raise Abort(f"{Call.PRODUCE}: {error.name()}: {error.str()}") from refused
            else:
                return

    def _ask(self, call: Call, question: Callable[[float], Answer], seconds: float) -> Answer:
        patience = Patience(deadline=time.monotonic() + seconds, given_up=lambda: False)
        try:
            return self._attempts.ask(call, question, patience)
        except Fatal as fatal:
            if any(code in str(fatal) for code in FENCED):
                raise Fatal(f"{_ENDED}; this one ends") from None
            raise Fatal(f"Kafka at {self._servers}: {fatal}") from None

    def _on_undelivered(self, error: KafkaError | None, message: Delivered) -> None:
        if error is None:
            return
        self._purged |= error.name() in PURGED
        if error.name() == "MSG_SIZE_TOO_LARGE":
            self._refused = f"a letter is larger than the topic {message.topic()} takes: raise its max.message.bytes"


def _position(stretch: Stretch, redriven: Redriven) -> TopicPartition:
    snapshot = redriven.snapshot()
    # The client takes metadata only here; an attribute set later is lost.
    return TopicPartition(stretch.topic, stretch.partition, snapshot.offset, snapshot.metadata)
