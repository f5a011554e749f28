"""The fields of a record → the return it tells, or the rule it breaks."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TypedDict, cast

from consumer.core.breach import (
    YEAR_1,
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
    unreadable,
)
from consumer.core.model import (
    BillNumber,
    EventId,
    LineId,
    LineQuantity,
    Millis,
    OrgId,
    ReturnEventType,
    ReturnLine,
    ReturnTransaction,
    ReturnType,
    StoreCode,
    TillCode,
)
from consumer.core.purchase import BillScope, bill_numbers, purchase_key, returned_goods
from consumer.core.reading_earn import read_earn

__all__ = [
    "BillScope",
    "Breach",
    "bill_numbers",
    "purchase_key",
    "read_earn",
    "read_return",
    "returned_goods",
    "unreadable",
]


class _Line(TypedDict):
    line_id: str
    quantity: float
    parent_bill_number: str | None
    return_type: str | None


class _PurchaseLine(TypedDict):
    line_id: str
    quantity: float


class _Return(TypedDict):
    """The fields of the schema ReturnTransaction that count here."""

    event_id: str
    org_id: str | None
    type: str
    return_type: str
    customer_id: int | None
    bill_number: str
    store_code: str | None
    till_code: str | None
    purchased_at: int | None
    returned_at: int
    lines: list[_Line]
    purchase_lines: list[_PurchaseLine] | None


def read_return(fields: Mapping[str, object], default_org: OrgId, most_lines: int) -> ReturnTransaction | Breach:
    """The return, or the first rule it breaks. `fields` are those of a record of the schema ReturnTransaction."""
    told = cast("_Return", fields)
    broken = _broken_rule(told, most_lines)
    if broken is not None:
        return _breach(told, broken, default_org)
    return ReturnTransaction(
        event_id=EventId(told["event_id"]),
        org_id=effective_org(told["org_id"], default_org),
        type=ReturnEventType(told["type"]),
        return_type=ReturnType(told["return_type"]),
        customer_id=readable_customer(told["customer_id"]),
        bill_number=BillNumber(told["bill_number"]),
        store_code=StoreCode(told["store_code"]) if told["store_code"] else None,
        till_code=TillCode(told["till_code"]) if told["till_code"] else None,
        purchased_at=None if told["purchased_at"] is None else Millis(told["purchased_at"]),
        returned_at=Millis(told["returned_at"]),
        lines=tuple(_line(line) for line in told["lines"]),
        purchase_lines=tuple(
            LineQuantity(line_id=LineId(line["line_id"]), quantity=line["quantity"])
            for line in told["purchase_lines"] or ()
        ),
    )


def _line(line: _Line) -> ReturnLine:
    return ReturnLine(
        line_id=LineId(line["line_id"]),
        quantity=line["quantity"],
        parent_bill_number=BillNumber(line["parent_bill_number"]) if line["parent_bill_number"] else None,
        return_type=None if line["return_type"] is None else ReturnType(line["return_type"]),
    )


def _breach(told: _Return, message: str, default_org: OrgId) -> Breach:
    org_id = effective_org(told["org_id"], default_org)
    impossible = bad_moment("returned_at", told["returned_at"], earliest=1) is not None
    return Breach(
        reason="invalid",
        message=message,
        event_id=readable_event(told["event_id"]),
        org_id=org_id if is_keepable(org_id) else None,
        customer_id=readable_customer(told["customer_id"]),
        bill_numbers=readable_bills(_named_bills(told)),
        returned_at=None if impossible else Millis(told["returned_at"]),
    )


def _named_bills(told: _Return) -> Iterator[str]:
    if told["type"] != ReturnEventType.MIXED:
        yield told["bill_number"]
        return
    yield from _parents(told)


def _parents(told: _Return) -> Iterator[str]:
    return (line["parent_bill_number"] for line in told["lines"] if line["parent_bill_number"])


def _broken_rule(told: _Return, most_lines: int) -> Broken:
    """The first rule that is broken; looked at one by one, for every return there is."""
    return (
        empty_id("event_id", told["event_id"])
        or bad_customer(told["customer_id"])
        or bad_moment("returned_at", told["returned_at"], earliest=1)
        or bad_moment("purchased_at", told["purchased_at"], earliest=YEAR_1)
        or _missing_goods(told)
        or _bad_lines("lines", told["lines"], most_lines)
        or _bad_lines("purchase_lines", told["purchase_lines"] or (), most_lines)
        or unkeepable_id("event_id", told["event_id"])
        or unkeepable_id("org_id", told["org_id"])
        or unkeepable_id("bill_number", told["bill_number"])
        or unkeepable_id("store_code", told["store_code"])
        or unkeepable_id("till_code", told["till_code"])
        or unkeepable_ids("parent_bill_number of a line", _parents(told))
    )


def _missing_goods(told: _Return) -> Broken:
    """What the kind of return asks for: an exchange its parents, any other its bill, one by lines its lines."""
    if told["type"] == ReturnEventType.MIXED:
        return None if any(_parents(told)) else "no line names its parent_bill_number"
    is_bare = told["return_type"] == ReturnType.LINE_ITEM and not told["lines"]
    return empty_id("bill_number", told["bill_number"]) or ("lines is empty" if is_bare else None)


def _bad_lines(name: str, lines: Sequence[_Line | _PurchaseLine], most: int) -> Broken:
    if broken := too_many(name, lines, most):
        return broken
    for line in lines:
        if not (isfinite(line["quantity"]) and line["quantity"] > 0):
            return f"{name} has a quantity that is not a finite number above 0"
        if broken := unkeepable_id(f"line_id of {name}", line["line_id"]):
            return broken
    return None
