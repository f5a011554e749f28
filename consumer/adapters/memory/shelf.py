"""What a ledger in memory holds, and how it is looked up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from consumer.core.linking import Naming
from consumer.core.model import (
    Coordinates,
    Earn,
    EarnKey,
    EventId,
    Millis,
    OrgId,
    PurchaseKey,
    RequestId,
    ReturnedGoods,
)
from consumer.core.vendor_call import VendorCall
from consumer.ports import EarlierReturn, Opening, ReturnState

EventKey = tuple[OrgId, EventId]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEarn:
    """An earn with what the ledger keeps beside it; `filled` is False until the earn itself was told.

    `request_id` is that of an earn whose purchase had to be named, or still has to be.
    """

    earn: Earn
    filled: bool
    request_id: RequestId | None
    claimed_at: Millis | None
    source: Coordinates | None
    redrive: int
    late: bytes | None
    late_calls: tuple[VendorCall, ...]
    recorded_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReturn:
    """A return, or a redrive of it."""

    opening: Opening
    state: ReturnState
    outcome: bytes | None
    calls: tuple[VendorCall, ...]
    opened_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGoods:
    """What the first record of an event brought back of one purchase."""

    event: EventKey
    source: Coordinates
    eligible: bool
    goods: ReturnedGoods


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNaming:
    """What a purchase names, in an organisation."""

    org_id: OrgId
    naming: Naming
    recorded_at: Millis


@dataclass(slots=True)
class Shelf:
    """Everything a ledger holds. The returns of an event, and the goods of a purchase, stand oldest first."""

    earns: dict[EarnKey, HeldEarn] = field(default_factory=dict)
    returns: dict[EventKey, list[HeldReturn]] = field(default_factory=dict)
    goods: dict[PurchaseKey, list[HeldGoods]] = field(default_factory=dict)
    namings: list[HeldNaming] = field(default_factory=list)

    def earns_of(self, purchases: Iterable[PurchaseKey]) -> tuple[Earn, ...]:
        """The earns of these purchases, each once, by earned_at and earn id."""
        asked = set(purchases)
        found = [held.earn for held in self.earns.values() if held.filled and held.earn.purchase in asked]
        return tuple(sorted(found, key=lambda earn: (earn.earned_at, earn.key.earn_id)))

    def returned(self, purchase: PurchaseKey, event: EventKey, seen_from: Coordinates) -> tuple[ReturnedGoods, ...]:
        """What came back of a purchase up to the event's return at these coordinates, its own goods last."""
        rows = self.goods.get(purchase, ())
        own = tuple(row.goods for row in rows if row.event == event)
        before = (row.goods for row in rows if row.event != event and not is_later(row.source, seen_from))
        return (*before, *own)

    def has_eligible_return(self, purchase: PurchaseKey | None) -> bool:
        """Whether a return that may take late earns is known of this purchase."""
        return purchase is not None and any(row.eligible for row in self.goods.get(purchase, ()))

    def eligible_returns(self, purchase: PurchaseKey | None) -> Iterator[EarlierReturn]:
        """The returns of this purchase that may take late earns, oldest first."""
        if purchase is None:
            return
        for row in self.goods.get(purchase, ()):
            versions = self.returns.get(row.event, ())
            if not row.eligible or not versions:
                continue
            opening = versions[0].opening
            if opening.customer_id is None:
                continue
            outcomes = [version.outcome for version in versions if version.outcome is not None]
            yield EarlierReturn(
                source=opening.source,
                org_id=opening.org_id,
                event_id=opening.event_id,
                customer_id=opening.customer_id,
                purchased_at=opening.purchased_at,
                returned_at=opening.returned_at,
                bill_numbers=opening.bill_numbers,
                returned=self.returned(purchase, row.event, opening.source),
                state=versions[-1].state,
                outcome=outcomes[-1] if outcomes else None,
            )


def is_later(one: Coordinates, other: Coordinates) -> bool:
    """Whether one record stands behind another in the same partition."""
    return (one.topic, one.partition) == (other.topic, other.partition) and one.offset > other.offset
