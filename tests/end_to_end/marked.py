"""Records of customers whose every word can be told from any other, and what must never be said of them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.end_to_end import encodings
from tests.end_to_end.truth import Given, Topic, Unreadable, VendorState
from tests.end_to_end.vendor import BASIC, PASSWORD

WORD = "sentinel"
FIRST_CUSTOMER = 8_812_345_000_001
STATES: tuple[VendorState, ...] = ("held", "revoked", "unknown", "redeemed", "refused")
"""What the vendor knows of the one earn of each customer."""
CALM = tuple(range(FIRST_CUSTOMER, FIRST_CUSTOMER + len(STATES)))
STORMY = tuple(range(CALM[-1] + 1, CALM[-1] + 1 + len(STATES)))
VENDOR = {
    f"E{customer % 1000}": (customer, "P1", state) for customer, state in zip(CALM + STORMY, STATES * 2, strict=True)
}
NEVER_TOLD = (
    PASSWORD,
    BASIC.removeprefix("Basic "),
    "token-1",
    "who are you",  # what the vendor says of strangers
    WORD,
    str(FIRST_CUSTOMER)[:-3],
)


def told_in(text: str) -> list[str]:
    """What is in this text and should not be."""
    return [each for each in NEVER_TOLD if each in text]


def earns() -> Iterator[Given]:
    """The earn of each customer."""
    for earn_id, (customer, promotion_id, _) in VENDOR.items():
        yield _given("earns", customer, _earn(customer, earn_id, promotion_id))


def returns(life: str, customers: Iterable[int]) -> Iterator[Given]:
    """A return of each of these customers; its event is this life's own."""
    for customer in customers:
        yield _given("returns", customer, encodings.as_json(_return(customer, life)))


def garbage() -> Iterator[Given]:
    """Records that nobody can read or make sense of, each with such words where it breaks."""
    good = _return(FIRST_CUSTOMER, "garbage")
    avro = encodings.single_object(encodings.RETURN, good)
    broken: list[Mapping[str, Any]] = [
        {"type": f"{WORD}-type"},
        {"customer_id": f"{WORD}-customer"},
        {"returned_at": f"{WORD}-when"},
        {"lines": f"{WORD}-lines"},
        {"lines": [{"line_id": f"{WORD}-line", "quantity": f"{WORD}-quantity"}]},
        {"return_type": "LINE_ITEM", "lines": [{"line_id": f"{WORD}-line", "quantity": -1.0}]},
        {"type": "MIXED", "lines": [{"line_id": f"{WORD}-line", "quantity": 1.0}]},
        {"returned_at": -5},
    ]
    values = [
        json.dumps(good)[:-9].encode(),
        avro[: len(avro) - 12],
        avro[:3] + avro[11:],
        WORD.encode(),
        *(encodings.as_json({**good, **changes}) for changes in broken),
    ]
    for value in values:
        yield _given("returns", FIRST_CUSTOMER, value)
    earn = _earn(FIRST_CUSTOMER, "E0", "P1")
    for value in (earn[:-9], earn.replace(b"ACTIVITY", f"{WORD}-kind".encode()), WORD.encode()):
        yield _given("earns", FIRST_CUSTOMER, value)


def _given(topic: Topic, customer: int, value: bytes) -> Given:
    return Given(
        topic=topic,
        partition=0,
        key=str(customer).encode(),
        value=value,
        truth=Unreadable(reason="undecodable"),  # no oracle judges here
        wave=1,
        headers=(("till", f"{WORD}-header".encode()),),
    )


def _bill(customer: int) -> str:
    return f"{WORD}-bill-{customer}"


def _return(customer: int, life: str) -> dict[str, Any]:
    return {
        "event_id": f"R-{life}-{customer % 1000}",
        "customer_id": customer,
        "type": "RETURN",
        "return_type": "FULL",
        "bill_number": _bill(customer),
        "store_code": f"{WORD}-store",
        "returned_at": 1_795_000_000_000,
        "reason": f"{WORD}-reason",
        "lines": [],
    }


def _earn(customer: int, earn_id: str, promotion_id: str) -> bytes:
    return encodings.as_json(
        {
            "event_id": f"V-{earn_id}",
            "kind": "EARNED",
            "customer_id": customer,
            "earn_id": earn_id,
            "promotion_id": promotion_id,
            "promotion_type": "CUSTOMER",
            "earned_from_type": "ACTIVITY",
            "bill_number": _bill(customer),
            "store_code": f"{WORD}-store",
            "line_ids": [],
            "earned_at": 1_794_000_000_000,
        }
    )
