"""Between two mishaps: the evidence of all that is settled and was not judged for good before."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.chaos.load import Counts, Where
from tests.end_to_end.case import Coordinates, source_of
from tests.end_to_end.letters import place
from tests.end_to_end.truth import Evidence, Letter, Produced, Seen, VendorCall
from tests.end_to_end.world import World

NOBODYS = -1
"""The world of what no record asks for."""


class Witness(Protocol):
    """Who knows what was written, and what was done to whom."""

    def written_since(self, counts: Counts) -> Iterator[Produced]:
        """The records that were written since each partition had so many."""
        ...

    def evidence_of(
        self, produced: Sequence[Produced], outcomes: Sequence[Seen], letters: Sequence[Letter]
    ) -> Evidence:
        """These records, with all that is known beside them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What readers of what is committed have not been given before."""

    outcomes: Callable[[], Iterable[Seen]]
    letters: Callable[[], Iterable[Letter]]


@dataclass(slots=True)
class _File:
    """All that is known of one world. `left`: how many of its records are to be written, `ends`: where the rest is."""

    left: int
    produced: list[Produced] = field(default_factory=list)
    outcomes: list[Seen] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    ends: dict[Where, int] = field(default_factory=dict)

    def is_settled(self, settled: Counts) -> bool:
        return all(settled.get(where, 0) >= end for where, end in self.ends.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What can be judged as it was `at` a moment, of the monotonic clock.

    `ended`: the worlds that need not be judged again; `open`: the returns that must wait.
    """

    evidence: Evidence
    at: float
    ended: frozenset[int]
    open: int


class Court:
    """Worlds know nothing of each other, so that one that is told to its end need be judged but once."""

    def __init__(self, witness: Witness, news: News, worlds: Sequence[World]) -> None:
        self._witness = witness
        self._news = news
        self._world_of = {id(given): at for at, world in enumerate(worlds) for given in world.given}
        self._world_of_earn = {earn_id: at for at, world in enumerate(worlds) for earn_id in world.vendor}
        self._files = {at: _File(len(world.given)) for at, world in enumerate(worlds)} | {NOBODYS: _File(0)}
        self._places: dict[Where, list[int]] = defaultdict(list)
        """Of each partition, whose each record is."""

    def hearing(self, settled: Counts) -> Hearing:
        """Every world of which all that was written is among what is settled; nothing is written meanwhile."""
        self._read_on()
        judged = {at: file for at, file in self._files.items() if file.is_settled(settled)}
        others = [file for at, file in self._files.items() if at not in judged]
        return Hearing(
            evidence=self._evidence(judged),
            at=time.monotonic(),
            ended=frozenset(at for at, file in judged.items() if not file.left and at != NOBODYS),
            open=sum(record.given.topic == "returns" for file in others for record in file.produced),
        )

    def dismiss(self, hearing: Hearing) -> None:
        """Forget what was judged for good."""
        for at in hearing.ended:
            del self._files[at]

    def _evidence(self, judged: Mapping[int, _File]) -> Evidence:
        whole = self._witness.evidence_of(
            produced=[record for file in judged.values() for record in file.produced],
            outcomes=[seen for file in judged.values() for seen in file.outcomes],
            letters=[letter for file in judged.values() for letter in file.letters],
        )
        vendor = whole.vendor
        mine = [self._is_of(call, judged) for call in vendor.calls]
        calls = tuple(call for call, is_mine in zip(vendor.calls, mine, strict=True) if is_mine)
        others = tuple(call for call, is_mine in zip(vendor.calls, mine, strict=True) if not is_mine)
        revoked = frozenset(earn for earn in vendor.revoked_by_us if self._world_of_earn.get(earn, NOBODYS) in judged)
        return replace(whole, vendor=replace(vendor, calls=calls, revoked_by_us=revoked), elsewhere=others)

    def _is_of(self, call: VendorCall, judged: Mapping[int, _File]) -> bool:
        return any(self._world_of_earn.get(earn_id, NOBODYS) in judged for earn_id in call.earn_ids)

    def _read_on(self) -> None:
        counts = {where: len(places) for where, places in self._places.items()}
        for record in self._witness.written_since(counts):
            at = self._world_of[id(record.given)]
            where = record.topic, record.given.partition
            self._places[where].append(at)
            file = self._files[at]
            file.produced.append(record)
            file.ends[where] = record.offset + 1
            file.left -= 1
        for seen in self._news.outcomes():
            self._file_of(source_of(seen)).outcomes.append(seen)
        for letter in self._news.letters():
            self._file_of(place(letter)).letters.append(letter)

    def _file_of(self, source: Coordinates) -> _File:
        """Nobody's too where its world was judged for good before."""
        topic, partition, offset = source
        places = self._places.get((topic, partition), [])
        at = places[offset] if 0 <= offset < len(places) else NOBODYS
        return self._files.get(at, self._files[NOBODYS])
