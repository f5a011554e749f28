"""The fields of a record of the earn feed → what it tells, or the rule it breaks."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict, cast

from consumer.core.breach import (
    Breach,
    Broken,
    bad_customer,
    bad_moment,
    effective_org,
    empty_id,
    is_keepable,
    readable_bills,
    readable_customer,
    readable_event,
    too_many,
    unkeepable_id,
    unkeepable_ids,
)
from consumer.core.model import (
    BillNumber,
    CustomerId,
    Earn,
    EarnedFromType,
    EarnEvent,
    EarnId,
    EarnKey,
    EarnKind,
    EarnState,
    EventId,
    LineId,
    Millis,
    OrgId,
    PromotionId,
    PromotionType,
    PurchaseKey,
    RequestId,
    StoreCode,
    TillCode,
)
from consumer.core.purchase import BillScope, purchase_key


class _Earn(TypedDict):
    """The fields of the schema EarnEvent, and what only a notification of the vendor's tells."""

    event_id: str
    org_id: str | None
    kind: str
    customer_id: int
    earn_id: str
    promotion_id: str
    promotion_type: str | None
    earned_from_type: str
    bill_number: str
    store_code: str | None
    till_code: str | None
    line_ids: list[str]
    earned_at: int
    request_id: NotRequired[str | None]


def read_earn(
    fields: Mapping[str, object], scope: BillScope, default_org: OrgId, most_lines: int
) -> EarnEvent | Breach:
    """The event, or the first rule it breaks. `fields` are those of a record of the schema EarnEvent."""
    told = cast("_Earn", fields)
    earned = told["kind"] == EarnKind.EARNED
    broken = _broken_id(told) or (_broken_earn(told, most_lines) if earned else None)
    if broken is not None:
        return _breach(told, broken, default_org)
    key = EarnKey(org_id=effective_org(told["org_id"], default_org), earn_id=EarnId(told["earn_id"]))
    return EarnEvent(
        event_id=EventId(told["event_id"]),
        kind=EarnKind(told["kind"]),
        key=key,
        customer_id=CustomerId(told["customer_id"]),
        earn=_earn(told, key, scope) if earned else None,
        request_id=_waits_for(told) if earned else None,
    )


def _waits_for(told: _Earn) -> RequestId | None:
    """The request whose purchase is to name the earn; None where the earn names its purchase itself."""
    request_id = told.get("request_id")
    return RequestId(request_id) if request_id and not told["bill_number"] else None


def _earn(told: _Earn, key: EarnKey, scope: BillScope) -> Earn:
    return Earn(
        key=key,
        customer_id=CustomerId(told["customer_id"]),
        promotion_id=PromotionId(told["promotion_id"]),
        promotion_type=None if told["promotion_type"] is None else PromotionType(told["promotion_type"]),
        earned_from=EarnedFromType(told["earned_from_type"]),
        purchase=_purchase(told, key.org_id, scope) if told["bill_number"] else None,
        line_ids=frozenset(LineId(line_id) for line_id in told["line_ids"]),
        earned_at=Millis(told["earned_at"]),
        state=EarnState.HELD,
    )


def _purchase(told: _Earn, org_id: OrgId, scope: BillScope) -> PurchaseKey:
    return purchase_key(
        scope,
        org_id=org_id,
        bill_number=BillNumber(told["bill_number"]),
        store_code=StoreCode(told["store_code"]) if told["store_code"] else None,
        till_code=TillCode(told["till_code"]) if told["till_code"] else None,
    )


def _breach(told: _Earn, message: str, default_org: OrgId) -> Breach:
    org_id = effective_org(told["org_id"], default_org)
    return Breach(
        reason="invalid",
        message=message,
        event_id=readable_event(told["event_id"]),
        org_id=org_id if is_keepable(org_id) else None,
        customer_id=readable_customer(told["customer_id"]),
        bill_numbers=readable_bills((told["bill_number"],)),
        returned_at=None,
    )


def _broken_id(told: _Earn) -> Broken:
    """The first rule broken of those for what counts in an event of any kind."""
    return (
        empty_id("event_id", told["event_id"])
        or empty_id("earn_id", told["earn_id"])
        or bad_customer(told["customer_id"])
        or unkeepable_id("event_id", told["event_id"])
        or unkeepable_id("earn_id", told["earn_id"])
        or unkeepable_id("org_id", told["org_id"])
    )


def _broken_earn(told: _Earn, most_lines: int) -> Broken:
    """The first rule broken of those for the rest, which counts only when something was earned."""
    named = told["earned_from_type"] != EarnedFromType.ACTIVITY or _waits_for(told) is not None
    return (
        empty_id("promotion_id", told["promotion_id"])
        or (None if named else empty_id("bill_number", told["bill_number"]))
        or bad_moment("earned_at", told["earned_at"], earliest=1)
        or unkeepable_id("promotion_id", told["promotion_id"])
        or unkeepable_id("bill_number", told["bill_number"])
        or unkeepable_id("store_code", told["store_code"])
        or unkeepable_id("till_code", told["till_code"])
        or unkeepable_id("request_id", told.get("request_id"))
        or too_many("line_ids", told["line_ids"], most_lines)
        or unkeepable_ids("a line of line_ids", told["line_ids"])
    )
