"""Valid things of the domain; a test names only what it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from consumer.core.model import (
    BillNumber,
    Coordinates,
    CustomerId,
    Earn,
    EarnedFromType,
    EarnEvent,
    EarnId,
    EarnKey,
    EarnKind,
    EarnState,
    EventId,
    Extent,
    LineId,
    LineQuantity,
    Millis,
    OrgId,
    PromotionId,
    PromotionType,
    PurchaseKey,
    Record,
    RequestId,
    ReturnedGoods,
    ReturnedPurchase,
    ReturnEventType,
    ReturnLine,
    ReturnTransaction,
    ReturnType,
)
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict, VerdictKind
from consumer.core.plan import PartialReturns, Policy
from consumer.core.vendor_call import CallKind, VendorCall

ORG = OrgId("org-1")
CUSTOMER = CustomerId(4711)
BILL = BillNumber("B-1")
DAY = 86_400_000
MOST_LINES = 10_000
BOUGHT_AT = Millis(1_763_000_000_000)
RETURNED_AT = Millis(BOUGHT_AT + DAY)


def coordinates(offset: int = 0, *, topic: str = "return-transactions", partition: int = 0) -> Coordinates:
    """Where a record stands."""
    return Coordinates(topic, partition, offset)


def a_record(value: bytes | None = b"{}", **changes: Any) -> Record:
    """A record of the returns topic."""
    record = Record(
        source=coordinates(),
        epoch=1,
        key=b"4711",
        value=value,
        headers=(),
        timestamp=RETURNED_AT,
    )
    return replace(record, **changes)


def a_purchase(bill: str = BILL, **changes: Any) -> PurchaseKey:
    """A purchase, by its bill."""
    return PurchaseKey(org_id=ORG, bill_number=BillNumber(bill))._replace(**changes)


def an_earn(earn_id: str = "e1", *, lines: Iterable[str] = (), bill: str = BILL, **changes: Any) -> Earn:
    """An earn that a purchase triggered and nobody took back yet; tied to no line unless the test says so."""
    earn = Earn(
        key=EarnKey(org_id=ORG, earn_id=EarnId(earn_id)),
        customer_id=CUSTOMER,
        promotion_id=PromotionId("p1"),
        promotion_type=PromotionType.CUSTOMER,
        earned_from=EarnedFromType.ACTIVITY,
        purchase=a_purchase(bill),
        line_ids=frozenset(LineId(line) for line in lines),
        earned_at=BOUGHT_AT,
        state=EarnState.HELD,
    )
    return replace(earn, **changes)


def an_earn_event(earn: Earn | None = None, **changes: Any) -> EarnEvent:
    """An EARNED event of that earn."""
    told = earn or an_earn()
    event = EarnEvent(
        event_id=EventId(f"earned-{told.key.earn_id}"),
        kind=EarnKind.EARNED,
        key=told.key,
        customer_id=told.customer_id,
        earn=told,
    )
    return replace(event, **changes)


def a_return_line(line_id: str = "1", quantity: float = 1.0, **changes: Any) -> ReturnLine:
    """One line of a return."""
    return replace(ReturnLine(line_id=LineId(line_id), quantity=quantity), **changes)


def quantities(of: Mapping[str, float]) -> tuple[LineQuantity, ...]:
    """How many of each line."""
    return tuple(LineQuantity(line_id=LineId(line), quantity=quantity) for line, quantity in of.items())


def a_return_transaction(event_id: str = "r1", **changes: Any) -> ReturnTransaction:
    """A return of the whole bill."""
    transaction = ReturnTransaction(
        event_id=EventId(event_id),
        org_id=ORG,
        type=ReturnEventType.RETURN,
        return_type=ReturnType.FULL,
        customer_id=CUSTOMER,
        bill_number=BILL,
        store_code=None,
        till_code=None,
        purchased_at=BOUGHT_AT,
        returned_at=RETURNED_AT,
        lines=(),
        purchase_lines=(),
    )
    return replace(transaction, **changes)


def goods(
    lines: Mapping[str, float] | None = None,
    *,
    of: Mapping[str, float] | None = None,
    extent: Extent = Extent.LINES,
    bill: str = BILL,
) -> ReturnedGoods:
    """What one return brought back: these lines `of` the purchased ones."""
    return ReturnedGoods(
        purchase=a_purchase(bill),
        extent=extent,
        lines=quantities(lines or {}),
        purchase_lines=quantities(of or {}),
    )


def a_returned_purchase(*lines: str, **changes: Any) -> ReturnedPurchase:
    """A purchase of which these lines came back, and not the whole bill."""
    returned = ReturnedPurchase(
        source=coordinates(),
        purchase=a_purchase(),
        customer_id=CUSTOMER,
        extent=Extent.LINES,
        line_ids=frozenset(LineId(line) for line in lines),
        whole_bill=False,
        purchased_at=BOUGHT_AT,
        returned_at=RETURNED_AT,
    )
    return replace(returned, **changes)


def a_whole_bill(**changes: Any) -> ReturnedPurchase:
    """A purchase all of which came back."""
    return a_returned_purchase(**{"extent": Extent.WHOLE, "whole_bill": True, **changes})


def a_policy(**changes: Any) -> Policy:
    """The policy of an operator who set nothing."""
    policy = Policy(
        partial_returns=PartialReturns.MATCHING_LINES,
        revoke_earned_from=frozenset({EarnedFromType.ACTIVITY}),
        max_return_age=None,
    )
    return replace(policy, **changes)


def a_verdict(kind: VerdictKind = VerdictKind.REVOKED, earn_id: str = "e1", **changes: Any) -> Verdict:
    """What became of an earn."""
    return replace(Verdict(promotion_id=PromotionId("p1"), earn_id=EarnId(earn_id), kind=kind), **changes)


def an_outcome(*verdicts: Verdict, **changes: Any) -> RevokeOutcome:
    """The outcome of a return with these verdicts; nothing to revoke without one."""
    outcome = RevokeOutcome(
        outcome_id="o1",
        event_id=EventId("r1"),
        cause=OutcomeCause.RETURN,
        source=coordinates(),
        org_id=ORG,
        customer_id=CUSTOMER,
        bill_numbers=(BILL,),
        status=OutcomeStatus.NOTHING_TO_REVOKE,
        verdicts=verdicts,
        error_codes=(),
        reason=None,
        dead_lettered=False,
        attempts=0,
        request_ids=(),
        returned_at=RETURNED_AT,
        decided_at=Millis(RETURNED_AT + 1),
    )
    return replace(outcome, **changes)


def a_call(earns: Iterable[str] = ("e1",), **changes: Any) -> VendorCall:
    """A call that took these earns back."""
    asked = tuple(map(EarnId, earns))
    call = VendorCall(
        at=RETURNED_AT,
        kind=CallKind.REVOKE,
        earns=asked,
        of=len(asked),
        end="200",
        request_id=RequestId("req-1"),
        codes=(),
    )
    return replace(call, **changes)
