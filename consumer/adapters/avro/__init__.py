"""Avro and JSON bytes ↔ fields and outcomes, with or without a schema registry."""

from consumer.adapters.avro.decoder import RecordDecoder
from consumer.adapters.avro.limits import ReadLimits
from consumer.adapters.avro.notified import NotificationReader
from consumer.adapters.avro.outcome_encoder import OutcomeCodec
from consumer.adapters.avro.own_schema import EARN_EVENT, RETURN_TRANSACTION, REVOKE_OUTCOME, OwnSchema, load_schema
from consumer.adapters.avro.registry import Registry, SchemaRefused
from consumer.adapters.avro.registry_access import RegistryAccess

__all__ = [
    "EARN_EVENT",
    "RETURN_TRANSACTION",
    "REVOKE_OUTCOME",
    "NotificationReader",
    "OutcomeCodec",
    "OwnSchema",
    "ReadLimits",
    "RecordDecoder",
    "Registry",
    "RegistryAccess",
    "SchemaRefused",
    "load_schema",
]
