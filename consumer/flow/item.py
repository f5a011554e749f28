"""What waits in a lane: one source record each, with what is known of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from consumer.core.dead_letter import DeadLetter, redrive_count
from consumer.core.model import Coordinates, Earn, EarnId, EarnKey, Record, RequestId, ReturnedPurchase
from consumer.core.outcome import RevokeOutcome, Verdict
from consumer.core.plan import Plan, Policy, plan
from consumer.core.vendor_call import LOST, CallKind, VendorCall
from consumer.ports import EarlierReturn, LateEarn, Opening

FIRST_CALLS, LAST_CALLS = 10, 40
"""The calls about one record that are kept, where there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A record whose outcome stands: unreadable, a duplicate, a replay. Nothing is asked or written for it."""

    record: Record
    started: float
    outcome: RevokeOutcome
    stored: bytes
    letter: DeadLetter | None


@dataclass(slots=True, kw_only=True)
class Calls:
    """The calls about an earn of one record, in their order; `claimed` are the earns that were claimed for them.

    Of very many, as of a day's outage, those in the middle are left out of `made`; `attempts` counts all that asked to
    revoke.
    """

    made: list[VendorCall] = field(default_factory=list)
    claimed: set[EarnId] = field(default_factory=set)
    attempts: int = 0

    def note(self, call: VendorCall) -> None:
        """One more."""
        self.attempts += _asked_to_revoke(call)
        if len(self.made) == FIRST_CALLS + LAST_CALLS:
            del self.made[FIRST_CALLS]
        self.made.append(call)

    @property
    def request_ids(self) -> list[RequestId]:
        """What the vendor calls them."""
        return [call.request_id for call in self.made if _asked_to_revoke(call) and call.request_id is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReturn:
    """A return that stands open in the ledger. `purchases` is empty where it may take nothing."""

    record: Record
    started: float
    opening: Opening
    purchases: tuple[ReturnedPurchase, ...]
    earns: tuple[Earn, ...]
    calls: Calls = field(default_factory=Calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The first return whose plan takes any of a record's late earns, and the plan of it and of those after it."""

    earlier: EarlierReturn
    plan: Plan


@dataclass(slots=True, kw_only=True)
class LateItem:
    """A record whose earns came after a return of their purchase. `view` and `target` are read afresh at each turn."""

    record: Record
    started: float
    redrive: int
    earns: tuple[EarnKey, ...]
    view: LateEarn | None = None
    target: Target | None = None
    calls: Calls = field(default_factory=Calls)


Item = Decided | OpenReturn | LateItem

NOTHING = Plan(revoke=(), known=(), kept=())


def plan_of(item: Item, newer: Mapping[EarnKey, Earn], policy: Policy) -> Plan:
    """What is to be done for the item. `newer` holds earns read after the item's own reading."""
    match item:
        case Decided():
            return NOTHING
        case LateItem(target=target):
            return NOTHING if target is None else target.plan
        case OpenReturn(purchases=()) | OpenReturn(earns=()):
            return NOTHING
        case OpenReturn(purchases=purchases, earns=earns):
            current = [newer.get(earn.key, earn) for earn in earns] if newer else earns
            return joined([plan(purchase, current, policy) for purchase in purchases])
        case _:
            assert_never(item)


def joined(plans: list[Plan]) -> Plan:
    """The plans of several purchases as one."""
    if len(plans) == 1:
        return plans[0]
    revoke: tuple[Earn, ...] = ()
    known: tuple[Verdict, ...] = ()
    kept: tuple[Verdict, ...] = ()
    for each in plans:
        revoke, known, kept = revoke + each.revoke, known + each.known, kept + each.kept
    return Plan(revoke=revoke, known=known, kept=kept)


def redrives(record: Record) -> int:
    """How often the record was sent again."""
    return redrive_count(record.headers)


def calls_of(item: Item) -> Calls | None:
    """Where the calls for the item are kept; None where none is ever made."""
    return None if isinstance(item, Decided) else item.calls


def source(item: Item) -> Coordinates:
    """Where the item's record stands."""
    return item.record.source


def _asked_to_revoke(call: VendorCall) -> bool:
    return call.kind is CallKind.REVOKE and call.end != LOST
