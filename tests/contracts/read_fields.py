"""Decoders as a test wants them, and what they read of a record that is their topic's business."""

import json
from collections.abc import Mapping
from typing import Any

from consumer.adapters.avro import ReadLimits, RecordDecoder
from consumer.core.notification import Foreign
from consumer.ports import Decoder
from consumer.settings import load
from consumer.wiring.decoders import SourceTopic, record_decoder
from tests.cli.given_settings import RIGHT

LIMITS = ReadLimits(record_bytes=1024 * 1024, json_depth=64)


def fields_of(decoder: Decoder, value: bytes) -> Mapping[str, Any]:
    fields = decoder.decode(value)
    assert not isinstance(fields, Foreign)
    return fields


def notification_decoder(topic: SourceTopic, **settings: object) -> RecordDecoder:
    """A decoder that reads notifications; the settings are named `SECTION__NAME`."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}
    environ = (
        RIGHT | {"CONSUMER_NOTIFICATIONS__ENABLED": "true"} | {f"CONSUMER_{name}": text for name, text in texts.items()}
    )
    return record_decoder(load(None, environ), topic, None)
