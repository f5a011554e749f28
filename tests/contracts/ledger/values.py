"""What the tests of the ledger ask of it; each test names only what it is about."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from consumer.adapters.ledger import migrate
from consumer.adapters.ledger.database import database_at
from consumer.core.model import (
    Coordinates,
    Earn,
    EarnEvent,
    EarnKey,
    EarnKind,
    EarnState,
    EventId,
    Millis,
    NamingPurchase,
    PromotionId,
    RequestId,
    ReturnedGoods,
)
from consumer.core.vendor_call import VendorCall
from consumer.ports import (
    Arrival,
    Claim,
    Denied,
    Granted,
    LateEarn,
    Ledger,
    Opened,
    Opening,
    SettledEarn,
    SettledReturn,
    Settlement,
    TellResult,
    Told,
    ToldPurchase,
)
from tests.builders import (
    BILL,
    BOUGHT_AT,
    CUSTOMER,
    ORG,
    RETURNED_AT,
    a_purchase,
    an_earn,
    an_earn_event,
    coordinates,
    goods,
)

E1 = an_earn("e1").key
E2 = an_earn("e2").key
NOW = Millis(1_000_000)
_PROBES = count()
LEASE = 300_000


def at(offset: int = 0, partition: int = 0) -> Coordinates:
    """A record of the returns topic."""
    return coordinates(offset, partition=partition)


def fed(offset: int = 0, partition: int = 0) -> Coordinates:
    """A record of the earn feed."""
    return coordinates(offset, topic="earn-events", partition=partition)


def an_opening(
    event_id: str = "r1",
    source: Coordinates | None = None,
    *,
    redrive: int = 0,
    brought: Sequence[ReturnedGoods] | None = None,
    **changes: Any,
) -> Opening:
    """A return that brings back one piece of line 1 of the purchase."""
    fields: dict[str, Any] = {
        "source": source or at(),
        "org_id": ORG,
        "event_id": EventId(event_id),
        "redrive": redrive,
        "customer_id": CUSTOMER,
        "eligible": True,
        "purchased_at": BOUGHT_AT,
        "returned_at": RETURNED_AT,
        "bill_numbers": (BILL,),
        "goods": tuple(brought) if brought is not None else (goods({"1": 1.0}),),
    }
    return Opening(**(fields | changes))


def told(
    earn: Earn | None = None, source: Coordinates | None = None, *, kind: EarnKind = EarnKind.EARNED, redrive: int = 0
) -> Told:
    """An event of the earn feed."""
    about = earn or an_earn()
    event: EarnEvent = replace(an_earn_event(about), kind=kind, earn=about if kind is EarnKind.EARNED else None)
    return Told(source=source or fed(), redrive=redrive, event=event)


def waiting(
    earn_id: str = "e1", source: Coordinates | None = None, *, request: str = "q1", redrive: int = 0, **changes: Any
) -> Told:
    """An earn that does not say which purchase it is of, only by which request."""
    event = an_earn_event(an_earn(earn_id, purchase=None, **changes), request_id=RequestId(request))
    return Told(source=source or fed(), redrive=redrive, event=event)


def a_purchase_told(
    bill: str = BILL, source: Coordinates | None = None, *, redrive: int = 0, **changes: Any
) -> ToldPurchase:
    """The purchase of a bill, which names its customer's earns of promotion p1 by request q1."""
    event = NamingPurchase(
        event_id=EventId(f"bought-{bill}"),
        customer_id=CUSTOMER,
        request_id=RequestId("q1"),
        promotions=frozenset({PromotionId("p1")}),
        purchase=a_purchase(bill),
    )
    return ToldPurchase(source=source or fed(100), redrive=redrive, event=replace(event, **changes))


def a_claim(by: Coordinates, *earns: EarnKey, now: int = NOW, lease: int = LEASE) -> Claim:
    """One record's wish for these earns."""
    return Claim(owners=dict.fromkeys(earns or (E1,), by), now=Millis(now), lease=lease)


def settled(opening: Opening, outcome: bytes = b"outcome", *calls: VendorCall) -> Settlement:
    """The end of a return that changed no earn."""
    return Settlement(returns=(settled_return(opening, outcome, *calls),))


def settled_return(opening: Opening, outcome: bytes = b"outcome", *calls: VendorCall) -> SettledReturn:
    """The end of a return."""
    return SettledReturn(
        source=opening.source,
        org_id=opening.org_id,
        event_id=opening.event_id,
        redrive=opening.redrive,
        outcome=outcome,
        calls=calls,
    )


def settled_late(told_earn: Told, outcome: bytes = b"late", *calls: VendorCall) -> Settlement:
    """The end of a late earn that changed no earn."""
    end = SettledEarn(source=told_earn.source, earn=told_earn.event.key, outcome=outcome, calls=calls)
    return Settlement(late=(end,))


def ended(key: EarnKey, state: EarnState, by: Coordinates | None = None) -> Settlement:
    """An earn's new state."""
    return Settlement(states=((key, state, by),))


async def open_one(ledger: Ledger, opening: Opening) -> Arrival:
    (arrival,) = await ledger.open([opening])
    return arrival


async def opened(ledger: Ledger, opening: Opening) -> Opened:
    """Open a return that must stand open then."""
    arrival = await open_one(ledger, opening)
    assert isinstance(arrival, Opened)
    return arrival


async def name_one(ledger: Ledger, purchase: ToldPurchase) -> list[str]:
    """The ids of the earns that the purchase's record must take through a lane."""
    (late,) = await ledger.name([purchase])
    return [key.earn_id for key in late]


async def earns_of(ledger: Ledger, bill: str = BILL) -> list[str]:
    """The ids of a purchase's earns, as a new return of it sees them."""
    probe = an_opening(f"probe-{bill}-{next(_PROBES)}", at(10**9), brought=[goods(bill=bill)], eligible=False)
    return [earn.key.earn_id for earn in (await opened(ledger, probe)).earns]


async def tell_one(ledger: Ledger, event: Told) -> TellResult:
    (result,) = await ledger.tell([event])
    return result


async def late_earn(ledger: Ledger, event: Told) -> LateEarn:
    (view,) = await ledger.late_earns([(event.source, (event.event.key,))])
    return view


async def earn_now(ledger: Ledger, bill: str = BILL) -> Earn:
    """The only earn of a purchase, as a new return of it sees it."""
    probe = an_opening(f"probe-{bill}", at(10**9), brought=[goods(bill=bill)], eligible=False)
    (earn,) = (await opened(ledger, probe)).earns
    return earn


async def granted(ledger: Ledger, claim: Claim) -> Granted:
    answer = await ledger.claim(claim)
    assert isinstance(answer, Granted)
    return answer


async def denied(ledger: Ledger, claim: Claim) -> Denied:
    answer = await ledger.claim(claim)
    assert isinstance(answer, Denied)
    return answer


def made_by_a_newer_version(url: str) -> str:
    """The URL, once a ledger with tables of a shape nobody knows yet is there."""
    migrate(url)
    with database_at(url).engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    return url
