"""Partitions come and go: what is done before they are ours, and before they are another's."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition

from consumer.adapters.kafka.assignment import Assignment, coordinates
from consumer.adapters.kafka.attempt import Interrupted
from consumer.adapters.kafka.handover import HandOver, Post
from consumer.adapters.kafka.laps import Laps
from consumer.adapters.kafka.outbox import Outbox
from consumer.adapters.kafka.starts import Starts
from consumer.adapters.kafka.telling import KafkaTelemetry, RebalanceKind
from consumer.adapters.kafka.wishes import Wishes
from consumer.ports import EventName, Intake, Partition

_TOLD: Mapping[RebalanceKind, EventName] = {
    "assigned": "partitions_assigned",
    "revoked": "partitions_revoked",
    "lost": "partitions_lost",
}
_LOOK = 0.02
"""Seconds between two looks at what was completed during a drain."""


@dataclass(slots=True, kw_only=True)
class Rebalance:
    """The consumer's three callbacks. `answered` once the group has given us an assignment, be it empty."""

    assignment: Assignment
    outbox: Outbox
    starts: Starts
    intake: Intake
    post: Post
    telemetry: KafkaTelemetry
    wishes: Wishes
    drain: float
    laps: Laps
    answered: bool = False
    final: HandOver | None = None

    def on_assign(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        """Begin each at its commit, with its map."""
        with self.laps.apart("work"):
            self._begin(consumer, assigned)

    def _begin(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        try:
            # One that ends asks for nothing more: its clients may be beyond help.
            starts = [] if self.wishes.stopping() else self.starts.of(consumer, assigned, self.wishes.stopping)
        except Interrupted:
            starts = []
        if self.wishes.stopping():
            # The group must hear that we took them, and nothing of them may be read.
            consumer.incremental_assign(assigned)
            consumer.pause(assigned)
            return
        consumer.incremental_assign(
            [TopicPartition(it.partition.topic, it.partition.partition, it.offset) for it in starts]
        )
        epochs = self.assignment.take(starts)
        self.answered = True
        if epochs:
            self.post(lambda: self.intake.assigned(epochs))
        self._tell("assigned", list(epochs))

    def on_revoke(self, consumer: Consumer, revoked: list[TopicPartition]) -> None:
        """Let what is in a call come to its end, publish it, let go."""
        with self.laps.apart("publish"):
            self._hand_on(consumer, revoked)

    def _hand_on(self, consumer: Consumer, revoked: list[TopicPartition]) -> None:
        partitions = _partitions(revoked)
        try:
            if self.final is None:
                self.see_out(consumer, HandOver(self.intake, self.post, partitions, seconds=self.drain))
            else:
                self.see_out(consumer, self.final)
        finally:
            self._let_go(consumer, revoked)
            self._tell("revoked", partitions)

    def on_lost(self, consumer: Consumer, lost: list[TopicPartition]) -> None:
        """They are another's already: drop everything, commit nothing."""
        partitions = _partitions(lost)
        self._let_go(consumer, lost)
        self.post(lambda: self.intake.lost(partitions))
        self._tell("lost", partitions)

    def see_out(self, consumer: Consumer, handover: HandOver) -> None:
        """Publish what completes until nothing is under way, or the time is over."""
        while True:
            over = handover.expired or self.wishes.now()
            done = over or handover.done()
            self.outbox.publish(consumer)
            if self.outbox.ready and not over:
                continue
            if over or (done and not self.outbox.delayed):
                return
            if done:
                time.sleep(_LOOK)
            else:
                handover.wait(_LOOK)

    def _let_go(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        gone = set(_partitions(partitions))
        paused = [held for held in self.assignment if held.paused and held.partition in gone]
        if paused:
            # The client remembers a pause beyond the assignment it was meant for.
            consumer.resume(coordinates(paused))
        for topic, count in self.assignment.release(gone).items():
            self.telemetry.released(topic, count)
        consumer.incremental_unassign(partitions)

    def _tell(self, kind: RebalanceKind, partitions: Sequence[Partition]) -> None:
        self.telemetry.rebalanced(kind)
        if kind != "assigned":
            for partition in partitions:
                self.telemetry.forget(partition)
        names = [f"{partition.topic}/{partition.partition}" for partition in sorted(partitions, key=_order)]
        self.telemetry.event(_TOLD[kind], partitions=names)


def _order(partition: Partition) -> tuple[str, int]:
    return partition.topic, partition.partition


def _partitions(given: Sequence[TopicPartition]) -> list[Partition]:
    return [Partition(it.topic, it.partition) for it in given]
