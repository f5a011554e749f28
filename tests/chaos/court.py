"""Between two mishaps: the evidence of all that is settled and was not judged for good before."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.chaos.load import Counts, Log, Where
from tests.end_to_end.case import Coordinates, source_of
from tests.end_to_end.letters import place
from tests.end_to_end.truth import Evidence, Letter, Produced, Seen, VendorCall
from tests.end_to_end.world import World

NOBODYS = -1
"""The world of what no record asks for."""
MILLISECONDS = 1000.0


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

    def waiting(self, settled: Counts) -> Iterator[Produced]:
        """The returns without an outcome, and of each partition of the earn feed the record that is next."""
        told = {source_of(seen) for seen in self.outcomes}
        for record in self.produced:
            is_next = record.offset == settled.get((record.topic, record.given.partition), 0)
            waits = record.coordinates not in told if record.given.topic == "returns" else is_next
            if waits:
                yield record


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How much of what the vendor tells was heard."""

    calls: int
    complaints: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What can be judged as it was `at` a moment, of the monotonic clock.

    `ended`: the worlds that need not be judged again; `open`: the returns that must wait; `heard`: of the vendor.
    `waiting` are the records, of the worlds that cannot be judged yet, for which they must.
    """

    evidence: Evidence
    at: float
    ended: frozenset[int]
    open: int
    heard: Mark
    waiting: tuple[Produced, ...]


def overdue(waiting: Iterable[Produced], *, now: float, within: float) -> Iterator[str]:
    """A breach for each that was written more than `within` seconds ago; `now` is by the wall clock."""
    for record in waiting:
        if now - record.timestamp / MILLISECONDS > within:
            yield _too_long(record, within)


def is_settled(log: Log, witness: Witness, *, now: float, within: float) -> bool:
    """Whether all that was written is settled; TimeoutError once any of it waits for too long."""
    settled = log.settled()
    for breach in overdue(witness.written_since(settled), now=now, within=within):
        raise TimeoutError(breach)
    return all(settled.get(where, 0) >= count for where, count in log.written().items())


def settled_late(evidence: Evidence, *, within: float) -> Iterator[str]:
    """The same breach for each whose outcome came, but came too late."""
    written = {record.coordinates: record for record in evidence.produced}
    for seen in evidence.outcomes:
        record = written.get(source_of(seen))
        if record is not None and (seen.timestamp - record.timestamp) / MILLISECONDS > within:
            yield _too_long(record, within)


def _too_long(record: Produced, within: float) -> str:
    return f"{record.coordinates}: not settled {within:.0f} s after it was written"


class Court:
    """Worlds know nothing of each other: one that is told to its end is judged again only if more is heard of it."""

    def __init__(self, witness: Witness, news: News, worlds: Sequence[World]) -> None:
        self._witness = witness
        self._news = news
        self._world_of = {id(given): at for at, world in enumerate(worlds) for given in world.given}
        self._world_of_earn = {earn_id: at for at, world in enumerate(worlds) for earn_id in world.vendor}
        self._files = {at: _File(len(world.given)) for at, world in enumerate(worlds)} | {NOBODYS: _File(0)}
        self._places: dict[Where, list[int]] = defaultdict(list)
        """Of each partition, whose each record is."""
        self._closed: set[int] = set()
        """The worlds that were judged for good, nothing being heard of them since."""
        self._judged = Mark(calls=0, complaints=0)

    def hearing(self, settled: Counts) -> Hearing:
        """Every world of which all that was written is among what is settled; nothing is written meanwhile."""
        self._read_on()
        beside = self._witness.evidence_of((), (), ())
        for call in beside.vendor.calls[self._judged.calls :]:
            self._closed -= self._worlds_of(call)
        files = {at: file for at, file in self._files.items() if at not in self._closed}
        judged = {at: file for at, file in files.items() if file.is_settled(settled)}
        others = [file for at, file in files.items() if at not in judged]
        return Hearing(
            evidence=self._evidence(judged, beside),
            at=time.monotonic(),
            ended=frozenset(at for at, file in judged.items() if not file.left and at != NOBODYS),
            open=sum(record.given.topic == "returns" for file in others for record in file.produced),
            heard=Mark(calls=len(beside.vendor.calls), complaints=len(beside.vendor.complaints)),
            waiting=tuple(record for file in others for record in file.waiting(settled)),
        )

    def recall(self) -> None:
        """Judge every world once more."""
        self._closed.clear()

    def dismiss(self, hearing: Hearing) -> None:
        """Judge no more what was judged for good, unless more is heard of it, nor what is nobody's."""
        self._closed |= hearing.ended
        self._files[NOBODYS] = _File(0)
        self._judged = hearing.heard

    def _evidence(self, judged: Mapping[int, _File], beside: Evidence) -> Evidence:
        """Of these worlds, and of what the vendor tells the news."""
        vendor = beside.vendor
        before = judged.keys() - {NOBODYS}
        mine = [
            not self._worlds_of(call).isdisjoint(judged if at >= self._judged.calls else before)
            for at, call in enumerate(vendor.calls)
        ]
        own = replace(
            vendor,
            calls=tuple(call for call, is_mine in zip(vendor.calls, mine, strict=True) if is_mine),
            revoked_by_us=frozenset(earn for earn in vendor.revoked_by_us if self._world_with(earn) in judged),
            complaints=vendor.complaints[self._judged.complaints :],
        )
        return replace(
            beside,
            produced=tuple(record for file in judged.values() for record in file.produced),
            outcomes=tuple(seen for file in judged.values() for seen in file.outcomes),
            letters=tuple(letter for file in judged.values() for letter in file.letters),
            vendor=own,
            elsewhere=tuple(call for call, is_mine in zip(vendor.calls, mine, strict=True) if not is_mine),
        )

    def _worlds_of(self, call: VendorCall) -> set[int]:
        return set(map(self._world_with, call.earn_ids))

    def _world_with(self, earn_id: str) -> int:
        return self._world_of_earn.get(earn_id, NOBODYS)

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
        """Where what is heard of this record belongs; its world is to be judged again."""
        topic, partition, offset = source
        places = self._places.get((topic, partition), [])
        at = places[offset] if 0 <= offset < len(places) else NOBODYS
        self._closed.discard(at)
        return self._files[at]
