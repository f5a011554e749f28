"""Whether an outcome or a dead letter is about what a person asks for."""

import json

import pytest

from consumer.core.model import BillNumber, CustomerId, EarnId, EventId
from consumer.core.redrive import Letter, letter_of, note_of
from consumer.core.sought import Fields, Sought, is_letter_of, is_outcome_of
from tests.builders import BILL, CUSTOMER, a_record, a_verdict, an_outcome, coordinates

RETURN = Sought(event_id=EventId("r1"))
BOUGHT = Sought(bill=BILL)
EARNED = Sought(earn=EarnId("e1"))
PERSON = Sought(customer=CUSTOMER)


def a_letter(*failures: object, key: bytes = b"till-7", event_id: str = "r1") -> Letter:
    told = {"dlt-event-id": event_id, "dlt-failures": json.dumps(failures)}
    pairs = tuple((name, value.encode()) for name, value in told.items())
    return letter_of(a_record(source=coordinates(3, topic="letters"), key=key, headers=pairs))


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (RETURN, True),
        (Sought(event_id=EventId("r2")), False),
        (BOUGHT, True),
        (Sought(bill=BillNumber("B-2")), False),
        (EARNED, True),
        (Sought(earn=EarnId("e2")), False),
        (PERSON, True),
        (Sought(customer=CustomerId(1)), False),
    ],
)
def test_an_outcome_is_found_by_its_return_its_bill_its_earns_and_its_customer(sought: Sought, *, found: bool) -> None:
    assert is_outcome_of(sought, an_outcome(a_verdict(earn_id="e1"))) is found


@pytest.mark.parametrize(
    ("sought", "letter", "fields", "found"),
    [
        (RETURN, a_letter(), {}, True),
        (RETURN, a_letter(event_id=""), {"event_id": "r1"}, True),
        (RETURN, a_letter(event_id="r2"), {"event_id": "r2"}, False),
        (BOUGHT, a_letter(), {"bill_number": "B-1"}, True),
        (BOUGHT, a_letter(), {"bill_number": "X-1", "lines": [{"parent_bill_number": "B-1"}]}, True),
        (BOUGHT, a_letter(), {"bill_number": "B-2", "lines": [{"parent_bill_number": None}]}, False),
        (BOUGHT, a_letter(), {}, False),
        (EARNED, a_letter({"earn_id": "e1"}), {}, True),
        (EARNED, a_letter(), {"earn_id": "e1"}, True),
        (EARNED, a_letter({"promotion_id": "p1"}, "e1"), {"earn_id": "e2"}, False),
        (PERSON, a_letter(), {"customer_id": 4711}, True),
        (PERSON, a_letter(key=b"4711"), {}, True),
        (PERSON, a_letter(), {"customer_id": 1}, False),
    ],
)
def test_a_dead_letter_is_found_by_its_headers_or_its_record(
    sought: Sought, letter: Letter, fields: Fields, *, found: bool
) -> None:
    assert is_letter_of(sought, letter, fields) is found


def test_what_is_sought_has_one_name() -> None:
    assert RETURN.names == ("return r1",)
    assert Sought().names == ()
    assert Sought(event_id=EventId("r1"), customer=CustomerId(0)).names == ("return r1", "customer 0")


def test_the_note_of_a_redrive_is_in_its_records_header() -> None:
    assert note_of(a_record(headers=(("redrive-note", b"wieder"),))) == "wieder"
    assert note_of(a_record()) is None
