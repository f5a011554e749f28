"""JSON text of a schema's fields → the fields, coerced by the schema."""

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from consumer.adapters.avro.limits import ReadLimits, demand_depth
from consumer.ports import Undecodable

Coercion = Callable[[object], Any]
"""A JSON value → a value of the schema's type. Raises Undecodable."""

FIRST_MILLISECONDS = 10**11
"""A timestamp below this is in seconds: as milliseconds it would lie before March 1973."""
LONGEST = 2**63
MOST_DIGITS = 64
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class _Literal(str):
    """A JSON number with a fraction or an exponent, as it was written: a float would lose digits of an id."""

    __slots__ = ()


def coercion(schema: Any) -> Coercion:
    """What turns JSON, as `told` gives it, into the fields of this record schema.

    Unknown fields are ignored, the last of equal names counts, and a field that is left out has its default. Digits
    in a string are a number and a whole number is its digits, whichever the schema asks for. "null" is null, so a
    required string cannot be "null". Timestamps may be in seconds. NaN and infinities are numbers here.
    """
    return _coercion(schema, {})


def told(value: bytes, limits: ReadLimits) -> object:
    """What JSON text says. Raises Undecodable."""
    demand_depth(value, limits)
    try:
        # An integer of thousands of digits is a ValueError, brackets that never close a RecursionError.
        return json.loads(value.decode("utf-8-sig"), parse_float=_Literal)
    except (ValueError, RecursionError) as error:
        raise Undecodable("malformed JSON") from error


def _coercion(schema: Any, named: dict[str, Coercion]) -> Coercion:
    """What turns a JSON value into one of this schema; types that have a name are added to `named`."""
    match schema:
        case str():
            made = named.get(schema) or _PRIMITIVES[schema]
        case ["null", other]:
            made = _nullable(_coercion(other, named))
        case {"type": "long", "logicalType": "timestamp-millis"}:
            made = _timestamp
        case {"type": "array", "items": items}:
            made = _array(_coercion(items, named))
        case {"type": "enum", "name": name, "symbols": symbols}:
            made = named.setdefault(name, _enum(frozenset(symbols)))
        case {"type": "record", "name": name, "fields": fields}:
            made = named.setdefault(name, _record(fields, named))
        case _:
            raise NotImplementedError(f"our schemas have no {schema!r}")
    return made


def _record(fields: list[Any], named: dict[str, Coercion]) -> Coercion:
    coercions = {field["name"]: _coercion(field["type"], named) for field in fields}
    defaults = {field["name"]: field["default"] for field in fields if "default" in field}

    def coerce(value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise Undecodable("JSON without an object where a record stands")
        fields: dict[str, object] = {}
        for name, coercion in coercions.items():
            if name in value:
                fields[name] = _in_field(name, coercion, value[name])
            elif name in defaults:
                fields[name] = defaults[name]
            else:
                raise Undecodable(f"JSON without {name}")
        return fields

    return coerce


def _in_field(name: str, coercion: Coercion, value: object) -> object:
    try:
        return coercion(value)
    except _Mismatch as mismatch:
        raise Undecodable(f"{name} is not {mismatch}") from mismatch


class _Mismatch(Exception):  # noqa: N818 - bad data is an input
    """A value that is not of its field's type; the text names the type."""


def _nullable(inner: Coercion) -> Coercion:
    def coerce(value: object) -> object:
        return None if value is None or value == "null" else inner(value)

    return coerce


def _array(item: Coercion) -> Coercion:
    def coerce(value: object) -> list[object]:
        if not isinstance(value, list):
            raise _Mismatch("an array")
        return [item(each) for each in value]

    return coerce


def _enum(symbols: frozenset[str]) -> Coercion:
    def coerce(value: object) -> str:
        if isinstance(value, str) and value in symbols:
            return value
        raise _Mismatch("one of its symbols")

    return coerce


def _string(value: object) -> str:
    if isinstance(value, str) and not isinstance(value, _Literal):
        if value == "null" or not _is_unicode(value):
            raise _Mismatch("a string")
        return value
    whole = _whole(value)
    if whole is None:
        raise _Mismatch("a string")
    return str(whole)


def _long(value: object) -> int:
    whole = _whole(value)
    if whole is None or not -LONGEST <= whole < LONGEST:
        raise _Mismatch("a 64-bit integer")
    return whole


def _timestamp(value: object) -> int:
    told = _long(value)
    return told * 1000 if abs(told) < FIRST_MILLISECONDS else told


def _double(value: object) -> float:
    match value:
        case bool():
            raise _Mismatch("a number")
        case float():
            return value
        case int():
            return _float(value)
        case str() if _NUMBER.fullmatch(value):
            return float(value)
        case _:
            raise _Mismatch("a number")


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _whole(value: object) -> int | None:
    """The whole number that this JSON number, or the digits in this string, is exactly; None if it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or len(value) > MOST_DIGITS or not _NUMBER.fullmatch(value):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if number.adjusted() >= MOST_DIGITS or number != number.to_integral_value():
        return None
    return int(number)


def _is_unicode(text: str) -> bool:
    """Whether the text can be encoded: JSON may name half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


_PRIMITIVES: dict[str, Coercion] = {"string": _string, "long": _long, "double": _double}
