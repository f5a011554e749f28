"""The encodings of the contract, written down a second time with fastavro and json alone."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import fastavro
from fastavro.schema import fingerprint, load_schema, to_parsing_canonical_form

SCHEMAS = Path(__file__).parents[2] / "schemas"
RETURN = load_schema(str(SCHEMAS / "return_transaction.avsc"))
EARN = load_schema(str(SCHEMAS / "earn_event.avsc"))
OUTCOME = load_schema(str(SCHEMAS / "revoke_outcome.avsc"))
MARKER = b"\xc3\x01"
CONFLUENT = b"\x00"


def _header(schema: Any) -> bytes:
    return MARKER + bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


OUTCOME_HEADER = _header(OUTCOME)


def body(schema: Any, fields: Mapping[str, Any]) -> bytes:
    """The bare Avro datum."""
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, schema, dict(fields))
    return buffer.getvalue()


def single_object(schema: Any, fields: Mapping[str, Any]) -> bytes:
    """Avro's single-object encoding."""
    return _header(schema) + body(schema, fields)


def confluent(schema: Any, fields: Mapping[str, Any], schema_id: int) -> bytes:
    """Confluent's wire format."""
    return CONFLUENT + schema_id.to_bytes(4, "big") + body(schema, fields)


def as_json(fields: Mapping[str, Any]) -> bytes:
    """JSON text."""
    return json.dumps(dict(fields)).encode()


def outcome(value: bytes | None) -> dict[str, Any]:
    """An outcome as a downstream reader decodes it, in either output encoding."""
    if value is None:
        raise ValueError("an outcome is never a tombstone")
    if value.startswith(CONFLUENT):
        datum = value[5:]
    elif value.startswith(OUTCOME_HEADER):
        datum = value[len(OUTCOME_HEADER) :]
    else:
        raise ValueError(f"not an outcome: {value[:12]!r}")
    rest = io.BytesIO(datum)
    fields = fastavro.schemaless_reader(rest, OUTCOME, None)
    if rest.read():
        raise ValueError("bytes after the outcome")
    return cast("dict[str, Any]", fields)
