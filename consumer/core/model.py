"""The nouns of the domain: purchases, earns, returns, and what identifies each.

What is looked up by is a named tuple, hashed and compared without Python code: for each return that happens dozens of
times. All else is a frozen dataclass.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, NewType

OrgId = NewType("OrgId", str)
CustomerId = NewType("CustomerId", int)
EventId = NewType("EventId", str)
BillNumber = NewType("BillNumber", str)
StoreCode = NewType("StoreCode", str)
TillCode = NewType("TillCode", str)
LineId = NewType("LineId", str)
PromotionId = NewType("PromotionId", str)
EarnId = NewType("EarnId", str)
RequestId = NewType("RequestId", str)
Millis = NewType("Millis", int)
"""Milliseconds since 1970-01-01 UTC."""


class ReturnEventType(StrEnum):
    """What kind of event a return transaction is."""

    RETURN = "RETURN"
    NOT_INTERESTED_RETURN = "NOT_INTERESTED_RETURN"
    MIXED = "MIXED"


class ReturnType(StrEnum):
    """How much of a bill came back."""

    FULL = "FULL"
    LINE_ITEM = "LINE_ITEM"
    AMOUNT = "AMOUNT"
    CANCELLED = "CANCELLED"


class EarnKind(StrEnum):
    """What an earn event tells of its earn."""

    EARNED = "EARNED"
    REDEEMED = "REDEEMED"
    REVOKED = "REVOKED"


class PromotionType(StrEnum):
    """The vendor's promotion types; POS and CODE can never be revoked (730)."""

    POS = "POS"
    CUSTOMER = "CUSTOMER"
    CODE = "CODE"
    EARNING = "EARNING"
    REWARD = "REWARD"


class EarnedFromType(StrEnum):
    """What triggered an earn."""

    ACTIVITY = "ACTIVITY"
    MILESTONE = "MILESTONE"
    REWARD = "REWARD"
    BULK_ISSUE = "BULK_ISSUE"


class EarnState(StrEnum):
    """What the ledger remembers of an earn."""

    HELD = "held"
    REVOKED = "revoked"
    REDEEMED = "redeemed"


class Coordinates(NamedTuple):
    """Where a record stands in Kafka; its text names the holder of a claim."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A source record as it came, untouched. `epoch` counts the assignments of its partition in this process."""

    source: Coordinates
    epoch: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp: Millis
    number: int = field(default=0, compare=False)
    """Its place among the records of its topic that this process was given."""


class PurchaseKey(NamedTuple):
    """What identifies a purchase: organisation and bill, plus store and till where the operator's scope says so."""

    org_id: OrgId
    bill_number: BillNumber
    store_code: StoreCode | None = None
    till_code: TillCode | None = None


class EarnKey(NamedTuple):
    """What identifies an earn: the vendor's earn ids are unique in an organisation."""

    org_id: OrgId
    earn_id: EarnId


@dataclass(frozen=True, slots=True, kw_only=True)
class Earn:
    """One entitlement, as the ledger knows it.

    `claim` is the text of the coordinates of the record whose call for this earn is under way or of unknown fate;
    of a revoked earn it is the record that revoked it, if it was us.
    """

    key: EarnKey
    customer_id: CustomerId
    promotion_id: PromotionId
    promotion_type: PromotionType | None
    earned_from: EarnedFromType
    purchase: PurchaseKey | None
    line_ids: frozenset[LineId]
    earned_at: Millis
    state: EarnState
    claim: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnEvent:
    """What the earn feed tells. For REDEEMED and REVOKED only the ids count; `earn` is then None.

    An earn whose purchase is not known may have the `request_id` of the vendor's API call that triggered it: then it
    waits for the purchase that names it.
    """

    event_id: EventId
    kind: EarnKind
    key: EarnKey
    customer_id: CustomerId
    earn: Earn | None
    request_id: RequestId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamingPurchase:
    """A purchase that names what it earned: its customer's earns of these promotions, by one request to the vendor.

    `promotions` is None where it names all that its customer earned by the request.
    """

    event_id: EventId
    customer_id: CustomerId
    request_id: RequestId
    promotions: frozenset[PromotionId] | None
    purchase: PurchaseKey


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQuantity:
    """How many of one line of a bill."""

    line_id: LineId
    quantity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """One line of a return; in a MIXED event it names its own parent bill, or is new goods."""

    line_id: LineId
    quantity: float
    parent_bill_number: BillNumber | None = None
    return_type: ReturnType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTransaction:
    """One return as the till told it, its sense already checked; `org_id` is the effective one."""

    event_id: EventId
    org_id: OrgId
    type: ReturnEventType
    return_type: ReturnType
    customer_id: CustomerId | None
    bill_number: BillNumber
    store_code: StoreCode | None
    till_code: TillCode | None
    purchased_at: Millis | None
    returned_at: Millis
    lines: tuple[ReturnLine, ...]
    purchase_lines: tuple[LineQuantity, ...]


class Extent(StrEnum):
    """How much of one purchase a return brings back by its own word."""

    WHOLE = "whole"
    LINES = "lines"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedGoods:
    """What one return brought back of one purchase; the ledger keeps it for the sum of partial returns."""

    purchase: PurchaseKey
    extent: Extent
    lines: tuple[LineQuantity, ...]
    purchase_lines: tuple[LineQuantity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPurchase:
    """One purchase as one record sees it: what came back now, and whether the whole bill is back by now."""

    source: Coordinates
    purchase: PurchaseKey
    customer_id: CustomerId
    extent: Extent
    line_ids: frozenset[LineId]
    whole_bill: bool
    purchased_at: Millis | None
    returned_at: Millis
