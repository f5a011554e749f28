"""What the consumer delivers, on its way to the event loop."""

from collections import Counter
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka import Message as Delivered

from consumer.adapters.kafka.assignment import Assignment, coordinates
from consumer.adapters.kafka.attempt import Fatal, fatal_of
from consumer.adapters.kafka.handover import Post
from consumer.adapters.kafka.laps import Laps
from consumer.adapters.kafka.outbox import Outbox
from consumer.adapters.kafka.telling import KafkaTelemetry
from consumer.adapters.kafka.watch import Listener
from consumer.core.progress import Window
from consumer.ports import Intake

BUSY = 0.005
"""Seconds to wait for records while something is under way, and so the most that a completion waits for its turn."""
_IDLE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Reads as fast as there is room, and never keeps what is complete waiting."""

    assignment: Assignment
    window: Window
    outbox: Outbox
    listener: Listener
    intake: Intake
    post: Post
    telemetry: KafkaTelemetry
    laps: Laps

    def read(self, consumer: Consumer) -> None:
        """Hand over what is there, or comes in a moment. Raises Fatal."""
        deliveries = self._fetched(consumer)
        self.laps.end("poll" if deliveries else "wait")
        self.listener.stop_if_fatal()
        for delivered in deliveries:
            error = delivered.error()
            if error is not None:
                self.listener.on_error(error)
        self._hand_over([it for it in deliveries if it.error() is None])

    def regulate(self, consumer: Consumer) -> None:
        """Stop fetching where there is no room, and go on where there is room again."""
        full, free = self.assignment.to_pause(), self.assignment.to_resume()
        if full:
            consumer.pause(coordinates(full))
        if free:
            consumer.resume(coordinates(free))
        for held in (*full, *free):
            held.paused = not held.paused

    def _fetched(self, consumer: Consumer) -> list[Delivered]:
        try:
            return self._fetch(consumer)
        except KafkaException as refused:
            # What was fetched together with the failure is gone, and the next record would hide the gap: start anew.
            error: KafkaError = refused.args[0]
            raise Fatal(f"{error.name()}: {error.str()}") from refused
        except SystemError as broken:
            raise fatal_of(broken) from broken

    def _fetch(self, consumer: Consumer) -> list[Delivered]:
        batch = self.window.batch
        if self.outbox.ready:
            return consumer.consume(batch, 0)
        if self.assignment.open:
            return consumer.consume(batch, BUSY)
        # `consume` waits for a whole batch; only `poll` returns with the first record of a quiet topic.
        first = consumer.poll(_IDLE)
        if first is None:
            return []
        return [first, *consumer.consume(batch - 1, 0)] if batch > 1 else [first]

    def _hand_over(self, deliveries: list[Delivered]) -> None:
        admission = self.assignment.admit(deliveries)
        for topic, count in admission.skipped.items():
            self.telemetry.skipped(topic, count)
        for topic, count in Counter(record.source.topic for record in admission.records).items():
            self.telemetry.consumed(topic, count)
        if admission.records:
            self.post(lambda: self.intake.received(admission.records))
