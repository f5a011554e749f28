"""Which purchases a return names, and what it brings back of each."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from sys import float_info

from consumer.core.model import (
    BillNumber,
    Extent,
    LineId,
    LineQuantity,
    OrgId,
    PurchaseKey,
    ReturnedGoods,
    ReturnEventType,
    ReturnLine,
    ReturnTransaction,
    ReturnType,
    StoreCode,
    TillCode,
)

WHOLE_BILL = frozenset({ReturnType.FULL, ReturnType.CANCELLED})


class BillScope(StrEnum):
    """Where a bill number is unique, as the operator says."""

    ORG = "org"
    STORE = "store"
    TILL = "till"


def purchase_key(
    scope: BillScope,
    *,
    org_id: OrgId,
    bill_number: BillNumber,
    store_code: StoreCode | None,
    till_code: TillCode | None,
) -> PurchaseKey:
    """The key of a purchase, with as many codes as the scope asks for."""
    return PurchaseKey(
        org_id=org_id,
        bill_number=bill_number,
        store_code=None if scope is BillScope.ORG else store_code,
        till_code=till_code if scope is BillScope.TILL else None,
    )


def bill_numbers(returned: ReturnTransaction) -> tuple[BillNumber, ...]:
    """The bills whose goods came back: of an exchange the parents, in order of appearance."""
    if returned.type is not ReturnEventType.MIXED:
        return (returned.bill_number,)
    parents = (line.parent_bill_number for line in returned.lines)
    return tuple(dict.fromkeys(parent for parent in parents if parent is not None))


def returned_goods(returned: ReturnTransaction, scope: BillScope) -> tuple[ReturnedGoods, ...]:
    """What came back, purchase by purchase in order of appearance; new goods of an exchange are left out."""
    bills = bill_numbers(returned)
    # What was bought is told without a bill number: of several bills it could mean any.
    purchase_lines = _by_line(returned.purchase_lines) if len(bills) == 1 else ()
    return tuple(
        ReturnedGoods(
            purchase=purchase_key(
                scope,
                org_id=returned.org_id,
                bill_number=bill,
                store_code=returned.store_code,
                till_code=returned.till_code,
            ),
            extent=_extent(types),
            lines=lines,
            purchase_lines=purchase_lines,
        )
        for bill in bills
        for types, lines in (_part_of(returned, bill),)
    )


def _part_of(returned: ReturnTransaction, bill: BillNumber) -> tuple[frozenset[ReturnType], tuple[LineQuantity, ...]]:
    """How this bill's lines came back, and which of them came back by quantity."""
    if returned.type is not ReturnEventType.MIXED:
        return frozenset({returned.return_type}), _goods(returned.return_type, returned.lines)
    own = [line for line in returned.lines if line.parent_bill_number == bill]
    types = frozenset(_type_of(line) for line in own)
    return types, _by_line(_quantity(line) for line in own if _type_of(line) is not ReturnType.AMOUNT)


def _goods(return_type: ReturnType, lines: Sequence[ReturnLine]) -> tuple[LineQuantity, ...]:
    return () if return_type is ReturnType.AMOUNT or not lines else _by_line(_quantity(line) for line in lines)


def _type_of(line: ReturnLine) -> ReturnType:
    return line.return_type or ReturnType.LINE_ITEM


def _extent(types: frozenset[ReturnType]) -> Extent:
    if types & WHOLE_BILL:
        return Extent.WHOLE
    return Extent.LINES if ReturnType.LINE_ITEM in types else Extent.AMOUNT


def _quantity(line: ReturnLine) -> LineQuantity:
    return LineQuantity(line_id=line.line_id, quantity=line.quantity)


def _by_line(lines: Iterable[LineQuantity]) -> tuple[LineQuantity, ...]:
    """Each line once, its quantities added up, and still finite."""
    sums: dict[LineId, float] = {}
    for line in lines:
        sums[line.line_id] = min(sums.get(line.line_id, 0.0) + line.quantity, float_info.max)
    return tuple(LineQuantity(line_id=line_id, quantity=quantity) for line_id, quantity in sums.items())
