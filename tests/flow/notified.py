"""Earns that wait, purchases that name them, and a flow that gets them one by one."""

from typing import Any

from consumer.core.model import Record
from consumer.core.outcome import VerdictKind
from tests.flow.a_world import Flow
from tests.flow.fakes import EARNS
from tests.flow.records import earned, record


def waiting(offset: int, earn_id: str = "e1", **more: object) -> Record:
    """An earn of customer 7 by request q1; which purchase it is of, it does not say."""
    return earned(offset, earn_id, **({"bill_number": "", "request_id": "q1"} | more))


def bought(offset: int, bill: str = "b1", *, redrive: int = 0, **more: object) -> Record:
    """The purchase of a bill by customer 7, which names the earns of promotion p1 by request q1."""
    fields: dict[str, object] = {
        "event_id": f"bought-{bill}",
        "org_id": None,
        "kind": "PURCHASE",
        "customer_id": 7,
        "request_id": "q1",
        "bill_number": bill,
        "store_code": None,
        "till_code": None,
        "promotion_ids": ["p1"],
    }
    headers: Any = (("redrive-count", str(redrive).encode()),) if redrive else ()
    return record(offset, fields | more, topic=EARNS, headers=headers)


async def received(flow: Flow, *records: Record) -> None:
    """One after the other, each settled before the next."""
    for each in records:
        flow.receive(each)
        await flow.rest()


def verdicts(flow: Flow, offset: int, topic: str = EARNS) -> dict[str, VerdictKind]:
    return {verdict.earn_id: verdict.kind for verdict in flow.published.of(offset, topic).verdicts}
