"""The body of an Avro record → its fields, by the writer's schema and ours."""

from collections.abc import Mapping
from io import BytesIO
from typing import cast

import fastavro
from fastavro.read import SchemaResolutionError

from consumer.adapters.avro.parsed_schema import ParsedSchema
from consumer.ports import Undecodable

_BEYOND = b"\0"
"""One byte after the end: fastavro skips over a missing end of a field that we do not know, and this tells."""

_MALFORMED = (
    EOFError,  # the bytes end too early
    IndexError,  # they end within a number; or there is no such symbol or branch
    UnicodeDecodeError,
)
_UNRESOLVED = (
    SchemaResolutionError,
    KeyError,  # a record where we have an enum of the same name, or the other way round
)


class _Watched(BytesIO):
    """A stream that ends with an EOFError."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Exactly so many bytes."""
        data = super().read(size)
        if len(data) != size:
            raise EOFError
        return data


def read_record(body: bytes, writer: ParsedSchema, reader: ParsedSchema) -> Mapping[str, object]:
    """The fields of exactly one record. Raises Undecodable."""
    stream = _Watched(body) if writer.needs_watch else BytesIO(body + _BEYOND)
    try:
        fields = fastavro.schemaless_reader(stream, writer.parsed, None if writer is reader else reader.parsed)
    except _UNRESOLVED as error:
        raise Undecodable("the writer's schema does not resolve to ours") from error
    except _MALFORMED as error:
        raise Undecodable("malformed Avro") from error
    if stream.tell() != len(body):
        raise Undecodable("the bytes do not end where the Avro record does")
    return cast("Mapping[str, object]", fields)
