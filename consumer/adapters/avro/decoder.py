"""Bytes in any of the three encodings → the fields of our schema; JSON may be a notification of the vendor's."""

import json
from collections.abc import Mapping

from consumer.adapters.avro.binary import read_record
from consumer.adapters.avro.json_text import coercion, told
from consumer.adapters.avro.limits import ReadLimits, demand_size
from consumer.adapters.avro.notified import NotificationReader
from consumer.adapters.avro.own_schema import SINGLE_OBJECT_MARKER, OwnSchema
from consumer.adapters.avro.parsed_schema import ParsedSchema, fingerprint_of, parse_writer
from consumer.adapters.avro.registry import Registry, SchemaTexts
from consumer.adapters.avro.survey import Unusable
from consumer.core.notification import Foreign
from consumer.ports import SchemaMissing, Undecodable

CONFLUENT_MARKER = 0
CONFLUENT_HEADER = 5
JSON_REFUSED = "JSON, which is not accepted here"
_JSON_STARTS = frozenset(b"{ \t\r\n\xef")
"""An object, white space before one, or the mark that some editors put before UTF-8."""


class RecordDecoder:
    """Reads the records of one topic; keeps every writer's schema it has learnt."""

    def __init__(
        self,
        schema: OwnSchema,
        *,
        registry: Registry | None,
        accept_json: bool,
        limits: ReadLimits,
        notifications: NotificationReader | None = None,
    ) -> None:
        self._schema = schema
        self._registry = registry
        self._coerce = coercion(json.loads(schema.text)) if accept_json else None
        self._notifications = notifications
        self._limits = limits
        self._writers: dict[int, ParsedSchema | Unusable] = {}

    def decode(self, value: bytes) -> Mapping[str, object] | Foreign:
        """The fields, or that the record is none of the topic's business.

        Raises Undecodable, or SchemaMissing when `learn` must come first.
        """
        if not value:
            raise Undecodable("no bytes")
        demand_size(value, self._limits)
        if value[0] == CONFLUENT_MARKER:
            return self._confluent(value)
        if value.startswith(SINGLE_OBJECT_MARKER):
            return self._single_object(value)
        if value[0] in _JSON_STARTS:
            return self._json(value)
        raise Undecodable("neither Avro nor JSON")

    async def learn(self, schema_id: int) -> bool:
        """Ask the registry; False when it does not know the id. Raises Unavailable when it does not answer."""
        if schema_id in self._writers:
            return True
        if self._registry is None:
            return False
        texts = await self._registry.schema_texts(schema_id)
        if texts is None:
            return False
        self._writers[schema_id] = self._usable(texts)
        return True

    def _confluent(self, value: bytes) -> Mapping[str, object]:
        if self._registry is None:
            raise Undecodable("Confluent wire format, and no registry is set up")
        if len(value) < CONFLUENT_HEADER:
            raise Undecodable("Confluent wire format without a whole schema id")
        schema_id = int.from_bytes(value[1:CONFLUENT_HEADER], "big", signed=True)
        if schema_id < 0:
            raise Undecodable("Confluent wire format with an impossible schema id")
        writer = self._writers.get(schema_id)
        match writer:
            case None:
                raise SchemaMissing(schema_id)
            case Unusable():
                raise Undecodable(f"schema {schema_id}: {writer}")
            case _:
                return read_record(value[CONFLUENT_HEADER:], writer, self._schema.parsed)

    def _single_object(self, value: bytes) -> Mapping[str, object]:
        header = self._schema.header
        if not value.startswith(header):
            raise Undecodable(f"Avro with another fingerprint than that of {self._schema.name}")
        return read_record(value[len(header) :], self._schema.parsed, self._schema.parsed)

    def _json(self, value: bytes) -> Mapping[str, object] | Foreign:
        if self._coerce is None and self._notifications is None:
            raise Undecodable(JSON_REFUSED)
        said = told(value, self._limits)
        notified = self._notifications.read(said) if self._notifications is not None else None
        if notified is not None:
            return notified
        if self._coerce is None:
            raise Undecodable(JSON_REFUSED)
        fields: Mapping[str, object] = self._coerce(said)
        return fields

    def _usable(self, texts: SchemaTexts | Unusable) -> ParsedSchema | Unusable:
        if isinstance(texts, Unusable):
            return texts
        try:
            writer = parse_writer(*texts)
        except Unusable as unusable:
            return unusable
        # What writes as we do needs no resolution, which takes as long as the reading itself.
        same = self._schema.header.endswith(fingerprint_of(writer))
        return self._schema.parsed if same else writer
