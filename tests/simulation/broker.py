"""Kafka as far as it matters: logs, one assignment at a time, redelivery, transactions, fencing."""

import asyncio
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consumer.core.model import Coordinates, Millis, Record
from consumer.core.outcome import RevokeOutcome
from consumer.ports import Completion, Partition
from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.life import Life

A_TRANSACTION = 0.005
PARTITIONS = (Partition(RETURNS, 0), Partition(RETURNS, 1), Partition(EARNS, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A record of a source topic: where, what, and at which time it comes there."""

    source: Coordinates
    value: bytes | None
    at: float
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Broker:
    """What is committed, for a reader of committed transactions."""

    def __init__(self, sent: Sequence[Sent]) -> None:
        self.sent = tuple(sent)
        self.committed: list[Completion] = []
        self.epoch = 0
        self.settled = asyncio.Event()
        """Set when every record's completion is committed."""

    def open(self) -> list[Sent]:
        """The records whose completion is not committed, each partition in its order."""
        done = {completion.record.source for completion in self.committed}
        return [each for each in self.sent if each.source not in done]

    def outcomes(self) -> Mapping[Coordinates, RevokeOutcome]:
        """The committed outcome of each record that has one."""
        found = [pickle.loads(each.outcome.value or b"") for each in self.committed if each.outcome is not None]  # noqa: S301 - our own
        return {outcome.source: outcome for outcome in found}


class Session:
    """One process as a member of the group: it owns all partitions under one epoch. Implements `ports.Publisher`."""

    def __init__(self, broker: Broker, life: Life) -> None:
        broker.epoch += 1
        self._broker = broker
        self._life = life
        self._complete: list[Completion] = []
        self.epoch = broker.epoch

    def publish(self, completions: Sequence[Completion]) -> None:
        """Take them into the next transaction."""
        if self._life.step("publish before"):
            self._complete.extend(completions)
            asyncio.get_running_loop().call_later(A_TRANSACTION, self.commit)
            self._life.step("publish after")

    def commit(self) -> None:
        """End the transaction of what is complete; a process that is fenced commits nothing."""
        if self._complete and self._broker.epoch == self.epoch and self._life.step("commit before"):
            self._broker.committed += self._complete
            self._complete = []
            if not self._broker.open():
                self._broker.settled.set()
            self._life.step("commit after")

    def deliver(self, receive: Callable[[Sequence[Record]], None], *, first: str) -> None:
        """Hand over what is open: the topic `first` before the other, what is not there yet when it comes."""
        loop = asyncio.get_running_loop()
        waiting = sorted(self._broker.open(), key=lambda sent: (sent.at, sent.source.topic != first))
        for at in sorted({max(each.at, loop.time()) for each in waiting}):
            together = [self._record(each) for each in waiting if max(each.at, loop.time()) == at]
            loop.call_at(at, self._hand_over, receive, together)

    def _hand_over(self, receive: Callable[[Sequence[Record]], None], records: Sequence[Record]) -> None:
        if not self._life.over.is_set() and self._broker.epoch == self.epoch:
            receive(records)

    def _record(self, sent: Sent) -> Record:
        return Record(
            source=sent.source, epoch=self.epoch, key=None, value=sent.value, headers=sent.headers, timestamp=Millis(1)
        )
