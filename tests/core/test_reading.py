"""From the fields of a return to the return, or to the rule it breaks."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.model import (
    BillNumber,
    CustomerId,
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
from consumer.core.reading import Breach, read_return, unreadable
from tests.builders import MOST_LINES

HERE = OrgId("here")
LAST_OF_9999 = 253_402_300_799_999


def fields(**changed: object) -> dict[str, object]:
    return {
        "event_id": "r1",
        "org_id": None,
        "type": "RETURN",
        "return_type": "FULL",
        "customer_id": 7,
        "bill_number": "B1",
        "store_code": None,
        "till_code": None,
        "purchased_at": None,
        "returned_at": 1_700_000_000_000,
        "reason": None,
        "lines": [],
        "purchase_lines": None,
        **changed,
    }


def line(**changed: object) -> dict[str, object]:
    return {
        "line_id": "1",
        "item_code": None,
        "quantity": 1.0,
        "parent_bill_number": None,
        "return_type": None,
        **changed,
    }


def breach(**changed: object) -> Breach:
    read = read_return(fields(**changed), HERE, MOST_LINES)
    assert isinstance(read, Breach)
    return read


def returned(**changed: object) -> ReturnTransaction:
    read = read_return(fields(**changed), HERE, MOST_LINES)
    assert isinstance(read, ReturnTransaction)
    return read


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"event_id": ""}, "event_id"),
        ({"event_id": "e\0"}, "event_id"),
        ({"event_id": "e" * 256}, "event_id"),
        ({"event_id": "é" * 128}, "event_id"),
        ({"org_id": "o" * 256}, "org_id"),
        ({"bill_number": ""}, "bill_number"),
        ({"bill_number": "\0"}, "bill_number"),
        ({"type": "NOT_INTERESTED_RETURN", "bill_number": ""}, "bill_number"),
        ({"store_code": "s\0"}, "store_code"),
        ({"till_code": "t" * 256}, "till_code"),
        ({"customer_id": 0}, "customer_id"),
        ({"customer_id": -7}, "customer_id"),
        ({"customer_id": 2**63}, "customer_id"),
        ({"returned_at": 0}, "returned_at"),
        ({"returned_at": -1}, "returned_at"),
        ({"returned_at": LAST_OF_9999 + 1}, "returned_at"),
        ({"purchased_at": LAST_OF_9999 + 1}, "purchased_at"),
        ({"purchased_at": -(2**63)}, "purchased_at"),
        ({"return_type": "LINE_ITEM"}, "lines"),
        ({"lines": [line(quantity=0.0)]}, "lines"),
        ({"lines": [line(), line(quantity=-1.0)]}, "lines"),
        ({"lines": [line(quantity=math.nan)]}, "lines"),
        ({"lines": [line(quantity=math.inf)]}, "lines"),
        ({"lines": [line(line_id="l\0")]}, "line_id"),
        ({"lines": [line(parent_bill_number="b" * 256)]}, "parent_bill_number"),
        ({"lines": [line()] * 10_001}, "lines"),
        ({"purchase_lines": [{"line_id": "1", "quantity": 0.0}]}, "purchase_lines"),
        ({"purchase_lines": [{"line_id": "1", "quantity": math.nan}]}, "purchase_lines"),
        ({"purchase_lines": [{"line_id": "l" * 256, "quantity": 1.0}]}, "purchase_lines"),
        ({"purchase_lines": [{"line_id": "1", "quantity": 1.0}] * 10_001}, "purchase_lines"),
        ({"type": "MIXED"}, "parent_bill_number"),
        ({"type": "MIXED", "lines": [line()]}, "parent_bill_number"),
        ({"type": "MIXED", "lines": [line(parent_bill_number="")]}, "parent_bill_number"),
    ],
)
def test_a_broken_rule_is_named_by_its_field(changed: dict[str, object], named: str) -> None:
    broken = breach(**changed)

    assert broken.reason == "invalid"
    assert named in broken.message


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"event_id": "é" * 127},
        {"event_id": "e" * 255},
        {"customer_id": None},
        {"customer_id": 2**63 - 1},
        {"returned_at": 1},
        {"returned_at": LAST_OF_9999},
        {"purchased_at": 0},
        {"return_type": "LINE_ITEM", "lines": [line()]},
        {"return_type": "AMOUNT"},
        {"return_type": "CANCELLED"},
        {"lines": [line()] * 10_000},
        {"purchase_lines": []},
        {"type": "NOT_INTERESTED_RETURN", "customer_id": None},
        {"type": "MIXED", "bill_number": "", "lines": [line(), line(parent_bill_number="P")]},
        {"type": "MIXED", "return_type": "LINE_ITEM", "lines": [line(parent_bill_number="P")]},
    ],
)
def test_at_the_edge_of_its_rules_a_return_is_read(changed: dict[str, object]) -> None:
    assert returned(**changed).event_id == changed.get("event_id", "r1")


def test_what_the_record_says_is_in_the_return() -> None:
    read = returned(
        org_id="there",
        return_type="LINE_ITEM",
        store_code="S",
        till_code="T",
        purchased_at=5,
        lines=[line(parent_bill_number="P", return_type="FULL", quantity=2.0)],
        purchase_lines=[{"line_id": "1", "quantity": 3.0}],
    )

    assert read == ReturnTransaction(
        event_id=EventId("r1"),
        org_id=OrgId("there"),
        type=ReturnEventType.RETURN,
        return_type=ReturnType.LINE_ITEM,
        customer_id=CustomerId(7),
        bill_number=BillNumber("B1"),
        store_code=StoreCode("S"),
        till_code=TillCode("T"),
        purchased_at=Millis(5),
        returned_at=Millis(1_700_000_000_000),
        lines=(
            ReturnLine(
                line_id=LineId("1"),
                quantity=2.0,
                parent_bill_number=BillNumber("P"),
                return_type=ReturnType.FULL,
            ),
        ),
        purchase_lines=(LineQuantity(line_id=LineId("1"), quantity=3.0),),
    )


def test_an_organisation_that_is_not_told_is_the_default_one() -> None:
    assert returned(org_id=None).org_id == HERE
    assert returned(org_id="").org_id == HERE
    assert breach(event_id="").org_id == HERE


def test_empty_codes_are_no_codes() -> None:
    read = returned(store_code="", till_code="", lines=[line(parent_bill_number="")])

    assert (read.store_code, read.till_code, read.lines[0].parent_bill_number) == (None, None, None)


def test_what_can_still_be_read_rides_along_with_a_breach() -> None:
    broken = breach(returned_at=17, lines=[line(quantity=0.0)])

    assert (broken.event_id, broken.customer_id, broken.bill_numbers, broken.returned_at) == ("r1", 7, ("B1",), 17)


def test_what_cannot_be_told_further_is_left_out_of_a_breach() -> None:
    broken = breach(event_id="\0", org_id="\0", customer_id=0, bill_number="", returned_at=0)

    assert (broken.event_id, broken.org_id, broken.customer_id) == (None, None, None)
    assert (broken.bill_numbers, broken.returned_at) == ((), None)


def test_the_bills_of_a_broken_exchange_are_its_parents() -> None:
    lines = [line(parent_bill_number=bill) for bill in ("P2", "P1", "P2")]

    assert breach(type="MIXED", event_id="", lines=lines).bill_numbers == ("P2", "P1")


def test_nothing_rides_along_with_a_tombstone() -> None:
    broken = unreadable("tombstone", "no value")

    assert (broken.reason, broken.event_id, broken.bill_numbers) == ("tombstone", None, ())


TEXT = st.one_of(st.text(max_size=4), st.sampled_from(["", "\0", "x" * 300]))
NULLABLE_TEXT = st.none() | TEXT
LINE = st.fixed_dictionaries(
    {
        "line_id": TEXT,
        "item_code": NULLABLE_TEXT,
        "quantity": st.floats(),
        "parent_bill_number": NULLABLE_TEXT,
        "return_type": st.none() | st.sampled_from(["FULL", "LINE_ITEM", "AMOUNT", "CANCELLED"]),
    }
)
LONG = st.integers(-(2**63), 2**63 - 1)
ANY_RETURN = st.fixed_dictionaries(
    {
        "event_id": TEXT,
        "org_id": NULLABLE_TEXT,
        "type": st.sampled_from(["RETURN", "NOT_INTERESTED_RETURN", "MIXED"]),
        "return_type": st.sampled_from(["FULL", "LINE_ITEM", "AMOUNT", "CANCELLED"]),
        "customer_id": st.none() | LONG,
        "bill_number": TEXT,
        "store_code": NULLABLE_TEXT,
        "till_code": NULLABLE_TEXT,
        "purchased_at": st.none() | LONG,
        "returned_at": LONG,
        "reason": NULLABLE_TEXT,
        "lines": st.lists(LINE, max_size=3),
        "purchase_lines": st.none()
        | st.lists(st.fixed_dictionaries({"line_id": TEXT, "quantity": st.floats()}), max_size=2),
    }
)


@given(ANY_RETURN)
def test_any_record_of_the_schema_is_a_return_or_a_breach(told: dict[str, Any]) -> None:
    read = read_return(told, HERE, MOST_LINES)

    told_further: list[str | None] = [read.event_id, read.org_id]
    if isinstance(read, ReturnTransaction):
        assert read.customer_id is None or read.customer_id > 0
        assert all(line.quantity > 0 and math.isfinite(line.quantity) for line in read.lines)
        told_further += [read.bill_number]
    else:
        told_further += read.bill_numbers
    assert not any(text and ("\0" in text or len(text.encode()) > 255) for text in told_further)
