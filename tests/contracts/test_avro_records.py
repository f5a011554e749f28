"""Avro bytes to fields: single-object, Confluent, evolved, damaged."""

import json
import struct
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.adapters.avro import EARN_EVENT, RETURN_TRANSACTION, OwnSchema, RecordDecoder, Registry, load_schema
from consumer.adapters.avro.binary import read_record
from consumer.adapters.avro.parsed_schema import fingerprint_of, parse_reader, parse_writer
from consumer.adapters.avro.registry import SchemaTexts
from consumer.adapters.avro.survey import Unusable
from consumer.ports import SchemaMissing, Undecodable
from tests.contracts.read_fields import LIMITS, fields_of

RETURN = load_schema(RETURN_TRANSACTION)
EARN = load_schema(EARN_EVENT)

A_RETURN: dict[str, Any] = {
    "event_id": "r1",
    "org_id": None,
    "type": "RETURN",
    "return_type": "LINE_ITEM",
    "customer_id": 7,
    "bill_number": "B1",
    "store_code": None,
    "till_code": None,
    "purchased_at": None,
    "returned_at": 1_700_000_000_000,
    "reason": "too small — trop petit",
    "lines": [
        {"line_id": "1", "item_code": None, "quantity": 1.5, "parent_bill_number": None, "return_type": "FULL"},
    ],
    "purchase_lines": [{"line_id": "1", "quantity": 2.0}],
}


class _OneSchemaRegistry(Registry):
    """Knows one schema, under every id."""

    def __init__(self, *texts: str) -> None:
        self._texts = SchemaTexts(texts)

    async def schema_texts(self, schema_id: int) -> SchemaTexts | Unusable | None:
        del schema_id
        return self._texts


def written(schema: Any, fields: Mapping[str, object]) -> bytes:
    stream = BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(schema), fields)
    return stream.getvalue()


def body_of(fields: Mapping[str, object]) -> bytes:
    return written(json.loads(RETURN.text), fields)


def decoder(schema: OwnSchema = RETURN, *, registry: Registry | None = None) -> RecordDecoder:
    return RecordDecoder(schema, registry=registry, accept_json=True, limits=LIMITS)


async def decoder_that_learnt(*texts: str) -> RecordDecoder:
    taught = decoder(registry=_OneSchemaRegistry(*texts))
    assert await taught.learn(1)
    return taught


def confluent(body: bytes, schema_id: int = 1) -> bytes:
    return b"\0" + schema_id.to_bytes(4, "big") + body


def writers_schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(RETURN.text)
    return schema


def test_the_fingerprint_is_the_one_of_the_specification() -> None:
    null = parse_reader('"null"')

    # The CRC-64-AVRO of "null" is 63dd24e7cc258f8a, and it travels with its last byte first.
    assert fingerprint_of(null).hex() == "8a8f25cce724dd63"


def test_a_single_object_is_read_with_its_times_as_milliseconds() -> None:
    assert decoder().decode(RETURN.header + body_of(A_RETURN)) == A_RETURN


def test_the_schema_of_another_topic_is_another_fingerprint() -> None:
    with pytest.raises(Undecodable, match="fingerprint"):
        decoder(EARN).decode(RETURN.header + body_of(A_RETURN))


@pytest.mark.parametrize("moment", [-(2**63), 2**63 - 1])
def test_a_time_that_no_calendar_has_is_still_a_number(moment: int) -> None:
    plain = json.loads(RETURN.text.replace(', "logicalType": "timestamp-millis"', ""))
    body = written(plain, {**A_RETURN, "returned_at": moment})

    assert fields_of(decoder(), RETURN.header + body)["returned_at"] == moment


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xc3",
        b"\xc3\x01",
        b"\xc3\x01" + bytes(8),
        RETURN.header,
        b"garbage",
        b"\xff\xfe",
        b"Obj\x01",
        RETURN.header + body_of(A_RETURN) + b"\0",
        RETURN.header + body_of(A_RETURN)[:-1],
        RETURN.header + b"\x02\xff" + body_of(A_RETURN)[3:],
    ],
)
def test_what_is_no_record_is_undecodable(value: bytes) -> None:
    with pytest.raises(Undecodable):
        decoder().decode(value)


def test_no_record_is_read_from_a_part_of_one() -> None:
    body = body_of(A_RETURN)

    for end in range(len(body)):
        with pytest.raises(Undecodable):
            decoder().decode(RETURN.header + body[:end])


@given(st.binary(max_size=60), st.integers(0, 80))
def test_damage_is_undecodable_or_another_record(damage: bytes, at: int) -> None:
    body = body_of(A_RETURN)
    try:
        fields = fields_of(decoder(), RETURN.header + body[:at] + damage + body[at + len(damage) :])
    except Undecodable:
        return
    assert set(fields) == set(A_RETURN)


