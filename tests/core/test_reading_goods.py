"""Which purchases a return names, and what it brings back of each."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.model import (
    BillNumber,
    CustomerId,
    EventId,
    Extent,
    LineId,
    LineQuantity,
    Millis,
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
from consumer.core.reading import BillScope, bill_numbers, returned_goods

ORG = OrgId("o")
LINE_TYPES = st.none() | st.sampled_from(ReturnType)
PARENTS = st.none() | st.sampled_from(["P1", "P2"])


def quantities(**by_line: float) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(line_id=LineId(name), quantity=quantity) for name, quantity in by_line.items())


def line(
    line_id: str, quantity: float = 1.0, *, parent: str | None = None, return_type: ReturnType | None = None
) -> ReturnLine:
    return ReturnLine(
        line_id=LineId(line_id),
        quantity=quantity,
        parent_bill_number=None if parent is None else BillNumber(parent),
        return_type=return_type,
    )


def a_return(
    *lines: ReturnLine,
    type: ReturnEventType = ReturnEventType.RETURN,  # noqa: A002 - the schema's word
    return_type: ReturnType = ReturnType.LINE_ITEM,
    purchase_lines: tuple[LineQuantity, ...] = (),
) -> ReturnTransaction:
    return ReturnTransaction(
        event_id=EventId("r1"),
        org_id=ORG,
        type=type,
        return_type=return_type,
        customer_id=CustomerId(7),
        bill_number=BillNumber("B"),
        store_code=StoreCode("s"),
        till_code=TillCode("t"),
        purchased_at=None,
        returned_at=Millis(1),
        lines=lines,
        purchase_lines=purchase_lines,
    )


def an_exchange(*lines: ReturnLine, purchase_lines: tuple[LineQuantity, ...] = ()) -> ReturnTransaction:
    return a_return(*lines, type=ReturnEventType.MIXED, return_type=ReturnType.FULL, purchase_lines=purchase_lines)


def goods_of(returned: ReturnTransaction) -> dict[str, ReturnedGoods]:
    return {goods.purchase.bill_number: goods for goods in returned_goods(returned, BillScope.ORG)}


@pytest.mark.parametrize(
    ("return_type", "extent", "lines"),
    [
        (ReturnType.FULL, Extent.WHOLE, quantities(a=1.0)),
        (ReturnType.CANCELLED, Extent.WHOLE, quantities(a=1.0)),
        (ReturnType.LINE_ITEM, Extent.LINES, quantities(a=1.0)),
        (ReturnType.AMOUNT, Extent.AMOUNT, ()),
    ],
)
def test_a_return_type_tells_how_much_of_the_bill_is_back(
    return_type: ReturnType, extent: Extent, lines: tuple[LineQuantity, ...]
) -> None:
    assert goods_of(a_return(line("a"), return_type=return_type))["B"] == ReturnedGoods(
        purchase=PurchaseKey(org_id=ORG, bill_number=BillNumber("B")), extent=extent, lines=lines, purchase_lines=()
    )


def test_what_a_line_says_of_its_parent_counts_only_in_an_exchange() -> None:
    returned = a_return(line("a", parent="P", return_type=ReturnType.FULL))

    assert bill_numbers(returned) == ("B",)
    assert goods_of(returned)["B"].extent is Extent.LINES


def test_goods_nobody_is_interested_in_count_like_any() -> None:
    returned = a_return(line("a"), type=ReturnEventType.NOT_INTERESTED_RETURN)

    assert goods_of(returned)["B"].lines == quantities(a=1.0)


@pytest.mark.parametrize(
    ("types", "extent", "lines"),
    [
        ((None,), Extent.LINES, quantities(a=1.0)),
        ((ReturnType.LINE_ITEM,), Extent.LINES, quantities(a=1.0)),
        ((ReturnType.FULL,), Extent.WHOLE, quantities(a=1.0)),
        ((ReturnType.CANCELLED, None), Extent.WHOLE, quantities(a=1.0, b=1.0)),
        ((ReturnType.AMOUNT,), Extent.AMOUNT, ()),
        ((ReturnType.AMOUNT, None), Extent.LINES, quantities(b=1.0)),
        ((ReturnType.AMOUNT, ReturnType.FULL), Extent.WHOLE, quantities(b=1.0)),
    ],
)
def test_the_lines_of_an_exchange_tell_how_much_of_their_parent_is_back(
    types: tuple[ReturnType | None, ...], extent: Extent, lines: tuple[LineQuantity, ...]
) -> None:
    told = [line(name, parent="P", return_type=type_) for name, type_ in zip("ab", types, strict=False)]

    goods = goods_of(an_exchange(*told))["P"]

    assert (goods.extent, goods.lines) == (extent, lines)


def test_an_exchange_brings_back_its_parents_in_order_and_no_new_goods() -> None:
    returned = an_exchange(line("1", parent="P2"), line("2"), line("3", parent="P1"), line("4", parent="P2"))

    assert bill_numbers(returned) == ("P2", "P1")
    assert [goods.lines for goods in returned_goods(returned, BillScope.ORG)] == [
        (LineQuantity(line_id=LineId("1"), quantity=1.0), LineQuantity(line_id=LineId("4"), quantity=1.0)),
        (LineQuantity(line_id=LineId("3"), quantity=1.0),),
    ]


def test_what_was_bought_is_told_of_one_bill_only() -> None:
    bought = quantities(a=2.0)

    assert goods_of(a_return(line("a"), purchase_lines=bought))["B"].purchase_lines == bought
    assert goods_of(an_exchange(line("a", parent="P1"), purchase_lines=bought))["P1"].purchase_lines == bought
    several = goods_of(an_exchange(line("a", parent="P1"), line("a", parent="P2"), purchase_lines=bought))
    assert [goods.purchase_lines for goods in several.values()] == [(), ()]


def test_the_quantities_of_a_line_named_twice_add_up_and_stay_finite() -> None:
    assert goods_of(a_return(line("a", 1.0), line("a", 0.5)))["B"].lines == quantities(a=1.5)
    assert math.isfinite(goods_of(a_return(line("a", 1e308), line("a", 1e308)))["B"].lines[0].quantity)


@pytest.mark.parametrize(
    ("scope", "codes"),
    [(BillScope.ORG, (None, None)), (BillScope.STORE, ("s", None)), (BillScope.TILL, ("s", "t"))],
)
def test_the_key_of_a_purchase_has_the_codes_of_its_scope(
    scope: BillScope, codes: tuple[StoreCode | None, TillCode | None]
) -> None:
    (goods,) = returned_goods(a_return(line("a")), scope)

    assert (goods.purchase.store_code, goods.purchase.till_code) == codes


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.1, 9), PARENTS, LINE_TYPES), min_size=1, max_size=6))
def test_every_returned_quantity_is_in_the_goods_of_its_own_bill(
    told: list[tuple[str, float, str | None, ReturnType | None]],
) -> None:
    lines = [line(name, quantity, parent=parent, return_type=type_) for name, quantity, parent, type_ in told]

    goods = returned_goods(an_exchange(*lines), BillScope.ORG)

    assert tuple(each.purchase.bill_number for each in goods) == bill_numbers(an_exchange(*lines))
    for each in goods:
        expected = sum(
            told.quantity
            for told in lines
            if told.parent_bill_number == each.purchase.bill_number and told.return_type is not ReturnType.AMOUNT
        )
        assert sum(back.quantity for back in each.lines) == pytest.approx(expected)
