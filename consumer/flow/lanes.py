"""All lanes: each customer's made when its first record comes, gone when its last is answered."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from heapq import nsmallest

from consumer.core.model import CustomerId, Millis, OrgId, Record
from consumer.flow.item import Item
from consumer.flow.lane import Lane, LaneKey
from consumer.flow.world import World

Spawn = Callable[[Coroutine[None, None, None]], object]
"""Runs a coroutine beside the others; if it fails, the process fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneCounts:
    """The lanes at one moment."""

    working: int
    waiting: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStatus:
    """One lane at one moment, without its customer: its oldest record's timestamp, and how many records are in it."""

    oldest: Millis
    records: int
    working: bool


class Lanes:
    """Sends each item to its customer's lane and keeps the lanes going."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._lanes: dict[LaneKey, Lane] = {}

    def push(self, key: LaneKey, item: Item, world: World) -> None:
        """Put an item at the end of its lane."""
        lane = self._lanes.get(key)
        if lane is not None:
            lane.waiting.append(item)
            return
        lane = Lane(key, world)
        lane.waiting.append(item)
        self._lanes[key] = lane
        self._spawn(self._keep(lane))

    def interrupt(self) -> None:
        """Wake the lanes that wait with what is not ours any more, so that they let go of it."""
        for lane in self._lanes.values():
            lane.interrupt()

    def is_inside(self, partitions: frozenset[tuple[str, int]]) -> bool:
        """Whether a record of these partitions is inside a call or a settlement."""
        return any(
            (item.record.source.topic, item.record.source.partition) in partitions
            for lane in self._lanes.values()
            for item in lane.inside
        )

    def counts(self) -> LaneCounts:
        """How many lanes work and wait, and the length of the longest."""
        working = sum(1 for lane in self._lanes.values() if lane.inside)
        largest = max((len(lane.waiting) for lane in self._lanes.values()), default=0)
        return LaneCounts(working=working, waiting=len(self._lanes) - working, largest=largest)

    def oldest(self) -> Millis | None:
        """The timestamp of the oldest record in a lane."""
        return min((_oldest(lane) for lane in self._lanes.values() if lane.waiting), default=None)

    def oldest_first(self, most: int) -> tuple[LaneStatus, ...]:
        """The lanes whose oldest records are the oldest of all, at most so many."""
        found = nsmallest(most, (lane for lane in self._lanes.values() if lane.waiting), key=_oldest)
        return tuple(
            LaneStatus(oldest=_oldest(lane), records=len(lane.waiting), working=bool(lane.inside)) for lane in found
        )

    async def _keep(self, lane: Lane) -> None:
        await lane.work()
        del self._lanes[lane.key]


def _oldest(lane: Lane) -> Millis:
    return lane.waiting[0].record.timestamp


def lane_key(record: Record, org_id: OrgId, customer_id: CustomerId | None) -> LaneKey:
    """The customer's lane, or one of the record's own where it names no customer."""
    return record.source if customer_id is None else (org_id, customer_id)
