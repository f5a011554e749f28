"""When a record's sense is broken: the breach, and the rules every kind of record shares."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from consumer.core.model import BillNumber, CustomerId, EventId, Millis, OrgId

MAX_ID_BYTES = 255
"""The longest id that every ledger can index, in UTF-8."""
MAX_CUSTOMER_ID = 2**63 - 1
YEAR_1 = -62_135_596_800_000
YEAR_9999 = 253_402_300_799_999
"""The last millisecond of the last year that every reader of a timestamp can tell."""

Broken = str | None
"""The words for a rule that is broken; None where it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A record that cannot be taken as it is; what could still be read of it rides along.

    `message` names the field and the rule, and nothing of the customer.
    """

    reason: Literal["undecodable", "invalid", "tombstone"]
    message: str
    event_id: EventId | None
    org_id: OrgId | None
    customer_id: CustomerId | None
    bill_numbers: tuple[BillNumber, ...]
    returned_at: Millis | None


def unreadable(reason: Literal["undecodable", "tombstone"], message: str) -> Breach:
    """The breach of a record of which nothing can be read."""
    return Breach(
        reason=reason,
        message=message,
        event_id=None,
        org_id=None,
        customer_id=None,
        bill_numbers=(),
        returned_at=None,
    )


def is_keepable(text: str) -> bool:
    """Whether every ledger can store and index this id; PostgreSQL knows no NUL."""
    if "\0" in text:
        return False
    return len(text) <= MAX_ID_BYTES and (text.isascii() or len(text.encode("utf-8", "replace")) <= MAX_ID_BYTES)


def unkeepable_id(name: str, text: str | None) -> Broken:
    """An id that is there is one that every ledger can keep."""
    return None if text is None or is_keepable(text) else f"{name} is longer than {MAX_ID_BYTES} bytes or has a NUL"


def unkeepable_ids(name: str, texts: Iterable[str]) -> Broken:
    """Each of a list of ids is one that every ledger can keep."""
    return next((broken for text in texts if (broken := unkeepable_id(name, text))), None)


def empty_id(name: str, text: str) -> Broken:
    """A required id says something."""
    return None if text else f"{name} is empty"


def too_many(name: str, items: Sequence[object], most: int) -> Broken:
    """A list has at most so many items; what has more is not looked at further."""
    return f"{name} has more than {most} items, the most that limits.lines allows" if len(items) > most else None


def bad_customer(customer_id: int | None) -> Broken:
    """A customer's id is positive, if there is one."""
    is_bad = customer_id is not None and readable_customer(customer_id) is None
    return "customer_id is out of range" if is_bad else None


def bad_moment(name: str, moment: int | None, *, earliest: int) -> Broken:
    """A moment from `earliest` to the end of the year 9999."""
    is_bad = moment is not None and not earliest <= moment <= YEAR_9999
    return f"{name} is an impossible date" if is_bad else None


def readable_event(event_id: str) -> EventId | None:
    """The event's id, if it may be told further."""
    return EventId(event_id) if event_id and is_keepable(event_id) else None


def readable_customer(customer_id: int | None) -> CustomerId | None:
    """The customer's id, if it is one."""
    return CustomerId(customer_id) if customer_id is not None and 0 < customer_id <= MAX_CUSTOMER_ID else None


def readable_bills(bill_numbers: Iterable[str]) -> tuple[BillNumber, ...]:
    """The bills that may be told further, each once, in order of appearance."""
    return tuple(BillNumber(bill) for bill in dict.fromkeys(bill_numbers) if bill and is_keepable(bill))


def effective_org(org_id: str | None, default_org: OrgId) -> OrgId:
    """The organisation; a record without one, or with an empty one, means the default."""
    return OrgId(org_id) if org_id else default_org
