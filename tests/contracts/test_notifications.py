"""The vendor's notifications, as it documents them, to the fields of our schemas."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from consumer.adapters.avro import RecordDecoder
from consumer.core.notification import Foreign
from consumer.ports import Undecodable
from consumer.settings import load
from consumer.wiring.decoders import SourceTopic, record_decoder
from tests.cli.given_settings import RIGHT
from tests.contracts.read_fields import fields_of, notification_decoder
from tests.notified import CREATED_AT, Envelope, an_earn, customer, flat, transaction, wrapped

RETURNS, EARNS = notification_decoder("returns"), notification_decoder("earns")


def read(by: RecordDecoder, told: Mapping[str, object]) -> Mapping[str, Any]:
    return fields_of(by, json.dumps(told).encode())


def refused(by: RecordDecoder, told: Mapping[str, object]) -> str:
    with pytest.raises(Undecodable) as raised:
        by.decode(json.dumps(told).encode())
    return str(raised.value)


@pytest.mark.parametrize("envelope", [flat, wrapped])
def test_a_return_is_one_of_an_amount_unless_it_says_what_came_back(envelope: Envelope) -> None:
    assert read(RETURNS, envelope("transactionAdded", transaction("RETURN"))) == {
        "event_id": "transactionAdded-1",
        "org_id": "100",
        "type": "RETURN",
        "return_type": "AMOUNT",
        "customer_id": 4711,
        "bill_number": "B-1",
        "store_code": "store-1",
        "till_code": "till-1",
        "purchased_at": None,
        "returned_at": CREATED_AT - 1000,
        "reason": None,
        "lines": [],
        "purchase_lines": None,
    }
    told = read(RETURNS, envelope("transactionAdded", transaction("RETURN", returnType="FULL")))
    assert told["return_type"] == "FULL"


@pytest.mark.parametrize("envelope", [flat, wrapped])
def test_an_earn_names_its_request_and_no_bill(envelope: Envelope) -> None:
    data = an_earn(issueId="i1", earnedTimeInMillis=CREATED_AT - 5)

    assert read(EARNS, envelope("cartPromotionEarned", data)) == {
        "event_id": "cartPromotionEarned-1",
        "org_id": "100",
        "kind": "EARNED",
        "customer_id": 4711,
        "earn_id": "e1",
        "promotion_id": "p1",
        "promotion_type": None,
        "earned_from_type": "ACTIVITY",
        "bill_number": "",
        "store_code": None,
        "till_code": None,
        "line_ids": [],
        "earned_at": CREATED_AT - 5,
        "request_id": "q1",
    }


def test_an_earn_may_stand_in_the_envelope_itself() -> None:
    told = flat("cartPromotionEarned", {}, customerId="4711", promotionId=7, earnId="e1", earnedTimeInMillis=5)

    fields = read(EARNS, told)

    assert [fields[name] for name in ("customer_id", "promotion_id", "earn_id", "earned_at")] == [4711, "7", "e1", 5000]


@pytest.mark.parametrize("envelope", [flat, wrapped])
def test_a_redemption_names_all_its_earns_once(envelope: Envelope) -> None:
    data = {
        **customer(),
        "transactionIdentifier": "B-2",
        "appliedPromotions": [{"promotionId": "p1", "earnId": "e1"}, {"promotionId": "p2", "earnId": "null"}],
        "lineItemInfo": [{"appliedPromotions": [{"earnId": "e1"}, {"earnId": 7}]}, {"sku": "s"}],
    }

    fields = read(EARNS, envelope("cartPromotionRedeemed", data))

    assert (fields["kind"], fields["customer_id"], fields["earn_ids"]) == ("REDEEMED", 4711, ["e1", "7"])


@pytest.mark.parametrize("envelope", [flat, wrapped])
def test_a_revoke_names_its_earn(envelope: Envelope) -> None:
    fields = read(EARNS, envelope("cartPromotionRevoked", an_earn()))

    assert (fields["kind"], fields["org_id"], fields["earn_ids"]) == ("REVOKED", "100", ["e1"])


@pytest.mark.parametrize("envelope", [flat, wrapped])
def test_a_purchase_names_the_promotions_that_it_lists(envelope: Envelope) -> None:
    listed = [{"promotionId": "p1"}, {"promotionId": 2}, {"promotionId": "p1"}]

    assert read(EARNS, envelope("transactionAdded", transaction("REGULAR", earnedPromotions=listed))) == {
        "event_id": "transactionAdded-1",
        "org_id": "100",
        "kind": "PURCHASE",
        "customer_id": 4711,
        "request_id": "q1",
        "bill_number": "B-1",
        "store_code": "store-1",
        "till_code": "till-1",
        "promotion_ids": ["p1", "2"],
    }


@pytest.mark.parametrize(("link_by", "named"), [("promotion", []), ("request", None)])
def test_a_purchase_that_lists_none_names_none_or_all_as_the_operator_says(link_by: str, named: object) -> None:
    by = notification_decoder("earns", NOTIFICATIONS__LINK_BY=link_by)

    assert read(by, flat("transactionAdded", transaction("REGULAR")))["promotion_ids"] == named
    listed = transaction("REGULAR", earnedPromotions=[{"promotionId": "p1"}])
    assert read(by, flat("transactionAdded", listed))["promotion_ids"] == ["p1"]


@pytest.mark.parametrize("topic", ["returns", "earns"])
@pytest.mark.parametrize(
    ("told", "customer_id"),
    [(4711, 4711), ("4711", 4711), ("9007199254740993", 2**53 + 1), (4711.0, 4711), (-1, -1)],
)
def test_ids_may_be_digits(topic: SourceTopic, told: object, customer_id: int) -> None:
    data = transaction("RETURN" if topic == "returns" else "REGULAR", bill=12, **customer(told))

    fields = read(notification_decoder(topic), wrapped("transactionAdded", data, orgId="51135", apiRequestId=77))

    assert (fields["customer_id"], fields["org_id"], fields["bill_number"]) == (customer_id, "51135", "12")


@pytest.mark.parametrize("nothing", [None, "null", ""])
@pytest.mark.parametrize("envelope", [flat, wrapped])
def test_a_word_for_nothing_is_nothing(envelope: Envelope, nothing: object) -> None:
    data = transaction("RETURN", enteredAt=nothing, enteredBy=nothing, **customer(nothing))

    fields = read(RETURNS, envelope("transactionAdded", data, orgId=nothing))

    assert [fields[name] for name in ("customer_id", "org_id", "store_code", "till_code")] == [None] * 4
    assert fields["returned_at"] == CREATED_AT


@pytest.mark.parametrize(("told", "moment"), [(1_763_000_000, 1_763_000_000_000), ("1763000000", 1_763_000_000_000)])
def test_moments_may_be_seconds(told: object, moment: int) -> None:
    fields = read(RETURNS, flat("transactionAdded", transaction("RETURN", enteredAt=told)))
    earn = read(EARNS, flat("cartPromotionEarned", an_earn(earnedTimeInMillis=told)))

    assert (fields["returned_at"], earn["earned_at"]) == (moment, moment)


PASSED_OVER: list[tuple[SourceTopic, dict[str, Any]]] = [
    ("returns", flat("transactionAdded", transaction("REGULAR"))),
    ("returns", wrapped("transactionAdded", transaction("not_interested"))),
    ("returns", flat("cartPromotionEarned", an_earn())),
    ("earns", flat("transactionAdded", transaction("RETURN"))),
]


@pytest.mark.parametrize(("topic", "told"), PASSED_OVER)
def test_what_is_meant_for_another_is_passed_over(topic: SourceTopic, told: dict[str, Any]) -> None:
    assert isinstance(notification_decoder(topic).decode(json.dumps(told).encode()), Foreign)


def test_what_the_operator_ignores_is_passed_over_even_if_it_is_documented() -> None:
    by = notification_decoder("earns", NOTIFICATIONS__IGNORE=["tierUpgraded", "cartPromotionRevoked"])

    for name in ("tierUpgraded", "cartPromotionRevoked"):
        assert by.decode(json.dumps(flat(name, an_earn())).encode()) == Foreign(
            reason=f"the notification {name} is passed over", event_id=None
        )


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (flat("tierUpgraded", {}), "the mapping says nothing of the notification tierUpgraded"),
        (flat("transactionAdded", transaction("MIXED")), "data.billType that the mapping neither takes nor leaves"),
        (flat("transactionAdded", transaction("RETURN", bill="null")), "transactionAdded: JSON without bill_number"),
        (flat("transactionAdded", transaction("RETURN"), eventId=None), "transactionAdded: JSON without event_id"),
        (flat("transactionAdded", transaction("RETURN", returnType="HALF")), "return_type is not one of its symbols"),
        (flat("transactionAdded", transaction("RETURN", **customer("Jane"))), "customer_id is not a 64-bit integer"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_reason(told: dict[str, Any], words: str) -> None:
    assert refused(RETURNS, told).endswith(words)


def test_json_of_our_own_fields_is_read_beside_notifications_where_it_is_accepted() -> None:
    ours = {"event_id": "r1", "type": "RETURN", "return_type": "FULL", "bill_number": "B1", "returned_at": 5}
    only_theirs = notification_decoder("returns", SCHEMAS__ACCEPT_JSON=False)

    assert read(RETURNS, ours)["event_id"] == "r1"
    assert "not accepted" in refused(only_theirs, ours)
    assert read(only_theirs, flat("transactionAdded", transaction("RETURN")))["bill_number"] == "B-1"


def test_notifications_are_read_only_where_they_are_asked_for() -> None:
    off = record_decoder(load(None, RIGHT), "returns", None)

    assert refused(off, flat("transactionAdded", transaction("RETURN"))) == "JSON without event_id"


def test_the_operators_mapping_reads_what_the_bridge_adds() -> None:
    lines = {"lines.line_id": "data.items[].no", "lines.quantity": ["data.items[].qty", "=1"]}
    mapped = {
        "kind": "return",
        "fields": {
            "event_id": "id",
            "type": "=RETURN",
            "return_type": "=LINE_ITEM",
            "bill_number": "data.bill",
            "customer_id": "data.who",
            "returned_at": "data.at",
            **lines,
        },
    }
    by = notification_decoder(
        "returns", NOTIFICATIONS__RETURNS={"goodsBack": mapped}, NOTIFICATIONS__EVENT_NAME=["kind.name"]
    )
    items = [{"no": 1, "qty": "2"}, {"no": "2"}]
    told = {"kind": {"name": "goodsBack"}, "id": 5, "data": {"bill": "B", "who": 7, "at": 9, "items": items}}

    fields = read(by, told)

    assert (fields["event_id"], fields["returned_at"]) == ("5", 9000)
    assert [(line["line_id"], line["quantity"]) for line in fields["lines"]] == [("1", 2.0), ("2", 1.0)]
