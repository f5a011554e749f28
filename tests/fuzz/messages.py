"""Real messages of every encoding, from which worse ones are made."""

import json
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import fastavro

from consumer.adapters.avro import EARN_EVENT, RETURN_TRANSACTION, OwnSchema, load_schema
from consumer.adapters.avro.registry import Registry, SchemaTexts
from tests.core.vendor_answers import ALL, E1, E2, error, shape_a, shape_b
from tests.flow.records import earn_fields, return_fields
from tests.fuzz.mutations import Mutator
from tests.notified import an_earn, customer, flat, transaction, wrapped

RETURN = load_schema(RETURN_TRANSACTION)
EARN = load_schema(EARN_EVENT)
LINE = {"line_id": "1", "item_code": "sku", "quantity": 1.5, "parent_bill_number": None, "return_type": None}
RETURNS: tuple[dict[str, Any], ...] = (
    return_fields(),
    return_fields(return_type="LINE_ITEM", lines=[LINE, {**LINE, "line_id": "2"}], reason="trop petit — 小さい"),
    return_fields(
        type="MIXED", lines=[{**LINE, "parent_bill_number": "b7", "return_type": "FULL"}, LINE], bill_number=""
    ),
    return_fields(customer_id=None, store_code="s", till_code="t", purchased_at=1_699_000_000_000),
    return_fields(purchase_lines=[{"line_id": str(number), "quantity": 2.0} for number in range(30)]),
)
EARNS: tuple[dict[str, Any], ...] = (
    earn_fields(),
    earn_fields(line_ids=["1", "2", "3"], promotion_type=None, store_code="s"),
    earn_fields(kind="REDEEMED", bill_number="", promotion_id=""),
)
NOTIFIED = (
    flat("transactionAdded", transaction("REGULAR")),
    flat("transactionAdded", transaction("RETURN", lineItems=[{"id": 1, "qty": 1}])),
    wrapped("transactionAdded", transaction("RETURN")),
    flat("cartPromotionEarned", an_earn()),
    wrapped("cartPromotionRevoked", an_earn(earnIds=["e1", "e2"])),
    flat("customerAdded", customer()),
)
ANSWERS: tuple[dict[str, Any], ...] = (
    shape_a(*ALL),
    shape_a(E1, errors=[error(731, E2), error(503)]),
    shape_b(),
    shape_b(error(730, E1, E2), error(400)),
    {"data": None, "errors": [error(4000)]},
    {"errorCode": 401, "message": "who are you"},
    {"data": [{"earnedPromotionId": "e1", "promotionId": "p1", "earnedStatus": "REVOKED"}] * 5, "errors": []},
    {"data": [{"earnedPromotionId": 7, "promotionId": "p1", "earnedStatus": "AVAILABLE"}], "errors": []},
    {},
)
"""The first is the vendor's own example."""
CONTENT_TYPES = ("application/json", "text/html", "text/plain; charset=utf-16", "image/png", "", "x" * 500)


def written(schema: Any, fields: Mapping[str, object] | str) -> bytes:
    stream = BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(schema), fields)
    return stream.getvalue()


def evolved(schema: OwnSchema) -> dict[str, Any]:
    """A newer producer's schema: arrays, maps and unions that we do not know, some of which end unnoticed."""
    told: dict[str, Any] = json.loads(schema.text)
    news = [
        {"name": "floats", "type": {"type": "array", "items": "float"}, "default": []},
        {"name": "more", "type": {"type": "map", "values": ["null", "string", "bytes"]}, "default": {}},
    ]
    return {**told, "fields": [*news, *told["fields"]]}


OWN_ID, NEWER_ID, FOREIGN_ID, NOTHING_ID = 1, 2, 3, 4


class Schemas(Registry):
    """A registry of four schemas: ours, a newer one, that of something else, and one that no record can be read by."""

    def __init__(self, own: OwnSchema) -> None:
        nothing = {"type": "record", "name": "N", "fields": [{"name": "n", "type": {"type": "array", "items": "null"}}]}
        self._texts = {
            OWN_ID: own.text,
            NEWER_ID: json.dumps(evolved(own)),
            FOREIGN_ID: '"string"',
            NOTHING_ID: json.dumps(nothing),
        }

    async def schema_texts(self, schema_id: int) -> SchemaTexts | None:
        return SchemaTexts((self._texts[schema_id],)) if schema_id in self._texts else None


def confluent(schema_id: int, body: bytes) -> bytes:
    return b"\0" + schema_id.to_bytes(4, "big") + body


def encoded(schema: OwnSchema, told: tuple[dict[str, Any], ...]) -> list[bytes]:
    """Each of them in every encoding there is."""
    own, newer = json.loads(schema.text), evolved(schema)
    news = {"floats": [1.0, 2.0], "more": {"a": None, "b": "c", "d": b"e"}}
    return [
        message
        for fields in told
        for message in (
            schema.header + written(own, fields),
            confluent(OWN_ID, written(own, fields)),
            confluent(NEWER_ID, written(newer, news | fields)),
            confluent(NOTHING_ID, written(own, fields)),
            confluent(FOREIGN_ID, written("string", "no record")),
            json.dumps(fields).encode(),
            json.dumps(fields, ensure_ascii=False, indent=2).encode(),
        )
    ]


def as_json(told: tuple[dict[str, Any], ...]) -> list[bytes]:
    return [json.dumps(each).encode() for each in told]


UNSEEN = "id-000000000"
"""Stands where each message has an id of its own, which is as long."""
UNSEEN_RETURNS = tuple({**each, "event_id": UNSEEN, "bill_number": UNSEEN} for each in RETURNS)
UNSEEN_EARNS = tuple({**each, "event_id": UNSEEN, "earn_id": UNSEEN, "bill_number": UNSEEN} for each in EARNS)
UNSEEN_NOTIFIED = tuple({**each, "eventId": UNSEEN} for each in NOTIFIED)


def unseen(seed: int, messages: Sequence[bytes], many: int) -> Iterator[bytes]:
    """So many sound messages, broken ones, and ones of unknown schemas; none has an id of another seed's."""
    mutator = Mutator(seed, messages)
    for number in range(seed * many, (seed + 1) * many):
        for message in (messages[number % len(messages)], mutator.message()):
            yield message.replace(UNSEEN.encode(), b"id-%09d" % number)
        yield confluent(number, b"")
