"""The memory of earns and returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from consumer.core.model import (
    BillNumber,
    Coordinates,
    CustomerId,
    Earn,
    EarnKey,
    EarnState,
    EventId,
    Millis,
    OrgId,
    ReturnedGoods,
)
from consumer.core.vendor_call import VendorCall
from consumer.ports.feed import TellResult, Told, ToldPurchase


class ReturnState(StrEnum):
    """How far a return is in the ledger."""

    OPEN = "open"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A return to be written down before anything is asked for it. `redrive` is its `redrive-count`, 0 at first."""

    source: Coordinates
    org_id: OrgId
    event_id: EventId
    redrive: int
    customer_id: CustomerId | None
    eligible: bool
    """Whether late earns may ever be taken for it: False without a customer and for NOT_INTERESTED_RETURN."""
    purchased_at: Millis | None
    returned_at: Millis
    bill_numbers: tuple[BillNumber, ...]
    goods: tuple[ReturnedGoods, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The same event stands at other coordinates."""

    first: Coordinates


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """These very coordinates were settled before: publish `outcome` (as stored) again, call nobody."""

    outcome: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The return stands open.

    `returned` has, for each purchase of the opening and in its order, the goods that all returns of the purchase up to
    this one brought back, oldest first, this one last: what `core.plan.whole_bill_is_back` takes.
    `earns` are the earns of those purchases, by earned_at and earn id.
    """

    returned: tuple[tuple[ReturnedGoods, ...], ...]
    earns: tuple[Earn, ...]


Arrival = Opened | Settled | Duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The wish to call for these earns, each in the name of the record that takes it; all are granted or none.

    `again` are the same request's claims before this one, by their time, of earns that it surely did not revoke.
    """

    owners: Mapping[EarnKey, Coordinates]
    now: Millis
    lease: int
    """Milliseconds after which another's claim counts as abandoned."""
    instead_of: frozenset[str] = frozenset()
    """Records whose claims, made in an earlier run, give way: they are in the same lane, and of the same partition."""
    again: Mapping[EarnKey, Millis] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """The claim stands. `earns` are the asked earns as they are now; those no longer held carry no claim.

    `uncertain` are those that an earlier claim of the same record, or an abandoned one of another, may have reached;
    not those of `again`.
    """

    earns: tuple[Earn, ...]
    uncertain: frozenset[EarnKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Another record's call for one of the earns is under way; nothing was claimed. `earns` as they are now."""

    earns: tuple[Earn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledReturn:
    """A return's end: the bytes of its outcome, and the calls that led to it."""

    source: Coordinates
    org_id: OrgId
    event_id: EventId
    redrive: int
    outcome: bytes
    calls: tuple[VendorCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledEarn:
    """The end of a record of the earn feed that led to a late outcome; once for each earn it is about."""

    source: Coordinates
    earn: EarnKey
    outcome: bytes
    calls: tuple[VendorCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one answer settles, written in one commit.

    `states` are earns that changed, with the record that revoked them or None. `release` are claims to take back, each
    with the time it was made: one that was made anew since, by whomever, stands.
    """

    returns: tuple[SettledReturn, ...] = ()
    late: tuple[SettledEarn, ...] = ()
    states: tuple[tuple[EarnKey, EarnState, Coordinates | None], ...] = ()
    release: tuple[tuple[EarnKey, Millis], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReturn:
    """A return that came before an earn of its purchase, as a late earn's plan needs it."""

    source: Coordinates
    org_id: OrgId
    event_id: EventId
    customer_id: CustomerId
    purchased_at: Millis | None
    returned_at: Millis
    bill_numbers: tuple[BillNumber, ...]
    returned: tuple[ReturnedGoods, ...]
    """As in Opened, for the earn's purchase: the goods of all returns up to this one, this one last."""
    state: ReturnState
    outcome: bytes | None
    """The newest outcome stored for this event, that of a redrive included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEarn:
    """What the turn of a record with late earns needs to know, read afresh; the earns are those of one purchase.

    `settled` is the outcome that these coordinates settled before; `returns` are eligible ones only, oldest first.
    """

    earns: tuple[Earn, ...]
    settled: bytes | None
    returns: tuple[EarlierReturn, ...]


class Ledger(Protocol):
    """The memory of earns and returns.

    Calls of many lanes are committed in groups. While the store is away a call waits; it raises nothing. Every method
    may be repeated with the same argument after a crash at any point.
    """

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        """Write the returns, commit, then read what their plans need."""
        ...

    async def claim(self, claim: Claim) -> Granted | Denied:
        """Claim the earns and commit, just before they are asked for."""
        ...

    async def settle(self, settlement: Settlement) -> Mapping[Coordinates, bytes]:
        """Write what is settled; where coordinates were settled before, the stored outcome wins and is returned.

        The mapping has the outcome that stands for every return and late earn of the settlement.
        """
        ...

    async def tell(self, told: Sequence[Told]) -> Sequence[TellResult]:
        """Write the events of the earn feed, commit, then look for returns of their purchases.

        An earn that waits for the purchase that names it is linked, if that one is known.
        """
        ...

    async def name(self, told: Sequence[ToldPurchase]) -> Sequence[tuple[EarnKey, ...]]:
        """Write what purchases name, commit, link the earns that wait for them, commit, then look for returns.

        For each purchase the earns that its record must take through their customer's lane, as a return came before.
        An earn that two purchases name is linked to neither.
        """
        ...

    async def late_earns(self, asked: Sequence[tuple[Coordinates, Sequence[EarnKey]]]) -> Sequence[LateEarn]:
        """Read afresh what the turn of these records, each with its late earns, needs."""
        ...
