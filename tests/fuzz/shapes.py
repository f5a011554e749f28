"""Records that are built by their schema, of values that the schema allows and nobody has in mind."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import fastavro
from hypothesis import strategies as st

from consumer.adapters.avro import OwnSchema
from tests.fuzz.messages import OWN_ID, confluent, written

Shape = st.SearchStrategy[Any]

WORDS = st.sampled_from(
    ["", "0", "1", "b1", "null", "RETURN", " ", "\0", "\ufeff", "\u202e1", "1e999", "小", "x" * 300]
)
LONGS = st.sampled_from([0, 1, -1, 7, 2**31, 2**53 + 1, -62135596800001, 253402300800000, 2**63 - 1, -(2**63)])
DOUBLES = st.sampled_from([0.0, -0.0, 1.0, 0.5, -1.0, 5e-324, 1e308, 1e-308, float("inf"), -float("inf"), float("nan")])
PLAIN: Mapping[str, Shape] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "string": WORDS | st.text(max_size=8),
    "long": LONGS | st.integers(-(2**63), 2**63 - 1),
    "int": st.integers(-(2**31), 2**31 - 1),
    "double": DOUBLES | st.floats(),
    "bytes": st.binary(max_size=8),
}
SCALARS = st.one_of(*(shape for name, shape in PLAIN.items() if name != "bytes"))
ODD = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))
"""Any JSON, with numbers beyond its own."""


def shape_of(schema: Any, named: dict[str, Shape]) -> Shape:
    """All that Avro can write by the schema; `named` has the types that were met so far."""
    match schema:
        case list():
            return st.one_of(*(shape_of(each, named) for each in schema))
        case str():
            return named[schema] if schema in named else PLAIN[schema]
        case {"type": "record"}:
            return st.fixed_dictionaries(fields_of(schema, named))
        case {"type": "enum", "symbols": symbols}:
            named[schema["name"]] = st.sampled_from(symbols)
            return named[schema["name"]]
        case {"type": "array", "items": items}:
            return st.lists(shape_of(items, named), max_size=4)
        case _:
            return shape_of(schema["type"], named)


def fields_of(schema: Any, named: dict[str, Shape]) -> dict[str, Shape]:
    """The shape of each field of a record."""
    return {each["name"]: shape_of(each["type"], named) for each in schema["fields"]}


def messages(schema: OwnSchema, real: Sequence[Mapping[str, object]]) -> st.SearchStrategy[bytes]:
    """Records in all encodings: odd in all fields or in a few; of those in JSON, some have other types as well."""
    told = json.loads(schema.text)
    fields, parsed = fields_of(told, {}), fastavro.parse_schema(told)
    right = st.fixed_dictionaries(fields) | _changed(real, fields)
    wrong = _changed(real, dict.fromkeys(fields, WORDS | ODD))
    avro = right.map(lambda each: written(parsed, each))
    return st.one_of(
        avro.map(lambda body: schema.header + body),
        avro.map(lambda body: confluent(OWN_ID, body)),
        *(each.map(lambda told: json.dumps(told).encode()) for each in (right, wrong)),
    )


def _changed(real: Sequence[Mapping[str, object]], fields: Mapping[str, Shape]) -> Shape:
    """Real records, in which some fields are others."""
    news = st.lists(st.one_of(*(st.tuples(st.just(name), shape) for name, shape in fields.items())), max_size=3)
    return st.builds(lambda told, others: {**told, **dict(others)}, st.sampled_from(real), news)
