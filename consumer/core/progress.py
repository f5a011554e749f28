"""How far one partition is: what is open, what is published, and what a commit must say of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from consumer.core.offset_map import LIMIT, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a commit says: everything below `offset` is published, and of the rest what the map names."""

    offset: int
    metadata: str

    @property
    def used_ratio(self) -> float:
        """How much of the map's room is taken; above 1 the snapshot cannot be committed."""
        return len(self.metadata) / LIMIT


class Progress:
    """The open records of one partition during one assignment; all else below the last delivered one is published.

    Offsets are delivered ascending. One that is passed over does not exist (a transaction's marker, a compacted
    record), so it counts as published and runs stay long.
    """

    __slots__ = ("_edges", "_next", "_open")

    def __init__(self, committed: int, restored: tuple[int, ...] = ()) -> None:
        """Start at a commit; `restored` are the edges of its map (see offset_map)."""
        self._next = committed
        self._open: dict[int, None] = {}
        # What is published above the watermark. It follows from the rest, but deriving it for every commit costs more
        # than all else here: a thousand open records hardly change from one commit to the next.
        self._edges = list(restored)

    def admit(self, offset: int) -> bool:
        """Take note of a delivered record; False when it is published, or was delivered before: skip it."""
        if offset < self._next:
            return False
        if offset > self._next:
            _unite(self._edges, self._next, offset)
        self._next = offset + 1
        if self._edges and bisect_right(self._edges, offset) % 2:
            return False
        self._open[offset] = None
        return True

    def without(self, published: Iterable[int]) -> "Progress":
        """The progress once these are published; this one stays as it is, for the case that they are not."""
        after = Progress(self._next)
        after._open = self._open.copy()
        after._edges = self._edges.copy()
        for offset in published:
            del after._open[offset]
            _unite(after._edges, offset, offset + 1)
        after._next = max(after._next, after.watermark)
        del after._edges[: bisect_right(after._edges, after.watermark)]
        return after

    def __contains__(self, offset: int) -> bool:
        return offset in self._open

    @property
    def open(self) -> int:
        """How many records are delivered and not published."""
        return len(self._open)

    @property
    def watermark(self) -> int:
        """The next offset to commit: every record below it is published."""
        for first in self._open:
            return first
        after = bisect_right(self._edges, self._next)
        return self._edges[after] if after % 2 else self._next

    def step(self, published: Iterable[int]) -> "Step":
        """The largest step found whose map has room, the earliest offsets first.

        Taking a lowest open record never lengthens the map, so what has to wait never waits for itself.
        """
        offsets = sorted(published)
        while True:
            after = self.without(offsets)
            snapshot = after.snapshot()
            if snapshot.used_ratio <= 1 or not offsets:
                return Step(progress=after, snapshot=snapshot, published=frozenset(offsets))
            del offsets[len(offsets) // 2 :]

    def snapshot(self) -> Snapshot:
        """What to commit for this partition."""
        base = self.watermark
        above = self._edges[bisect_right(self._edges, base) :]
        return Snapshot(offset=base, metadata=encode(base, above))


def _unite(edges: list[int], start: int, stop: int) -> None:
    """Add the range to the set, in place; ranges it meets become one with it."""
    first, last = bisect_left(edges, start), bisect_right(edges, stop)
    edges[first:last] = [edge for edge, at in ((start, first), (stop, last)) if at % 2 == 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The state after a transaction that publishes these offsets, and what it has to commit."""

    progress: Progress
    snapshot: Snapshot
    published: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How many records of a partition may be open, and when it must be paused for that. `size` is at least 1."""

    size: int

    @property
    def batch(self) -> int:
        """The most records to ask for at once, of all partitions together."""
        return max(1, self.size // 4)

    def must_pause(self, opened: int, used_ratio: float) -> bool:
        """Whether one more batch could break the window, or the map is nearly full."""
        return opened + self.batch > self.size or used_ratio >= MAP_ALERT

    def may_resume(self, opened: int, used_ratio: float) -> bool:
        """Whether a paused partition has room enough to be worth fetching again."""
        return opened <= self.size // 2 and used_ratio < MAP_ALERT


MAP_ALERT = 0.75
"""The share of the map's room from which on a partition waits for its watermark."""
