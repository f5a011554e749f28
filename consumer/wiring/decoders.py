"""Settings → the decoders of the source topics, which read notifications where these are on."""

from typing import Literal

from consumer.adapters.avro import (
    EARN_EVENT,
    RETURN_TRANSACTION,
    NotificationReader,
    ReadLimits,
    RecordDecoder,
    Registry,
    load_schema,
)
from consumer.core.notification import NotificationMapping
from consumer.settings import Settings
from consumer.settings.mapping import path, translation
from consumer.settings.notified_fields import DOCUMENTED

SourceTopic = Literal["returns", "earns"]
SCHEMAS = {"returns": RETURN_TRANSACTION, "earns": EARN_EVENT}


def record_decoder(settings: Settings, topic: SourceTopic, registry: Registry | None) -> RecordDecoder:
    """What reads the records of a topic."""
    return RecordDecoder(
        load_schema(SCHEMAS[topic]),
        registry=registry,
        accept_json=settings.schemas.accept_json,
        limits=read_limits(settings),
        notifications=_notifications(settings, topic) if settings.notifications.enabled else None,
    )


def read_limits(settings: Settings) -> ReadLimits:
    """How large a record may be."""
    return ReadLimits(record_bytes=settings.limits.record_bytes, json_depth=settings.limits.json_depth)


def _notifications(settings: Settings, topic: SourceTopic) -> NotificationReader:
    """The reader of a topic's notifications. What is meant for one topic the other passes over."""
    told = settings.notifications
    events = {"returns": {**DOCUMENTED["returns"], **told.returns}, "earns": {**DOCUMENTED["earns"], **told.earns}}
    own = {name: event for name, event in events[topic].items() if name not in told.ignore}
    mapping = NotificationMapping(
        event_name=tuple(path(each) for each in told.event_name),
        wrapper=path(told.wrapper),
        translations={name: translation(event) for name, event in own.items()},
        passed_over=frozenset({*told.ignore, *events["returns"], *events["earns"]}),
    )
    return NotificationReader(mapping, link_by=told.link_by)
