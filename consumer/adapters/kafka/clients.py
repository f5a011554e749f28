"""librdkafka's clients, made: what is wrong with a property or a token shows here."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from confluent_kafka import KafkaException

from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.config import BadOption, KafkaConfig
from consumer.core.shut_door import NO_ROLE
from consumer.ports import Unavailable

Client = TypeVar("Client")
SILENT = logging.getLogger(f"{__name__}.silent")
"""For a client whose user tells its errors: it writes a fatal one to stderr whatever its log level."""
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


def made(kind: Callable[[Any], Client], properties: Mapping[str, object], config: KafkaConfig) -> Client:
    """A client of that kind; it connects by itself.

    Raises BadOption for what librdkafka refuses, and Fatal where there is no token to begin with.
    """
    try:
        own = {} if config.credentials is None else config.credentials.properties()
        return kind({**properties, **own})
    except Unavailable as silence:
        raise Fatal(f"{NO_ROLE}: {silence.reason}") from silence
    except KafkaException as refused:
        raise BadOption(str(refused.args[0].str())) from refused
