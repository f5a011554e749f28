"""From the fields of an earn event to the event, or to the rule it breaks."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
)
from consumer.core.reading import BillScope, Breach, read_earn
from tests.builders import MOST_LINES

HERE = OrgId("here")
LAST_OF_9999 = 253_402_300_799_999


def fields(**changed: object) -> dict[str, object]:
    return {
        "event_id": "n1",
        "org_id": None,
        "kind": "EARNED",
        "customer_id": 7,
        "earn_id": "e1",
        "promotion_id": "p1",
        "promotion_type": "EARNING",
        "earned_from_type": "ACTIVITY",
        "bill_number": "B1",
        "store_code": "s",
        "till_code": "t",
        "line_ids": ["1", "2", "1"],
        "earned_at": 5,
        **changed,
    }


def read(**changed: object) -> EarnEvent | Breach:
    return read_earn(fields(**changed), BillScope.ORG, HERE, MOST_LINES)


def earned(scope: BillScope = BillScope.ORG, **changed: object) -> Earn:
    event = read_earn(fields(**changed), scope, HERE, MOST_LINES)
    assert isinstance(event, EarnEvent)
    assert event.earn is not None
    return event.earn


def test_what_was_earned_is_told_in_full() -> None:
    assert earned() == Earn(
        key=EarnKey(org_id=HERE, earn_id=EarnId("e1")),
        customer_id=CustomerId(7),
        promotion_id=PromotionId("p1"),
        promotion_type=PromotionType.EARNING,
        earned_from=EarnedFromType.ACTIVITY,
        purchase=PurchaseKey(org_id=HERE, bill_number=BillNumber("B1")),
        line_ids=frozenset({LineId("1"), LineId("2")}),
        earned_at=Millis(5),
        state=EarnState.HELD,
    )


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"event_id": ""}, "event_id"),
        ({"event_id": "\0"}, "event_id"),
        ({"org_id": "o" * 256}, "org_id"),
        ({"earn_id": ""}, "earn_id"),
        ({"earn_id": "e" * 256}, "earn_id"),
        ({"customer_id": 0}, "customer_id"),
        ({"customer_id": -1}, "customer_id"),
    ],
)
@pytest.mark.parametrize("kind", list(EarnKind))
def test_a_broken_id_is_named_whatever_the_kind(kind: EarnKind, changed: dict[str, object], named: str) -> None:
    broken = read(**{"kind": kind.value, **changed})

    assert isinstance(broken, Breach)
    assert broken.reason == "invalid"
    assert named in broken.message


BROKEN_EARNS: list[tuple[dict[str, object], str]] = [
    ({"promotion_id": ""}, "promotion_id"),
    ({"promotion_id": "\0"}, "promotion_id"),
    ({"bill_number": ""}, "bill_number"),
    ({"bill_number": "b" * 256}, "bill_number"),
    ({"store_code": "\0"}, "store_code"),
    ({"till_code": "\0"}, "till_code"),
    ({"earned_at": 0}, "earned_at"),
    ({"earned_at": -5}, "earned_at"),
    ({"earned_at": LAST_OF_9999 + 1}, "earned_at"),
    ({"line_ids": ["1", "\0"]}, "line_ids"),
    ({"line_ids": ["1"] * 10_001}, "line_ids"),
]


@pytest.mark.parametrize(("changed", "named"), BROKEN_EARNS)
def test_a_broken_rule_of_what_was_earned_is_named_by_its_field(changed: dict[str, object], named: str) -> None:
    broken = read(**changed)

    assert isinstance(broken, Breach)
    assert named in broken.message


@pytest.mark.parametrize("kind", ["REDEEMED", "REVOKED"])
@pytest.mark.parametrize(("changed", "_named"), BROKEN_EARNS)
def test_of_what_became_of_an_earn_only_the_ids_count(kind: str, changed: dict[str, object], _named: str) -> None:
    assert read(**{"kind": kind, **changed}) == EarnEvent(
        event_id=EventId("n1"),
        kind=EarnKind(kind),
        key=EarnKey(org_id=HERE, earn_id=EarnId("e1")),
        customer_id=CustomerId(7),
        earn=None,
    )


@pytest.mark.parametrize("source", ["MILESTONE", "REWARD", "BULK_ISSUE"])
def test_what_no_purchase_triggered_may_have_no_bill(source: str) -> None:
    assert earned(earned_from_type=source, bill_number="").purchase is None
    assert earned(earned_from_type=source).purchase is not None


@pytest.mark.parametrize(
    ("scope", "codes"),
    [(BillScope.ORG, (None, None)), (BillScope.STORE, ("s", None)), (BillScope.TILL, ("s", "t"))],
)
def test_the_purchase_has_the_codes_of_its_scope(scope: BillScope, codes: tuple[str | None, str | None]) -> None:
    purchase = earned(scope).purchase

    assert purchase is not None
    assert (purchase.store_code, purchase.till_code) == codes


def test_empty_codes_are_no_codes() -> None:
    assert earned(BillScope.TILL, store_code="", till_code="").purchase == PurchaseKey(
        org_id=HERE, bill_number=BillNumber("B1")
    )


def test_an_unknown_promotion_type_is_none() -> None:
    assert earned(promotion_type=None).promotion_type is None


def test_what_can_still_be_read_rides_along_with_a_breach() -> None:
    broken = read(org_id="there", earn_id="")

    assert isinstance(broken, Breach)
    assert (broken.event_id, broken.org_id, broken.customer_id) == ("n1", "there", 7)
    assert (broken.bill_numbers, broken.returned_at) == (("B1",), None)


TEXT = st.one_of(st.text(max_size=4), st.sampled_from(["", "\0", "x" * 300]))
LONG = st.integers(-(2**63), 2**63 - 1)


@given(
    st.fixed_dictionaries(
        {
            "event_id": TEXT,
            "org_id": st.none() | TEXT,
            "kind": st.sampled_from(["EARNED", "REDEEMED", "REVOKED"]),
            "customer_id": LONG,
            "earn_id": TEXT,
            "promotion_id": TEXT,
            "promotion_type": st.none() | st.sampled_from(["POS", "CUSTOMER", "CODE", "EARNING", "REWARD"]),
            "earned_from_type": st.sampled_from(["ACTIVITY", "MILESTONE", "REWARD", "BULK_ISSUE"]),
            "bill_number": TEXT,
            "store_code": st.none() | TEXT,
            "till_code": st.none() | TEXT,
            "line_ids": st.lists(TEXT, max_size=3),
            "earned_at": LONG,
        }
    ),
    st.sampled_from(BillScope),
)
def test_any_record_of_the_schema_is_an_event_or_a_breach(told: dict[str, Any], scope: BillScope) -> None:
    event = read_earn(told, scope, HERE, MOST_LINES)

    if isinstance(event, EarnEvent):
        assert event.customer_id > 0
        assert (event.earn is not None) == (event.kind is EarnKind.EARNED)
        assert event.key.earn_id
    else:
        assert event.message
