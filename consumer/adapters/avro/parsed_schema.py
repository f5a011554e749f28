"""A writer's schema made ready to be read by, or the reason why it cannot be."""

import json
from dataclasses import dataclass
from typing import Any

import fastavro
from fastavro.schema import SchemaParseException, fingerprint, to_parsing_canonical_form

from consumer.adapters.avro.survey import Unusable, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSchema:
    """What fastavro made of a schema, and how bytes can be read by it without a trap."""

    parsed: Any
    needs_watch: bool
    """Whether reading must be stopped at the end of the bytes, as fastavro would not."""


_NESTED = frozenset({"type", "fields", "items", "values"})
_LOGICAL = frozenset({"logicalType"})
"""Left out, a timestamp is a plain long: no date is out of range, and none costs the making of an object."""
_OF_READERS = frozenset({"default", "aliases"})
"""What counts only in a reader's schema; fastavro refuses some defaults that other writers allow themselves."""


def parse_reader(text: str) -> ParsedSchema:
    """A schema to read into. Raises Unusable."""
    return _parse((text,), without=_LOGICAL)


def parse_writer(*texts: str) -> ParsedSchema:
    """The last of these schemas, by which bytes were written; it may refer to types of those before it.

    Raises Unusable.
    """
    return _parse(texts, without=_LOGICAL | _OF_READERS)


def fingerprint_of(schema: ParsedSchema) -> bytes:
    """CRC-64-AVRO of the canonical form, in the byte order of single-object encoding.

    Schemas of one fingerprint write the same bytes.
    """
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(schema.parsed), "CRC-64-AVRO"))


def _parse(texts: tuple[str, ...], *, without: frozenset[str]) -> ParsedSchema:
    named: dict[str, Any] = {}
    parsed: Any = None
    try:
        for text in texts:
            parsed = fastavro.parse_schema(_stripped(json.loads(text), without), named)
        needs_watch = survey(parsed, named)
    except (SchemaParseException, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unusable("its schema is not valid Avro") from error
    return ParsedSchema(parsed=parsed, needs_watch=needs_watch)


def _stripped(schema: Any, without: frozenset[str]) -> Any:
    match schema:
        case list():
            return [_stripped(branch, without) for branch in schema]
        case dict():
            return {
                key: _stripped(value, without) if key in _NESTED else value
                for key, value in schema.items()
                if key not in without
            }
        case _:
            return schema
