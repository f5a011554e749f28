"""The way out: what was decided becomes messages, unless a flood of dead letters is under way."""

from asyncio import AbstractEventLoop
from collections.abc import Callable

from consumer.core import flood
from consumer.core.dead_letter import DeadLetter, Headers, headers
from consumer.core.model import Record
from consumer.core.outcome import RevokeOutcome
from consumer.core.trace import TRACEPARENT, trace_id
from consumer.ports import Completion, Message, OutcomeEncoder, Publisher, Telemetry

LARGEST_TRACE = 1024
"""Bytes; one trace context takes 55."""


class Outlet:
    """Hands completions to the publisher in the order in which it is called."""

    def __init__(
        self,
        publisher: Publisher,
        encoder: OutcomeEncoder,
        telemetry: Telemetry,
        loop: AbstractEventLoop,
        *,
        flood_ratio: float,
    ) -> None:
        self._publisher = publisher
        self._encoder = encoder
        self._telemetry = telemetry
        self._loop = loop
        self._flood_ratio = flood_ratio
        self._windows: dict[str, flood.FloodWindow] = {}
        self._on_flood: Callable[[], None] = lambda: None
        self.flooded = False

    def on_flood(self, tell: Callable[[], None]) -> None:
        """Call `tell` once when the flood begins."""
        self._on_flood = tell

    def outcome(
        self, record: Record, started: float, outcome: RevokeOutcome, stored: bytes, letter: DeadLetter | None
    ) -> None:
        """Publish an outcome and, where due, its dead letter."""
        if self._holds(record, letter):
            return
        self._telemetry.settled(record, outcome, self._loop.time() - started)
        self._publisher.publish(
            (
                Completion(
                    record=record,
                    outcome=_message(record, outcome, self._encoder.publish(stored)),
                    dead_letter=None if letter is None else _dead(record, letter),
                    status=outcome.status,
                    dead_letter_reason=None if letter is None else letter.reason,
                ),
            )
        )

    def dead_letter(self, record: Record, letter: DeadLetter) -> None:
        """Set a record aside that has no outcome: one of the earn feed that cannot be read."""
        if self._holds(record, letter):
            return
        self._telemetry.event(
            "earn_unreadable", source=str(record.source), reason=letter.reason, trace_id=trace_id(record)
        )
        dead = _dead(record, letter)
        self._publisher.publish(
            (Completion(record=record, outcome=None, dead_letter=dead, dead_letter_reason=letter.reason),)
        )

    def nothing(self, records: list[Record]) -> None:
        """Let the offsets of records move that lead to nothing."""
        ready = [record for record in records if not self._holds(record, None)]
        self._publisher.publish([Completion(record=record, outcome=None, dead_letter=None) for record in ready])

    def _holds(self, record: Record, letter: DeadLetter | None) -> bool:
        """Whether this and all that follows is held back. What is settled waits in the ledger for the restart."""
        if self.flooded:
            return True
        topic, reason = record.source.topic, flood.news(record, None if letter is None else letter.reason)
        window = self._windows[topic] = flood.judged(self._windows.get(topic), record.number, reason)
        if reason is not None and flood.is_flood(window, record.number, self._flood_ratio):
            self.flooded = True
            self._on_flood()
        return self.flooded


def _message(record: Record, outcome: RevokeOutcome, value: bytes) -> Message:
    key = record.key if outcome.customer_id is None else str(outcome.customer_id).encode()
    ours = (
        ("event-id", (outcome.event_id or "").encode("utf-8", "replace")),
        ("status", outcome.status.encode()),
        ("cause", outcome.cause.encode()),
    )
    return Message(key=key, value=value, headers=(*ours, *_trace(record)))


def _trace(record: Record) -> Headers:
    """The record's trace context as it came. A flood of them would make the outcome too large for its topic."""
    came = tuple(header for header in record.headers if header[0] == TRACEPARENT)
    return came if sum(len(value or name) for name, value in came) <= LARGEST_TRACE else ()


def _dead(record: Record, letter: DeadLetter) -> Message:
    return Message(key=record.key, value=record.value, headers=headers(letter, record))
