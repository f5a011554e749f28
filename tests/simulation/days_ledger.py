"""A ledger for a day of a million returns: it knows an earn of each bill, and forgets both when they are settled."""

from collections.abc import Iterable, Mapping, Sequence

from consumer.adapters.memory import MemoryLedger
from consumer.adapters.memory.shelf import HeldEarn, Shelf
from consumer.core.model import Coordinates, Earn, EarnId, EarnKey, Millis, PurchaseKey
from consumer.ports import Arrival, Opening, Settlement
from tests.builders import an_earn


class _Bills(Shelf):
    """Each bill has one earn, of its name: it is found without looking at all the others."""

    def earns_of(self, purchases: Iterable[PurchaseKey]) -> tuple[Earn, ...]:
        return tuple(self.earns[_earn_of(each)].earn for each in purchases)


class DaysLedger(MemoryLedger):
    """Each bill earned something, whatever the bill."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = _Bills()

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        for opening in openings:
            for goods in opening.goods:
                held = _held(opening, goods.purchase)
                self.shelf.earns[held.earn.key] = held
        return await super().open(openings)

    async def settle(self, settlement: Settlement) -> Mapping[Coordinates, bytes]:
        stands = await super().settle(settlement)
        for each in settlement.returns:
            (version,) = self.shelf.returns.pop((each.org_id, each.event_id))
            for goods in version.opening.goods:
                del self.shelf.goods[goods.purchase], self.shelf.earns[_earn_of(goods.purchase)]
        return stands


def _earn_of(purchase: PurchaseKey) -> EarnKey:
    return EarnKey(org_id=purchase.org_id, earn_id=EarnId(purchase.bill_number))


def _held(opening: Opening, purchase: PurchaseKey) -> HeldEarn:
    return HeldEarn(
        earn=an_earn(key=_earn_of(purchase), customer_id=opening.customer_id, purchase=purchase),
        filled=True,
        request_id=None,
        claimed_at=None,
        source=None,
        redrive=0,
        late=None,
        late_calls=(),
        recorded_at=Millis(0),
    )
