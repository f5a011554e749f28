"""What a person is told of a record's value: its fields, its customer."""

import asyncio
from collections.abc import Mapping

from consumer.adapters.avro import Registry
from consumer.core.model import CustomerId, Record
from consumer.core.notification import Foreign
from consumer.core.redrive import customer_in_key
from consumer.ports import SchemaMissing, Undecodable
from consumer.settings import Settings
from consumer.wiring.decoders import SourceTopic, record_decoder

REGISTRY_TIMEOUT = 10.0
RETURNS: SourceTopic = "returns"
EARNS: SourceTopic = "earns"
Fields = Mapping[str, object]


class Values:
    """Reads the values of dead letters."""

    def __init__(self, settings: Settings) -> None:
        schemas = settings.schemas
        self._earns = settings.topics.earns
        self._registry = (
            Registry(schemas.registry_url, auth=schemas.registry_auth_reader()() or None, timeout=REGISTRY_TIMEOUT)
            if schemas.registry_url
            else None
        )
        self._decoders = {topic: record_decoder(settings, topic, self._registry) for topic in (RETURNS, EARNS)}

    def fields(self, record: Record) -> Fields | None:
        """The fields of the record, None where it cannot be read. Raises Unavailable while the registry is away."""
        if record.value is None:
            return None
        topic = dict(record.headers).get("dlt-topic") or b""
        decoder = self._decoders[EARNS if topic == self._earns.encode() else RETURNS]
        try:
            fields = decoder.decode(record.value)
        except Undecodable:
            return None
        except SchemaMissing as missing:
            if not asyncio.run(decoder.learn(missing.schema_id)):
                return None
            return self.fields(record)
        return None if isinstance(fields, Foreign) else fields

    def customer_of(self, record: Record) -> CustomerId | None:
        """The record's customer; where its value cannot be read, the one in its key."""
        fields = self.fields(record)
        customer = None if fields is None else fields.get("customer_id")
        return CustomerId(customer) if isinstance(customer, int) else customer_in_key(record)

    def close(self) -> None:
        """Let go of the registry."""
        if self._registry is not None:
            self._registry.close()
