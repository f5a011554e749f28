"""Outcomes ↔ Avro bytes: as the ledger keeps them, and as the results topic has them."""

from io import BytesIO

import fastavro

from consumer.adapters.avro.binary import read_record
from consumer.adapters.avro.outcome_fields import fields_of, outcome_of
from consumer.adapters.avro.own_schema import OwnSchema
from consumer.adapters.avro.registry import Registry
from consumer.core.outcome import RevokeOutcome
from consumer.ports import Undecodable


class OutcomeCodec:
    """Encodes outcomes. With a registry the results are in Confluent's wire format, and `prepare` must come first."""

    def __init__(self, schema: OwnSchema, *, registry: Registry | None, results_topic: str) -> None:
        self._schema = schema
        self._registry = registry
        self._subject = f"{results_topic}-value"
        self._published_header = None if registry else schema.header

    async def prepare(self) -> None:
        """Learn the id that the outcome's schema has in the registry, if there is one.

        Raises Unavailable while the registry does not answer, SchemaRefused when it will never have the schema.
        """
        if self._registry is not None and self._published_header is None:
            schema_id = await self._registry.register(self._subject, self._schema.text)
            self._published_header = b"\0" + schema_id.to_bytes(4, "big")

    def encode(self, outcome: RevokeOutcome) -> bytes:
        """Avro single-object bytes: what the ledger keeps."""
        stream = BytesIO()
        stream.write(self._schema.header)
        fastavro.schemaless_writer(stream, self._schema.parsed.parsed, fields_of(outcome))
        return stream.getvalue()

    def publish(self, stored: bytes) -> bytes:
        """The same outcome in the encoding of the results topic."""
        if self._published_header is None:
            raise RuntimeError("prepare() comes before publish()")
        return self._published_header + stored[len(self._schema.header) :]

    def decode(self, stored: bytes) -> RevokeOutcome:
        """The outcome that `encode` was given. Raises Undecodable for bytes that `encode` did not make."""
        header = self._schema.header
        if not stored.startswith(header):
            raise Undecodable("an outcome of another schema")
        return outcome_of(read_record(stored[len(header) :], self._schema.parsed, self._schema.parsed))
