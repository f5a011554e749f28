"""The fields of a record of the earn feed → all that it tells."""

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

from consumer.core.breach import (
    Breach,
    Broken,
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
    EarnEvent,
    EventId,
    NamingPurchase,
    OrgId,
    PromotionId,
    RequestId,
    StoreCode,
    TillCode,
)
from consumer.core.purchase import BillScope, purchase_key
from consumer.core.reading_earn import read_earn

NAMED_PURCHASE = "PURCHASE"
"""The `kind` of fields that tell of a purchase."""

Fields = Mapping[str, object]
Feeding = tuple[EarnEvent, ...] | NamingPurchase
_NOTHING_BUT_IDS: Fields = {
    "promotion_id": "",
    "promotion_type": None,
    "earned_from_type": "ACTIVITY",
    "bill_number": "",
    "store_code": None,
    "till_code": None,
    "line_ids": [],
    "earned_at": 0,
}


class _Purchase(TypedDict):
    """What a notification of a purchase tells; `promotion_ids` is None where it names all earns of its request."""

    event_id: str
    org_id: str | None
    customer_id: int | None
    request_id: str | None
    bill_number: str
    store_code: str | None
    till_code: str | None
    promotion_ids: list[str] | None


def read_feed(fields: Fields, scope: BillScope, default_org: OrgId, most_lines: int) -> Feeding | Breach:
    """What the record tells, or the first rule it breaks.

    `fields` are those of a record of the schema EarnEvent. A notification may have `earn_ids`, several ends at once,
    instead of one `earn_id`; or be a purchase.
    """
    if fields["kind"] == NAMED_PURCHASE:
        return _read_purchase(cast("_Purchase", fields), scope, default_org, most_lines)
    if "earn_ids" not in fields:
        event = read_earn(fields, scope, default_org, most_lines)
        return event if isinstance(event, Breach) else (event,)
    earn_ids = cast("list[str]", fields["earn_ids"])
    shared = {**_NOTHING_BUT_IDS, **fields}
    broken = too_many("earn_ids", earn_ids, most_lines)
    if broken is not None:
        several_ends = cast("_Purchase", shared)
        return _breach(several_ends, broken, effective_org(several_ends["org_id"], default_org))
    several = [read_earn({**shared, "earn_id": earn_id}, scope, default_org, most_lines) for earn_id in earn_ids]
    breach = next((each for each in several if isinstance(each, Breach)), None)
    return tuple(each for each in several if not isinstance(each, Breach)) if breach is None else breach


def _read_purchase(told: _Purchase, scope: BillScope, default_org: OrgId, most: int) -> Feeding | Breach:
    """The purchase; nothing where it can name no earn, for want of a customer, a request or a promotion."""
    promotions, customer_id = told["promotion_ids"], readable_customer(told["customer_id"])
    if customer_id is None or not told["request_id"] or promotions == []:
        return ()
    broken = _broken(told) or _bad_promotions(promotions or (), most)
    org_id = effective_org(told["org_id"], default_org)
    if broken is not None:
        return _breach(told, broken, org_id)
    return NamingPurchase(
        event_id=EventId(told["event_id"]),
        customer_id=customer_id,
        request_id=RequestId(told["request_id"]),
        promotions=None if promotions is None else frozenset(PromotionId(each) for each in promotions),
        purchase=purchase_key(
            scope,
            org_id=org_id,
            bill_number=BillNumber(told["bill_number"]),
            store_code=StoreCode(told["store_code"]) if told["store_code"] else None,
            till_code=TillCode(told["till_code"]) if told["till_code"] else None,
        ),
    )


def _broken(told: _Purchase) -> Broken:
    return (
        empty_id("event_id", told["event_id"])
        or empty_id("bill_number", told["bill_number"])
        or unkeepable_id("event_id", told["event_id"])
        or unkeepable_id("bill_number", told["bill_number"])
        or unkeepable_id("org_id", told["org_id"])
        or unkeepable_id("request_id", told["request_id"])
        or unkeepable_id("store_code", told["store_code"])
        or unkeepable_id("till_code", told["till_code"])
    )


def _bad_promotions(promotions: Sequence[str], most: int) -> Broken:
    return too_many("promotion_ids", promotions, most) or unkeepable_ids("one of promotion_ids", promotions)


def _breach(told: _Purchase, message: str, org_id: OrgId) -> Breach:
    return Breach(
        reason="invalid",
        message=message,
        event_id=readable_event(told["event_id"]),
        org_id=org_id if is_keepable(org_id) else None,
        customer_id=readable_customer(told["customer_id"]),
        bill_numbers=readable_bills((told["bill_number"],)),
        returned_at=None,
    )
