"""Which dead letters of one partition were sent again, so that none is sent twice and none left out is forgotten."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from consumer.core.offset_map import encode
from consumer.core.progress import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """What is known before `position`, and what earlier redrives sent from there on.

    `turns` are the letters below `position` at which the answer changes: the first one not sent, the next one sent,
    and so on. What lies between two letters (a transaction's marker) goes with the letter before it, so that markers
    cost no room in the map. `later` are the edges of what is sent from `position` on (see offset_map).
    """

    position: int
    turns: tuple[int, ...] = ()
    later: tuple[int, ...] = ()

    def is_sent(self, offset: int) -> bool:
        """Whether an earlier redrive sent the letter at this offset, not below `position`."""
        return bisect_right(self.later, offset) % 2 == 1

    def after(self, letters: Iterable[tuple[int, bool]], position: int) -> "Redriven":
        """The progress once these letters, in their order, are sent or left, and all below `position` is looked at."""
        turns = list(self.turns)
        for offset, sent in letters:
            if sent != (len(turns) % 2 == 0):
                turns.append(offset)
        return Redriven(position=position, turns=tuple(turns), later=_from(position, self.later))

    def snapshot(self) -> Snapshot:
        """What to commit: all letters below the offset are sent, and of the rest those that the map names."""
        edges = [*self.turns, *self.later]
        if len(self.turns) % 2 == 0:
            # What was looked at last is sent: up to here, or on into what was sent before.
            joined = bool(self.later) and self.later[0] == self.position
            edges = [*self.turns, *(self.later[1:] if joined else (self.position, *self.later))]
        return Snapshot(offset=edges[0], metadata=encode(edges[0], edges[1:]))


def _from(position: int, edges: tuple[int, ...]) -> tuple[int, ...]:
    """The part of the set from a position on."""
    rest = edges[bisect_right(edges, position) :]
    return (position, *rest) if len(rest) % 2 else rest


def started(committed: int, edges: tuple[int, ...], first: int) -> Redriven:
    """The progress that a commit and its map tell. `first` is where the log begins by now."""
    position = max(committed, first)
    return Redriven(position=position, later=_from(position, edges))
