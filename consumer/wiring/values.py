"""What a person is told of a record's value: its fields, its customer, its outcome."""

import asyncio
from collections.abc import Mapping

from consumer.adapters.avro import REVOKE_OUTCOME, ReadLimits, RecordDecoder, load_schema
from consumer.adapters.avro.outcome_fields import outcome_of
from consumer.core.model import CustomerId, Record
from consumer.core.notification import Foreign
from consumer.core.outcome import RevokeOutcome
from consumer.core.redrive import customer_in_key
from consumer.ports import SchemaMissing, Undecodable
from consumer.settings import Settings
from consumer.wiring.adapters import schema_registry
from consumer.wiring.decoders import SourceTopic, record_decoder

RETURNS: SourceTopic = "returns"
EARNS: SourceTopic = "earns"

Fields = Mapping[str, object]
OUR_OWN = ReadLimits(record_bytes=2**31, json_depth=1)
"""Outcomes are read whatever their size: we wrote them, and not as JSON."""


class Values:
    """Reads the values of dead letters and of outcomes."""

    def __init__(self, settings: Settings) -> None:
        self._earns = settings.topics.earns
        self._registry = schema_registry(settings)
        self._decoders = {topic: record_decoder(settings, topic, self._registry) for topic in (RETURNS, EARNS)}
        self._outcomes = RecordDecoder(
            load_schema(REVOKE_OUTCOME), registry=self._registry, accept_json=False, limits=OUR_OWN
        )

    def fields(self, record: Record) -> Fields | None:
        """The fields of a dead letter's record, None where it cannot be read.

        Raises Unavailable while the registry is away.
        """
        topic = dict(record.headers).get("dlt-topic") or b""
        return _read(self._decoders[EARNS if topic == self._earns.encode() else RETURNS], record)

    def outcome(self, record: Record) -> RevokeOutcome | None:
        """The outcome in a record of the results topic, None where it is none. Raises Unavailable as `fields`."""
        fields = _read(self._outcomes, record)
        return None if fields is None else outcome_of(fields)

    def customer_of(self, record: Record) -> CustomerId | None:
        """The record's customer; where its value cannot be read, the one in its key."""
        fields = self.fields(record)
        customer = None if fields is None else fields.get("customer_id")
        return CustomerId(customer) if isinstance(customer, int) else customer_in_key(record)

    def close(self) -> None:
        """Let go of the registry."""
        if self._registry is not None:
            self._registry.close()


def _read(decoder: RecordDecoder, record: Record) -> Fields | None:
    if record.value is None:
        return None
    try:
        fields = decoder.decode(record.value)
    except Undecodable:
        return None
    except SchemaMissing as missing:
        return _read(decoder, record) if asyncio.run(decoder.learn(missing.schema_id)) else None
    return None if isinstance(fields, Foreign) else fields