def test_without_a_registry_the_confluent_format_is_undecodable() -> None:
    with pytest.raises(Undecodable, match="registry"):
        decoder().decode(confluent(body_of(A_RETURN)))


@pytest.mark.parametrize("value", [b"\0", b"\0\0\0\0", b"\0\xff\xff\xff\xff"])
def test_the_confluent_format_without_a_possible_id_is_undecodable(value: bytes) -> None:
    with pytest.raises(Undecodable):
        decoder(registry=_OneSchemaRegistry(RETURN.text)).decode(value)


async def test_a_schema_must_be_learnt_before_its_records_can_be_read() -> None:
    learner = decoder(registry=_OneSchemaRegistry(RETURN.text))
    with pytest.raises(SchemaMissing) as missing:
        learner.decode(confluent(body_of(A_RETURN), 77))
    assert missing.value.schema_id == 77

    assert await learner.learn(77)

    assert learner.decode(confluent(body_of(A_RETURN), 77)) == A_RETURN


async def test_nothing_is_learnt_without_a_registry() -> None:
    assert not await decoder().learn(1)


async def test_a_new_optional_field_breaks_nothing() -> None:
    schema = writers_schema()
    schema["fields"].insert(3, {"name": "colour", "type": ["null", "string"], "default": None})
    schema["fields"][-2]["type"]["items"]["fields"].append(
        {"name": "weights", "type": {"type": "array", "items": "double"}, "default": []}
    )
    lines = [{**A_RETURN["lines"][0], "weights": [1.0, 2.0]}]
    learnt = await decoder_that_learnt(json.dumps(schema))

    fields = learnt.decode(confluent(written(schema, {**A_RETURN, "colour": "red", "lines": lines})))

    assert fields == A_RETURN


async def test_a_field_that_an_older_writer_does_not_know_has_its_default() -> None:
    schema = writers_schema()
    schema["fields"] = [field for field in schema["fields"] if field["name"] not in {"reason", "lines"}]
    schema["fields"][-1]["type"] = ["null", "string"]
    learnt = await decoder_that_learnt(json.dumps(schema))

    fields = learnt.decode(confluent(written(schema, {**A_RETURN, "purchase_lines": None})))

    assert fields == {**A_RETURN, "reason": None, "lines": [], "purchase_lines": None}


async def test_an_int_is_read_as_a_long_and_a_long_as_a_double() -> None:
    schema = writers_schema()
    types: dict[str, Any] = {"customer_id": ["null", "int"], "returned_at": "int"}
    for field in schema["fields"]:
        field["type"] = types.get(field["name"], field["type"])
    schema["fields"][-1]["type"][1]["items"]["fields"][1]["type"] = "long"
    learnt = await decoder_that_learnt(json.dumps(schema))
    told = {**A_RETURN, "returned_at": 5, "purchase_lines": [{"line_id": "1", "quantity": 2}]}

    fields = learnt.decode(confluent(written(schema, told)))

    assert fields == {**told, "purchase_lines": [{"line_id": "1", "quantity": 2.0}]}


async def test_a_writer_may_split_its_schema_over_several() -> None:
    schema = writers_schema()
    line = schema["fields"][-2]["type"]["items"]
    line["namespace"] = "returns.v1"
    line["fields"][-1]["type"] = ["null", "string"]
    schema["fields"][-2]["type"]["items"] = "returns.v1.ReturnLine"
    learnt = await decoder_that_learnt(json.dumps(line), json.dumps(schema))
    named: dict[str, Any] = {}
    fastavro.parse_schema(line, named)
    stream = BytesIO()
    told = {**A_RETURN, "lines": [{**A_RETURN["lines"][0], "return_type": None}]}
    fastavro.schemaless_writer(stream, fastavro.parse_schema(schema, named), told)

    assert learnt.decode(confluent(stream.getvalue())) == told


def without(name: str) -> str:
    schema = writers_schema()
    schema["fields"] = [field for field in schema["fields"] if field["name"] != name]
    return json.dumps(schema)


def with_field(type_: object) -> str:
    schema = writers_schema()
    schema["fields"].append({"name": "more", "type": type_})
    return json.dumps(schema)


NESTED = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}
EMPTY = {"type": "record", "name": "Empty", "fields": [{"name": "nothing", "type": "null"}]}


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        (NESTED, "inside itself"),
        ({"type": "array", "items": "null"}, "nothing"),
        ({"type": "array", "items": EMPTY}, "nothing"),
        ({"type": "map", "values": {"type": "array", "items": EMPTY}}, "nothing"),
        (["null", {"type": "array", "items": {"type": "fixed", "name": "None", "size": 0}}], "nothing"),
        ({"type": "record", "name": "Outer", "fields": [{"name": "a", "type": NESTED}]}, "inside itself"),
    ],
)
async def test_a_schema_that_a_few_bytes_could_turn_against_us_is_refused(type_: object, reason: str) -> None:
    learnt = await decoder_that_learnt(with_field(type_))

    with pytest.raises(Undecodable, match=reason):
        learnt.decode(confluent(body_of(A_RETURN)))


