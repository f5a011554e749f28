"""What is complete and waits for its transaction."""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from confluent_kafka import Consumer, TopicPartition

from consumer.adapters.kafka.assignment import Assignment, Held
from consumer.adapters.kafka.telling import EarnFeed, KafkaTelemetry
from consumer.adapters.kafka.transaction import Batch, Transactions
from consumer.core.progress import Step
from consumer.ports import Completion, Unavailable

_MOST_RECORDS = 5000
_MOST_BYTES = 16 * 1024 * 1024
_FIRST_WAIT = 0.05
_LONGEST_WAIT = 2.0
_FOLLOW = 2.0
"""Seconds that the ledger may take to remember a partition that is followed."""


class Outbox:
    """Collects completions from any thread and publishes them on its own."""

    def __init__(
        self, assignment: Assignment, transactions: Transactions, feed: EarnFeed, telemetry: KafkaTelemetry
    ) -> None:
        self._assignment = assignment
        self._transactions = transactions
        self._feed = feed
        self._telemetry = telemetry
        self._handed_in: deque[Completion] = deque()
        self._waiting: list[Completion] = []
        self._stuck = False
        self._wait = 0.0
        self._not_before = 0.0

    def add(self, completions: Sequence[Completion]) -> None:
        """Any thread may call."""
        self._handed_in.extend(completions)

    def __len__(self) -> int:
        return len(self._handed_in) + len(self._waiting)

    @property
    def ready(self) -> bool:
        """Whether a transaction would publish something now."""
        if self.delayed:
            return False
        return bool(self._handed_in) or (bool(self._waiting) and not self._stuck)

    @property
    def delayed(self) -> bool:
        """Whether a transaction was aborted and the next one has to wait a little."""
        return time.monotonic() < self._not_before

    def publish(self, consumer: Consumer) -> bool:
        """One transaction, if one is due; False when it was aborted. Raises Fatal or Interrupted."""
        if not self.ready:
            return True
        self._take()
        steps, chosen, rest = self._choose()
        self._stuck = bool(rest) and not chosen
        if not chosen:
            return True
        batch = Batch(completions=chosen, positions=[_position(held, step) for held, step in steps])
        if not self._transactions.publish(batch, consumer.consumer_group_metadata()):
            self._wait = min(_LONGEST_WAIT, 2 * self._wait or _FIRST_WAIT)
            self._not_before = time.monotonic() + self._wait
            return False
        self._wait = 0.0
        for held, step in steps:
            self._assignment.advance(held, step)
            self._follow(held)
        self._waiting = rest
        return True

    def _take(self) -> None:
        while self._handed_in:
            self._waiting.append(self._handed_in.popleft())

    def _choose(self) -> tuple[list[tuple[Held, Step]], list[Completion], list[Completion]]:
        """The steps of this transaction, what it publishes, and what has to wait for the next one."""
        offsets: dict[tuple[str, int], tuple[Held, set[int]]] = {}
        current: list[Completion] = []
        candidates = size = dropped = 0
        for completion in self._waiting:
            source = completion.record.source
            held = self._assignment.holder(completion.record)
            mine = offsets.get((source.topic, source.partition))
            if held is None or (mine is not None and source.offset in mine[1]):
                dropped += 1
                continue
            current.append(completion)
            if candidates == len(current) - 1 and candidates < _MOST_RECORDS and size < _MOST_BYTES:
                candidates += 1
                size += _size(completion)
                offsets.setdefault((source.topic, source.partition), (held, set()))[1].add(source.offset)
        if dropped:
            self._telemetry.dropped(dropped)
        steps = {key: (held, held.progress.step(mine)) for key, (held, mine) in offsets.items()}
        published = {key: step.published for key, (_, step) in steps.items()}
        chosen: list[Completion] = []
        rest: list[Completion] = []
        for at, completion in enumerate(current):
            source = completion.record.source
            fits = at < candidates and source.offset in published[source.topic, source.partition]
            (chosen if fits else rest).append(completion)
        self._waiting = current
        return [(held, step) for held, step in steps.values() if step.published], chosen, rest

    def _follow(self, held: Held) -> None:
        """Tell the earn feed of the first commit; where it does not answer, after a later one."""
        if held.unfollowed:
            with suppress(Unavailable):
                self._feed.follow(held.partition, _FOLLOW)
                held.unfollowed = False


def _position(held: Held, step: Step) -> TopicPartition:
    # The client takes metadata only here; an attribute set later is lost.
    return TopicPartition(held.partition.topic, held.partition.partition, step.snapshot.offset, step.snapshot.metadata)


def _size(completion: Completion) -> int:
    messages = (completion.outcome, completion.dead_letter)
    return sum(len(message.value or b"") for message in messages if message is not None)
