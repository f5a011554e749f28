"""The way in: records of a partition, in order, are read, written down and sent to their lanes."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

from consumer.core.model import Record
from consumer.flow.lanes import Spawn
from consumer.flow.ownership import CallsUnderWay, Ownership
from consumer.ports import Partition

LARGEST_BATCH = 500


class Take(Protocol):
    """What becomes of a batch of one partition's records."""

    async def __call__(self, records: Sequence[Record]) -> None:
        """Send the records on their way; returns when the next batch may follow."""
        ...


class Inflow:
    """What the Kafka thread tells the event loop: implements `ports.Intake`."""

    def __init__(self, takes: Mapping[str, Take], ownership: Ownership, spawn: Spawn) -> None:
        self._takes = takes
        self._ownership = ownership
        self._spawn = spawn
        self._queues: dict[tuple[str, int], deque[Record]] = {}

    def received(self, records: Sequence[Record]) -> None:
        """New records, in the order of each partition."""
        for record in records:
            source = record.source
            place = (source.topic, source.partition)
            queue = self._queues.get(place)
            if queue is None:
                queue = self._queues[place] = deque()
                self._spawn(self._work_off(place, queue))
            queue.append(record)

    def assigned(self, partitions: Mapping[Partition, int]) -> None:
        """Partitions are ours now, each with its epoch."""
        self._ownership.take(partitions)

    def revoked(self, partitions: Sequence[Partition]) -> CallsUnderWay:
        """Start no new attempt for these; the drain ends when none of their records is inside a call."""
        return self._ownership.give_up(partitions)

    def lost(self, partitions: Sequence[Partition]) -> None:
        """These are another's already: drop their records."""
        self._ownership.lose(partitions)

    async def _work_off(self, place: tuple[str, int], queue: deque[Record]) -> None:
        """Work the queue of a partition until it is empty."""
        take = self._takes[place[0]]
        while queue:
            batch = [queue.popleft() for _ in range(min(len(queue), LARGEST_BATCH))]
            ours = [record for record in batch if self._ownership.is_ours(record)]
            if ours:
                await take(ours)
        del self._queues[place]
