"""Records of both topics; a test names only what it is about."""

import pickle
from collections.abc import Mapping
from itertools import count

from consumer.core.model import Coordinates, Millis, Record
from tests.flow.fakes import EARNS, RETURNS

_NUMBERS = count()
"""Records arrive in the order in which they are made."""


def record(offset: int, fields: Mapping[str, object] | bytes | None, *, topic: str = RETURNS, **more: object) -> Record:
    """A record of partition 0 under the first assignment; `more` replaces what it says of itself."""
    headers = more.get("headers", ())
    partition, epoch = more.get("partition", 0), more.get("epoch", 1)
    assert isinstance(headers, tuple)
    assert isinstance(partition, int)
    assert isinstance(epoch, int)
    return Record(
        source=Coordinates(topic, partition, offset),
        epoch=epoch,
        key=b"key",
        value=pickle.dumps(dict(fields)) if isinstance(fields, Mapping) else fields,
        headers=headers,
        timestamp=Millis(1_700_000_000_000),
        number=next(_NUMBERS),
    )


def return_fields(event_id: str = "r1", **more: object) -> dict[str, object]:
    """A full return of bill b1 by customer 7."""
    fields: dict[str, object] = {
        "event_id": event_id,
        "org_id": None,
        "type": "RETURN",
        "return_type": "FULL",
        "customer_id": 7,
        "bill_number": "b1",
        "store_code": None,
        "till_code": None,
        "purchased_at": None,
        "returned_at": 1_700_000_000_000,
        "reason": None,
        "lines": [],
        "purchase_lines": [],
    }
    return fields | more


def earn_fields(earn_id: str = "e1", **more: object) -> dict[str, object]:
    """An earn of customer 7 on bill b1, tied to no line."""
    fields: dict[str, object] = {
        "event_id": f"earn-{earn_id}",
        "org_id": None,
        "kind": "EARNED",
        "customer_id": 7,
        "earn_id": earn_id,
        "promotion_id": "p1",
        "promotion_type": "CUSTOMER",
        "earned_from_type": "ACTIVITY",
        "bill_number": "b1",
        "store_code": None,
        "till_code": None,
        "line_ids": [],
        "earned_at": 1_699_000_000_000,
    }
    return fields | more


def returned(offset: int, event_id: str = "r1", **more: object) -> Record:
    """A record of a full return of bill b1 by customer 7."""
    return record(offset, return_fields(event_id, **more))


def earned(offset: int, earn_id: str = "e1", **more: object) -> Record:
    """A record of an earn of customer 7 on bill b1."""
    return record(offset, earn_fields(earn_id, **more), topic=EARNS)
