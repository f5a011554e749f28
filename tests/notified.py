"""The vendor's notifications, in the two envelopes it documents; a test names only what it is about."""

from collections.abc import Callable, Mapping
from typing import Any

Envelope = Callable[..., dict[str, Any]]
CREATED_AT = 1_763_000_000_000


def flat(name: str, data: Mapping[str, object], **changes: object) -> dict[str, Any]:
    """As the vendor's service sends it."""
    told = {
        "eventName": name,
        "eventId": f"{name}-1",
        "orgId": 100,
        "refId": "100_1",
        "apiRequestId": "q1",
        "createdAt": CREATED_AT,
        "loyaltyEventId": None,
        "data": data,
    }
    return told | changes


def wrapped(name: str, data: Mapping[str, object], **changes: object) -> dict[str, Any]:
    """As its webhooks send it, enriched."""
    inside = flat(name, data, **changes)
    event_id = inside.pop("eventId")
    return {
        "eventId": event_id,
        "eventType": f"100_{name}",
        "consumerGroupId": None,
        "actionType": "START",
        "timeStamp": CREATED_AT + 14,
        "attributes": inside,
    }


def customer(customer_id: object = 4711) -> dict[str, object]:
    return {"customerIdentifiers": {"customerId": customer_id, "instore": {"mobile": "0", "externalId": "null"}}}


def transaction(bill_type: object, bill: object = "B-1", **more: object) -> dict[str, object]:
    """The data of a transactionAdded."""
    data: dict[str, object] = {
        "amount": 89.0,
        "billNumber": bill,
        "enteredAt": CREATED_AT - 1000,
        "transactionId": 65658570,
        "billType": bill_type,
        "lineItemCount": 1,
        "enteredBy": {"id": 1, "till": {"code": "till-1"}, "store": {"code": "store-1", "externalId": ""}},
        **customer(),
    }
    return data | more


def an_earn(earn_id: object = "e1", promotion_id: object = "p1", **more: object) -> dict[str, object]:
    """The data of a cartPromotionEarned, or of a cartPromotionRevoked."""
    return {**customer(), "promotionId": promotion_id, "earnId": earn_id, **more}
