"""What a consumer without a group's work delivers: a record, or an error."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import Message as Delivered

from consumer.adapters.kafka.attempt import Fatal
from consumer.core.model import Coordinates, Millis, Record

BEYOND_HELP = frozenset({"TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED"})


def record_of(delivered: Delivered) -> Record:
    """The record. Raises Fatal where the client does not say where it stands."""
    topic, partition, offset = delivered.topic(), delivered.partition(), delivered.offset()
    if topic is None or partition is None or offset is None:
        raise Fatal("a record without its place")
    given = delivered.headers()
    pairs = given.items() if isinstance(given, dict) else given or ()
    return Record(
        source=Coordinates(topic, partition, offset),
        epoch=0,
        key=delivered.key(),
        value=delivered.value(),
        headers=tuple((name, value.encode() if isinstance(value, str) else value) for name, value in pairs),
        timestamp=Millis(delivered.timestamp()[1]),
    )


def is_end(delivered: Delivered, error: KafkaError, end: int) -> bool:
    """Whether the partition's end was reached; what passes is waited for. Raises Fatal for what does not pass.

    A broker that lags behind tells an end of its own, before the `end` that was asked for: there is more to come.
    """
    if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's public code, by its only name
        return (delivered.offset() or 0) >= end
    if error.fatal() or error.name() in BEYOND_HELP:
        raise Fatal(f"{error.name()}: {error.str()}")
    return False


def answered(ends: tuple[int, int] | None) -> tuple[int, int]:
    """The ends of a partition. Raises KafkaException where the client has none for want of an answer."""
    if ends is None:
        raise KafkaException(KafkaError(KafkaError.REQUEST_TIMED_OUT))
    return ends
