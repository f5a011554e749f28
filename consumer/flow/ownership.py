"""Which partitions are this instance's to work, and the waits for calls under way when one is not any more."""

import threading
from asyncio import AbstractEventLoop
from collections.abc import Mapping, Sequence

from consumer.core.model import Record
from consumer.flow.lanes import Lanes
from consumer.ports import Partition

ASKING = 0.9
"""The share of a drain in which requests may still ask; in the rest they settle, or give back their claims."""
LATER = 0.01
"""Seconds after which a lane that is woken sees by the clock that the time is over, however timers are rounded."""


class CallsUnderWay:
    """A drain: ends when no record of the partitions is inside a call or a settlement."""

    def __init__(self, partitions: frozenset[tuple[str, int]]) -> None:
        self.partitions = partitions
        self._ended = threading.Event()

    def done(self) -> bool:
        """Whether everything that can complete has been handed to the publisher. Any thread may ask."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait in a thread until done, at most so long; whether it is done."""
        return self._ended.wait(seconds)

    def end(self) -> None:
        """Let go of those who wait."""
        self._ended.set()


class Ownership:
    """The partitions that are ours, by the epoch of their assignment; the lanes are woken when one is not any more."""

    def __init__(self, lanes: Lanes, loop: AbstractEventLoop, *, drain: float) -> None:
        self._lanes = lanes
        self._loop = loop
        self._drain = drain
        self._epochs: dict[tuple[str, int], int] = {}
        self._finishing: dict[tuple[str, int], tuple[int, float]] = {}
        """The epoch of what was given up last, and when its drain is over."""
        self._drains: list[CallsUnderWay] = []

    def take(self, partitions: Mapping[Partition, int]) -> None:
        """These are ours from now on."""
        self._epochs.update({(each.topic, each.partition): epoch for each, epoch in partitions.items()})

    def lose(self, partitions: Sequence[Partition]) -> None:
        """These are another's already."""
        for each in partitions:
            self._epochs.pop((each.topic, each.partition), None)
            self._finishing.pop((each.topic, each.partition), None)
        self._lanes.interrupt()

    def give_up(self, partitions: Sequence[Partition]) -> CallsUnderWay:
        """These are ours no more; the drain ends with the last request for them."""
        until = self._loop.time() + self._drain
        gone = frozenset((each.topic, each.partition) for each in partitions)
        for each in gone & self._epochs.keys():
            self._finishing[each] = (self._epochs.pop(each), until)
        drain = CallsUnderWay(gone)
        self._drains.append(drain)
        self.look()
        self._lanes.interrupt()
        self._loop.call_later(ASKING * self._drain + LATER, self._lanes.interrupt)
        return drain

    def is_ours(self, record: Record) -> bool:
        """Whether the record came under an assignment that still stands."""
        source = record.source
        return self._epochs.get((source.topic, source.partition)) == record.epoch

    def may_ask_on(self, record: Record) -> bool:
        """Whether a request that has a part of its answers may ask for the rest for the record."""
        return self._has_left(record, (1 - ASKING) * self._drain)

    def may_finish(self, record: Record) -> bool:
        """Whether what is answered may still be the record's end."""
        return self._has_left(record, 0.0)

    def _has_left(self, record: Record, seconds: float) -> bool:
        """Whether the record's partition is ours, or its drain lasts for more than so long."""
        if self.is_ours(record):
            return True
        source = record.source
        epoch, until = self._finishing.get((source.topic, source.partition), (None, 0.0))
        return epoch == record.epoch and until - self._loop.time() > seconds

    def look(self) -> None:
        """End the drains that have nothing left to wait for."""
        if not self._drains:
            return
        ended = [drain for drain in self._drains if not self._lanes.is_inside(drain.partitions)]
        self._drains = [drain for drain in self._drains if drain not in ended]
        for drain in ended:
            drain.end()