POINT = {"type": "record", "name": "Point", "fields": [{"name": "x", "type": "double"}, {"name": "n", "type": "null"}]}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ({"type": "array", "items": POINT}, [{"x": 1.0, "n": None}, {"x": 2.0, "n": None}]),
        ({"type": "array", "items": "boolean"}, [True, False]),
        ({"type": "array", "items": "double"}, []),
        ({"type": "map", "values": "float"}, {"a": 1.0}),
        ({"type": "fixed", "name": "Four", "size": 4}, b"four"),
        (EMPTY, {"nothing": None}),
    ],
)
async def test_whatever_a_field_that_we_do_not_know_holds_is_passed_over(type_: object, value: object) -> None:
    schema = json.loads(with_field(type_))
    learnt = await decoder_that_learnt(json.dumps(schema))

    assert learnt.decode(confluent(written(schema, {**A_RETURN, "more": value}))) == A_RETURN


@pytest.mark.parametrize(
    "text",
    [
        without("event_id"),
        with_field({"type": "enum", "name": "Colour", "symbols": {}}),
        with_field("Unheard"),
        '"string"',
        "{}",
        "[",
        "[" * 100_000,
        json.dumps({**writers_schema(), "name": "SomethingElse"}),
        json.dumps({**writers_schema(), "fields": [{"name": 1, "type": "string"}]}),
        RETURN.text.replace('"ReturnType",', '"ReturnedType",'),
    ],
)
async def test_a_writers_schema_that_is_not_ours_is_undecodable(text: str) -> None:
    learnt = await decoder_that_learnt(text)

    with pytest.raises(Undecodable):
        learnt.decode(confluent(body_of(A_RETURN)))


async def test_a_record_where_we_have_a_name_is_undecodable() -> None:
    schema = writers_schema()
    schema["fields"][2]["type"] = {"type": "record", "name": "ReturnEventType", "fields": []}
    learnt = await decoder_that_learnt(json.dumps(schema))

    with pytest.raises(Undecodable):
        learnt.decode(confluent(written(schema, {**A_RETURN, "type": {}})))


async def test_what_a_writer_takes_for_a_default_is_its_own_affair() -> None:
    schema = json.loads(with_field({"type": "double"}))
    body = written(schema, {**A_RETURN, "more": 1.0})
    schema["fields"][-1]["default"] = 0
    learnt = await decoder_that_learnt(json.dumps(schema))

    assert learnt.decode(confluent(body)) == A_RETURN


async def test_a_symbol_that_we_do_not_know_is_undecodable() -> None:
    schema = writers_schema()
    schema["fields"][2]["type"]["symbols"].append("SWAP")
    learnt = await decoder_that_learnt(json.dumps(schema))

    with pytest.raises(Undecodable):
        learnt.decode(confluent(written(schema, {**A_RETURN, "type": "SWAP"})))
    assert learnt.decode(confluent(written(schema, A_RETURN))) == A_RETURN


A_COUNT = b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"
"""2**62 - 1 as Avro writes it, near enough."""


@pytest.mark.parametrize(
    "items",
    [
        "double",
        "float",
        "boolean",
        {"type": "fixed", "name": "Four", "size": 4},
        POINT,
        {"type": "array", "items": "double"},
        "long",
        "string",
    ],
)
async def test_a_count_without_its_items_ends_where_the_bytes_do(items: object) -> None:
    learnt = await decoder_that_learnt(with_field({"type": "array", "items": items}))

    with pytest.raises(Undecodable):
        learnt.decode(confluent(body_of(A_RETURN) + A_COUNT))


def test_a_count_of_lines_without_lines_is_undecodable() -> None:
    body = body_of({**A_RETURN, "lines": [], "purchase_lines": None})

    with pytest.raises(Undecodable):
        decoder().decode(RETURN.header + body[:-2] + A_COUNT)


def test_an_unknown_field_that_is_cut_short_is_noticed() -> None:
    text = with_field("string")
    body = body_of(A_RETURN) + b"\x0aab"

    with pytest.raises(Undecodable):
        read_record(body, parse_writer(text), RETURN.parsed)


@given(st.floats(allow_nan=False))
def test_any_quantity_is_read_to_the_bit(quantity: float) -> None:
    told = {**A_RETURN, "purchase_lines": [{"line_id": "1", "quantity": quantity}]}
    read: Any = decoder().decode(RETURN.header + body_of(told))

    assert struct.pack("d", read["purchase_lines"][0]["quantity"]) == struct.pack("d", quantity)
