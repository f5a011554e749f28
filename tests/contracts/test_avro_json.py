"""JSON text to fields."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.adapters.avro import EARN_EVENT, RETURN_TRANSACTION, RecordDecoder, load_schema
from consumer.ports import Undecodable
from tests.contracts.read_fields import LIMITS, fields_of

RETURNS = RecordDecoder(load_schema(RETURN_TRANSACTION), registry=None, accept_json=True, limits=LIMITS)
EARNS = RecordDecoder(load_schema(EARN_EVENT), registry=None, accept_json=True, limits=LIMITS)

MINIMAL: dict[str, Any] = {
    "event_id": "r1",
    "type": "RETURN",
    "return_type": "FULL",
    "bill_number": "B1",
    "returned_at": 1_700_000_000_000,
}
DEFAULTS: dict[str, Any] = {
    "org_id": None,
    "customer_id": None,
    "store_code": None,
    "till_code": None,
    "purchased_at": None,
    "reason": None,
    "lines": [],
    "purchase_lines": None,
}
AN_EARN: dict[str, Any] = {
    "event_id": "n1",
    "customer_id": 7,
    "earn_id": "e1",
    "promotion_id": "p1",
    "earned_from_type": "ACTIVITY",
    "bill_number": "B1",
    "earned_at": 1_700_000_000_000,
}


def read(**changed: object) -> dict[str, Any]:
    return dict(fields_of(RETURNS, json.dumps({**MINIMAL, **changed}).encode()))


def read_raw(field: str, raw: str) -> Any:
    """The field as read where its JSON text is `raw`."""
    rest = {name: value for name, value in MINIMAL.items() if name != field}
    return fields_of(RETURNS, f'{json.dumps(rest)[:-1]}, "{field}": {raw}}}'.encode())[field]


def test_fields_left_out_have_their_defaults() -> None:
    assert read() == {**DEFAULTS, **MINIMAL}
    earn = fields_of(EARNS, json.dumps(AN_EARN).encode())
    assert (earn["kind"], earn["line_ids"], earn["promotion_type"]) == ("EARNED", [], None)


@pytest.mark.parametrize("name", sorted(MINIMAL))
def test_a_field_without_a_default_must_be_there(name: str) -> None:
    rest = {key: value for key, value in MINIMAL.items() if key != name}

    with pytest.raises(Undecodable, match=name):
        RETURNS.decode(json.dumps(rest).encode())


@pytest.mark.parametrize("before", [b" ", b"\n\t\r ", b"\xef\xbb\xbf", b"\xef\xbb\xbf "])
def test_what_an_editor_puts_before_the_text_is_no_matter(before: bytes) -> None:
    assert fields_of(RETURNS, before + json.dumps(MINIMAL).encode() + b" \n")["event_id"] == "r1"


def test_json_is_read_only_where_it_is_accepted() -> None:
    strict = RecordDecoder(load_schema(RETURN_TRANSACTION), registry=None, accept_json=False, limits=LIMITS)

    with pytest.raises(Undecodable, match="JSON"):
        strict.decode(json.dumps(MINIMAL).encode())


def test_unknown_fields_are_ignored_and_the_last_of_equal_names_counts() -> None:
    assert "colour" not in read(colour="red")
    assert fields_of(RETURNS, json.dumps(MINIMAL).encode()[:-1] + b', "event_id": "r2"}')["event_id"] == "r2"


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("customer_id", "7", 7),
        ("customer_id", '"7"', 7),
        ("customer_id", '"007"', 7),
        ("customer_id", "-7", -7),
        ("customer_id", "7.0", 7),
        ("customer_id", "7e2", 700),
        ("customer_id", '"7.0"', 7),
        ("customer_id", "9223372036854775807", 2**63 - 1),
        ("customer_id", "9223372036854775807.0", 2**63 - 1),
        ("customer_id", '"9007199254740993"', 2**53 + 1),
        ("customer_id", "-9223372036854775808", -(2**63)),
        ("customer_id", "null", None),
        ("customer_id", '"null"', None),
        ("store_code", '"null"', None),
        ("store_code", '""', ""),
        ("store_code", "12", "12"),
        ("bill_number", "123456789012345678901234567890", "123456789012345678901234567890"),
        ("bill_number", "12.0", "12"),
        ("bill_number", '"12.50"', "12.50"),
        ("bill_number", '"NULL"', "NULL"),
        ("bill_number", '"\\u00e9\\ud83d\\ude00"', "é😀"),
        ("returned_at", "1700000000", 1_700_000_000_000),
        ("returned_at", '"1700000000"', 1_700_000_000_000),
        ("returned_at", "99999999999", 99_999_999_999_000),
        ("returned_at", "100000000000", 100_000_000_000),
        ("returned_at", "0", 0),
        ("returned_at", "-5", -5000),
        ("purchased_at", "1700000000", 1_700_000_000_000),
        ("purchased_at", '"null"', None),
        ("purchase_lines", '"null"', None),
    ],
)
def test_a_value_is_read_as_its_field_asks(field: str, raw: str, value: object) -> None:
    read_value = read_raw(field, raw)

    assert (read_value, type(read_value)) == (value, type(value))


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ("customer_id", "9223372036854775808"),
        ("customer_id", "-9223372036854775809"),
        ("customer_id", "7.5"),
        ("customer_id", "9007199254740992.5"),
        ("customer_id", "1e400"),
        ("customer_id", "1e999999999999999999999"),
        ("customer_id", "1e-1"),
        ("customer_id", "NaN"),
        ("customer_id", "true"),
        ("customer_id", '""'),
        ("customer_id", '" 7"'),
        ("customer_id", '"7 "'),
        ("customer_id", '"+7"'),
        ("customer_id", '"seven"'),
        ("customer_id", '"\\u0667"'),
        ("customer_id", '"' + "9" * 5000 + '"'),
        ("customer_id", "[]"),
        ("customer_id", "9" * 5000),
        ("returned_at", "null"),
        ("returned_at", '"null"'),
        ("returned_at", "1700000000.5"),
        ("returned_at", "Infinity"),
        ("event_id", "null"),
        ("event_id", '"null"'),
        ("event_id", "1.5"),
        ("event_id", "1e70"),
        ("event_id", "false"),
        ("event_id", "{}"),
        ("event_id", "NaN"),
        ("event_id", '"\\ud800"'),
        ("store_code", '"é\\udc00"'),
        ("type", '"return"'),
        ("type", '"SWAP"'),
        ("type", "null"),
        ("type", "1"),
        ("return_type", '"null"'),
        ("lines", "null"),
        ("lines", "{}"),
        ("lines", "[1]"),
        ("lines", '[{"line_id": "1"}]'),
        ("lines", '[{"line_id": "1", "quantity": true}]'),
        ("lines", '[{"line_id": "1", "quantity": "many"}]'),
        ("lines", '[{"line_id": "1", "quantity": 1, "return_type": "HALF"}]'),
        ("purchase_lines", "7"),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_undecodable(field: str, raw: str) -> None:
    with pytest.raises(Undecodable):
        read_raw(field, raw)


@pytest.mark.parametrize(
    ("raw", "quantity"),
    [
        ("1", 1.0),
        ("1.5", 1.5),
        ('"1.5"', 1.5),
        ('"2"', 2.0),
        ("1e400", math.inf),
        ("9" * 400, math.inf),
        ("-" + "9" * 400, -math.inf),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
    ],
)
def test_a_quantity_is_any_number(raw: str, quantity: float) -> None:
    assert read_raw("lines", f'[{{"line_id": 1, "quantity": {raw}}}]') == [
        {"line_id": "1", "item_code": None, "quantity": quantity, "parent_bill_number": None, "return_type": None}
    ]


def test_a_quantity_that_is_no_number_is_left_to_the_check_of_sense() -> None:
    assert math.isnan(read_raw("lines", '[{"line_id": "1", "quantity": NaN}]')[0]["quantity"])


@pytest.mark.parametrize(
    "value",
    [
        b"{",
        b"{}",
        b"{} {}",
        b"[]",
        b" ",
        b" 1",
        b"\xef\xbb\xbf",
        b'{"event_id": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        json.dumps(MINIMAL).encode() + b"x",
        json.dumps(MINIMAL).encode("utf-16"),
    ],
)
def test_what_is_no_json_of_the_schema_is_undecodable(value: bytes) -> None:
    with pytest.raises(Undecodable):
        RETURNS.decode(value)


@pytest.mark.parametrize("value", ["r-secret", "99secret99"])
def test_the_reason_tells_no_value(value: str) -> None:
    with pytest.raises(Undecodable) as undecodable:
        read(customer_id=value, event_id=value)

    assert value not in str(undecodable.value)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["null", "9" * 30, "1e9", "-0.0", "FULL"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["line_id", "quantity"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted({**MINIMAL, **DEFAULTS})), JSON_VALUES))
def test_any_json_is_a_record_of_the_schema_or_undecodable(changed: dict[str, Any]) -> None:
    try:
        fields = read(**changed)
    except Undecodable:
        return
    assert set(fields) == {**MINIMAL, **DEFAULTS}.keys()
    assert isinstance(fields["event_id"], str)
    assert isinstance(fields["returned_at"], int)
    assert fields["customer_id"] is None or -(2**63) <= fields["customer_id"] < 2**63
    assert all(isinstance(line["quantity"], float) for line in fields["lines"])


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_long_is_exact_as_a_number_and_as_digits(number: int) -> None:
    assert read(customer_id=number)["customer_id"] == number
    assert read(customer_id=str(number))["customer_id"] == number
