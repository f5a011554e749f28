"""From the fields of a record of the earn feed to all that it tells."""

from typing import Any

import pytest

from consumer.core.breach import Breach
from consumer.core.model import CustomerId, EarnEvent, EarnKind, EventId, NamingPurchase, OrgId, PromotionId, RequestId
from consumer.core.purchase import BillScope
from consumer.core.reading_feed import Feeding, read_feed
from tests.builders import MOST_LINES, a_purchase

HERE = OrgId("org-1")


def a_waiting_earn(**changed: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "event_id": "n1",
        "org_id": None,
        "kind": "EARNED",
        "customer_id": 7,
        "earn_id": "e1",
        "promotion_id": "p1",
        "promotion_type": None,
        "earned_from_type": "ACTIVITY",
        "bill_number": "",
        "store_code": None,
        "till_code": None,
        "line_ids": [],
        "earned_at": 5,
        "request_id": "q1",
    }
    return fields | changed


def ends(*earn_ids: str, **changed: object) -> dict[str, object]:
    fields = {"event_id": "n1", "org_id": None, "kind": "REDEEMED", "customer_id": 7, "earn_ids": list(earn_ids)}
    return fields | changed


def a_told_purchase(**changed: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "event_id": "n1",
        "org_id": None,
        "kind": "PURCHASE",
        "customer_id": 7,
        "request_id": "q1",
        "bill_number": "B-1",
        "store_code": "s",
        "till_code": None,
        "promotion_ids": ["p1", "p2"],
    }
    return fields | changed


def read(fields: dict[str, object], scope: BillScope = BillScope.ORG) -> Feeding | Breach:
    return read_feed(fields, scope, HERE, MOST_LINES)


def only_event(fields: dict[str, object]) -> EarnEvent:
    events = read(fields)
    assert isinstance(events, tuple)
    (event,) = events
    return event


def message(fields: dict[str, object]) -> str:
    breach = read(fields)
    assert isinstance(breach, Breach)
    return breach.message


def test_an_earn_without_a_bill_waits_for_the_purchase_of_its_request() -> None:
    event = only_event(a_waiting_earn())

    assert event.request_id == RequestId("q1")
    assert event.earn is not None
    assert event.earn.purchase is None


@pytest.mark.parametrize("request_id", ["q1", None, ""])
def test_an_earn_with_a_bill_waits_for_nothing(request_id: str | None) -> None:
    event = only_event(a_waiting_earn(bill_number="B-1", request_id=request_id))

    assert event.request_id is None
    assert event.earn is not None
    assert event.earn.purchase == a_purchase()


@pytest.mark.parametrize("request_id", [None, ""])
def test_an_earn_by_a_purchase_that_nothing_can_name_is_broken(request_id: str | None) -> None:
    assert message(a_waiting_earn(request_id=request_id)) == "bill_number is empty"


def test_a_request_that_no_ledger_can_keep_is_broken() -> None:
    assert "request_id" in message(a_waiting_earn(request_id="q" * 256))


def test_a_record_of_the_schema_is_one_event() -> None:
    fields = a_waiting_earn(bill_number="B-1")
    del fields["request_id"]

    assert only_event(fields).kind is EarnKind.EARNED


def test_one_notification_may_tell_the_end_of_several_earns() -> None:
    events = read(ends("e1", "e2"))

    assert isinstance(events, tuple)
    assert [(event.key.earn_id, event.kind, event.earn) for event in events] == [
        ("e1", EarnKind.REDEEMED, None),
        ("e2", EarnKind.REDEEMED, None),
    ]


def test_one_that_names_no_earn_tells_nothing() -> None:
    assert read(ends()) == ()


def test_one_broken_id_breaks_them_all() -> None:
    assert message(ends("e1", "")) == "earn_id is empty"


def test_more_ends_at_once_than_allowed_are_broken() -> None:
    breach = read(ends(*["e"] * (MOST_LINES + 1)))

    assert isinstance(breach, Breach)
    assert breach.message == f"earn_ids has more than {MOST_LINES} items, the most that limits.lines allows"
    assert (breach.event_id, breach.customer_id) == (ends()["event_id"], ends()["customer_id"])


def test_a_purchase_names_the_promotions_it_lists() -> None:
    assert read(a_told_purchase(), BillScope.STORE) == NamingPurchase(
        event_id=EventId("n1"),
        customer_id=CustomerId(7),
        request_id=RequestId("q1"),
        promotions=frozenset({PromotionId("p1"), PromotionId("p2")}),
        purchase=a_purchase(store_code="s"),
    )


def test_a_purchase_may_name_all_promotions() -> None:
    purchase = read(a_told_purchase(promotion_ids=None))

    assert isinstance(purchase, NamingPurchase)
    assert purchase.promotions is None


@pytest.mark.parametrize(
    "missing",
    [{"customer_id": None}, {"customer_id": 0}, {"request_id": None}, {"request_id": ""}, {"promotion_ids": []}],
)
def test_a_purchase_that_can_name_nothing_tells_nothing(missing: dict[str, Any]) -> None:
    assert read(a_told_purchase(**missing)) == ()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"event_id": ""}, "event_id is empty"),
        ({"bill_number": ""}, "bill_number is empty"),
        ({"bill_number": "\0"}, "bill_number is longer"),
        ({"request_id": "q" * 256}, "request_id is longer"),
        ({"org_id": "\0"}, "org_id is longer"),
        ({"promotion_ids": ["p1", "p" * 256]}, "one of promotion_ids is longer"),
        ({"promotion_ids": ["p"] * 10_001}, "promotion_ids has more than 10000"),
    ],
)
def test_a_purchase_without_sense_is_broken(broken: dict[str, Any], words: str) -> None:
    breach = read(a_told_purchase(**broken))

    assert isinstance(breach, Breach)
    assert breach.message.startswith(words)
    assert (breach.reason, breach.customer_id) == ("invalid", 7)
