"""Which of our fields a notification of each kind tells, and what the vendor's documentation says of where."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from consumer.core.model import EarnedFromType, PromotionType, ReturnEventType, ReturnType
from consumer.core.notification import NotificationKind

KINDS: Mapping[str, tuple[NotificationKind, ...]] = {
    "returns": (NotificationKind.RETURN,),
    "earns": (
        NotificationKind.EARNED,
        NotificationKind.REDEEMED,
        NotificationKind.REVOKED,
        NotificationKind.PURCHASE,
    ),
}
"""What the notifications of each topic may tell."""

ENUMS: Mapping[str, type[StrEnum]] = {
    "type": ReturnEventType,
    "return_type": ReturnType,
    "lines.return_type": ReturnType,
    "promotion_type": PromotionType,
    "earned_from_type": EarnedFromType,
}


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The fields of one kind: those that must be told, and those that may be."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


_END = KnownFields(("event_id", "customer_id", "earn_ids"), ("org_id",))
FIELDS: Mapping[NotificationKind, KnownFields] = {
    NotificationKind.RETURN: KnownFields(
        ("event_id", "type", "return_type", "bill_number", "returned_at"),
        (
            *("org_id", "customer_id", "store_code", "till_code", "purchased_at", "reason"),
            *("lines.line_id", "lines.quantity", "lines.item_code", "lines.parent_bill_number", "lines.return_type"),
            *("purchase_lines.line_id", "purchase_lines.quantity"),
        ),
    ),
    NotificationKind.EARNED: KnownFields(
        ("event_id", "customer_id", "earn_id", "promotion_id", "earned_from_type", "earned_at"),
        ("org_id", "promotion_type", "request_id", "bill_number", "store_code", "till_code", "line_ids"),
    ),
    NotificationKind.REDEEMED: _END,
    NotificationKind.REVOKED: _END,
    NotificationKind.PURCHASE: KnownFields(
        ("event_id", "customer_id", "request_id", "bill_number"),
        ("org_id", "promotion_ids", "store_code", "till_code"),
    ),
}
INSIDE = ("line_id", "quantity")
"""What an item of `lines` and of `purchase_lines` cannot do without."""

_ENVELOPE = {"event_id": "eventId", "org_id": "orgId"}
_CUSTOMER = {"customer_id": ["data.customerIdentifiers.customerId", "data.customerId", "customerId"]}
_STORE = {"store_code": "data.enteredBy.store.code", "till_code": "data.enteredBy.till.code"}
_PROMOTION = {"promotion_id": ["data.promotionId", "promotionId"]}

DOCUMENTED: Mapping[str, Mapping[str, Any]] = {
    "returns": {
        "transactionAdded": {
            "kind": "return",
            "where": "data.billType",
            "take": ["RETURN"],
            "leave": ["REGULAR", "NOT_INTERESTED", "NOT_INTERESTED_RETURN"],
            "fields": {
                **_ENVELOPE,
                **_CUSTOMER,
                "type": "=RETURN",
                "return_type": ["data.returnType", "=AMOUNT"],
                "bill_number": "data.billNumber",
                **_STORE,
                "returned_at": ["data.enteredAt", "createdAt"],
            },
        },
    },
    "earns": {
        "cartPromotionEarned": {
            "kind": "earned",
            "fields": {
                **_ENVELOPE,
                **_CUSTOMER,
                **_PROMOTION,
                "earn_id": ["data.earnId", "earnId"],
                "earned_from_type": ["data.earnedFromType", "=ACTIVITY"],
                "request_id": "apiRequestId",
                "earned_at": ["data.earnedTimeInMillis", "earnedTimeInMillis", "createdAt"],
            },
        },
        "cartPromotionRedeemed": {
            "kind": "redeemed",
            "fields": {
                **_ENVELOPE,
                **_CUSTOMER,
                "earn_ids": [
                    "data.appliedPromotions[].earnId",
                    "data.lineItemInfo[].appliedPromotions[].earnId",
                    "data.earnId",
                    "earnId",
                ],
            },
        },
        "cartPromotionRevoked": {
            "kind": "revoked",
            "fields": {**_ENVELOPE, **_CUSTOMER, "earn_ids": ["data.earnId", "earnId"]},
        },
        "transactionAdded": {
            "kind": "purchase",
            "where": "data.billType",
            "take": ["REGULAR"],
            "leave": ["RETURN", "NOT_INTERESTED", "NOT_INTERESTED_RETURN"],
            "fields": {
                **_ENVELOPE,
                **_CUSTOMER,
                "request_id": "apiRequestId",
                "bill_number": "data.billNumber",
                **_STORE,
                "promotion_ids": "data.earnedPromotions[].promotionId",
            },
        },
    },
}
"""How the vendor documents the notifications of each topic; the operator's own come over these, by their names."""
