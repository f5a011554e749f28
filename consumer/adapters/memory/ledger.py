"""A ledger in memory, for tests of the flow: the same contract as the real ones, and no disk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from consumer.adapters.memory.earns import claim_all, note, settle_late, settle_state, unclaimed
from consumer.adapters.memory.namings import keep_namings, linked
from consumer.adapters.memory.shelf import EventKey, HeldEarn, HeldGoods, HeldReturn, Shelf
from consumer.core.model import Coordinates, EarnKey, Millis
from consumer.ports import (
    Arrival,
    Claim,
    Denied,
    Duplicate,
    Granted,
    LateEarn,
    Opened,
    Opening,
    Partition,
    ReturnState,
    Settled,
    SettledReturn,
    Settlement,
    TellResult,
    Told,
    ToldPurchase,
    WallClock,
)


def _epoch() -> Millis:
    return Millis(0)


class MemoryLedger:
    """The port `Ledger` on dictionaries. Each call is done before it first waits, so nothing comes between."""

    def __init__(self, now: WallClock = _epoch) -> None:
        self.shelf = Shelf()
        self.identity = "memory"
        self.created_now = True
        self._now = now
        self._followed: set[Partition] = set()

    async def start(self) -> None:
        """Nothing to wait for."""

    def close(self) -> None:
        """Nothing to let go."""

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        """Write the returns, then read what their plans need."""
        written = [self._write(opening) for opening in openings]
        return [
            self._opened(opening) if arrival is None else arrival
            for opening, arrival in zip(openings, written, strict=True)
        ]

    async def claim(self, claim: Claim) -> Granted | Denied:
        """Claim all the earns, or none."""
        return claim_all(self.shelf, claim)

    async def settle(self, settlement: Settlement) -> Mapping[Coordinates, bytes]:
        """Write what is settled; what was stored before wins."""
        stands = {each.source: self._settle_return(each) for each in settlement.returns}
        stands |= {each.source: settle_late(self.shelf, each) for each in settlement.late}
        for key, state, by in settlement.states:
            settle_state(self.shelf, key, state, by)
        for key, claimed_at in settlement.release:
            held = self.shelf.earns.get(key)
            if held is not None and held.claimed_at == claimed_at:
                self.shelf.earns[key] = unclaimed(held)
        return stands

    async def tell(self, told: Sequence[Told]) -> Sequence[TellResult]:
        """Write the events of the earn feed, link what waits, then look for returns of their purchases."""
        told_now = [note(self.shelf, each, self._now()) for each in told]
        for each in told:
            if (asker := each.asker) is not None:
                linked(self.shelf, asker)
        return [
            TellResult.LATE if held is not None and self._is_late(held.earn.key) else TellResult.NOTED
            for held in told_now
        ]

    async def name(self, told: Sequence[ToldPurchase]) -> Sequence[tuple[EarnKey, ...]]:
        """Write what purchases name, link the earns that wait for them, then look for returns."""
        for each in told:
            keep_namings(self.shelf, each, self._now())
        to_tell = [linked(self.shelf, each.asker) for each in told]
        return [tuple(key for key in keys if self._is_late(key)) for keys in to_tell]

    async def late_earns(self, asked: Sequence[tuple[Coordinates, Sequence[EarnKey]]]) -> Sequence[LateEarn]:
        """What the turn of these records needs."""
        return [self._late_earn(source, [self.shelf.earns[key] for key in keys]) for source, keys in asked]

    def _late_earn(self, source: Coordinates, held: Sequence[HeldEarn]) -> LateEarn:
        purchase = next((each.earn.purchase for each in held if each.earn.purchase is not None), None)
        return LateEarn(
            earns=tuple(each.earn for each in held),
            settled=next((each.late for each in held if each.source == source and each.late is not None), None),
            returns=tuple(self.shelf.eligible_returns(purchase)),
        )

    async def forget(self, before: Millis, limit: int) -> int:
        """Delete what is older; how many returns and earns that were."""
        old = [
            event
            for event, versions in self.shelf.returns.items()
            if all(each.state is ReturnState.SETTLED and each.opened_at < before for each in versions)
        ][:limit]
        gone = sum(len(self.shelf.returns.pop(event)) for event in old)
        for purchase, rows in self.shelf.goods.items():
            self.shelf.goods[purchase] = [row for row in rows if row.event not in old]
        earns = [key for key, held in self.shelf.earns.items() if held.recorded_at < before][:limit]
        for key in earns:
            del self.shelf.earns[key]
        namings = [each for each in self.shelf.namings if each.recorded_at < before][:limit]
        self.shelf.namings = [each for each in self.shelf.namings if each not in namings]
        return gone + len(earns) + len(namings)

    def is_followed(self, topic: str, partition: int, *, seconds: float) -> bool:
        """Whether this partition of the earn feed was followed from its beginning; it answers at once."""
        del seconds
        return Partition(topic, partition) in self._followed

    def follow(self, partitions: Iterable[Partition], *, seconds: float) -> None:
        """Remember that these are followed from their beginning."""
        del seconds
        self._followed.update(partitions)

    def _write(self, opening: Opening) -> Settled | Duplicate | None:
        event = _event(opening)
        versions = self.shelf.returns.setdefault(event, [])
        for version in versions:
            if version.opening.source == opening.source:
                return None if version.outcome is None else Settled(outcome=version.outcome)
        if versions and opening.redrive <= max(version.opening.redrive for version in versions):
            return Duplicate(first=versions[0].opening.source)
        if not versions:
            for goods in opening.goods:
                row = HeldGoods(event=event, source=opening.source, eligible=opening.eligible, goods=goods)
                self.shelf.goods.setdefault(goods.purchase, []).append(row)
        versions.append(
            HeldReturn(opening=opening, state=ReturnState.OPEN, outcome=None, calls=(), opened_at=self._now())
        )
        return None

    def _opened(self, opening: Opening) -> Opened:
        purchases = [goods.purchase for goods in opening.goods]
        return Opened(
            returned=tuple(self.shelf.returned(each, _event(opening), opening.source) for each in purchases),
            earns=self.shelf.earns_of(purchases),
        )

    def _settle_return(self, settled: SettledReturn) -> bytes:
        versions = self.shelf.returns.get((settled.org_id, settled.event_id), [])
        for index, version in enumerate(versions):
            if version.opening.source == settled.source:
                if version.outcome is not None:
                    return version.outcome
                versions[index] = replace(
                    version, state=ReturnState.SETTLED, outcome=settled.outcome, calls=settled.calls
                )
        return settled.outcome

    def _is_late(self, key: EarnKey) -> bool:
        held = self.shelf.earns[key]
        return held.late is not None or self.shelf.has_eligible_return(held.earn.purchase)


def _event(opening: Opening) -> EventKey:
    return (opening.org_id, opening.event_id)
