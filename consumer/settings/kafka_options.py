"""Which librdkafka properties an operator may set, and whether librdkafka takes them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from confluent_kafka import Consumer, KafkaException, Producer

Options = Mapping[str, bool | int | float | str]
Protocol = Literal["classic", "consumer"]

_BY_OFFSET = "an offset moves only in the transaction that publishes its outcome"
_EXACT = "outcomes are published exactly once, which needs the idempotent producer's own value"
_PLACE = "it has a place of its own: set kafka.{}"

REFUSED: Mapping[str, str] = {
    "bootstrap.servers": _PLACE.format("bootstrap_servers"),
    "metadata.broker.list": _PLACE.format("bootstrap_servers"),
    "group.id": _PLACE.format("group_id"),
    "group.protocol": _PLACE.format("group_protocol"),
    "group.protocol.type": "the group is one of consumers",
    "enable.auto.commit": _BY_OFFSET,
    "auto.commit.enable": _BY_OFFSET,
    "auto.commit.interval.ms": _BY_OFFSET,
    "enable.auto.offset.store": _BY_OFFSET,
    "offset.store.method": _BY_OFFSET,
    "offset.store.path": _BY_OFFSET,
    "offset.store.sync.interval.ms": _BY_OFFSET,
    "auto.offset.reset": "a group without offsets starts at the earliest record, or returns would be lost",
    "isolation.level": "records of aborted transactions must stay unread",
    "enable.partition.eof": "the end of a partition is no record",
    "allow.auto.create.topics": "topics are never created by the service",
    "topic.blacklist": "no topic of the service may be hidden from it",
    "transactional.id": "each process has one of its own, or instances would fence each other",
    "transaction.timeout.ms": "a killed instance would block readers and the next owner for as long",
    "enable.idempotence": _EXACT,
    "enable.gapless.guarantee": _EXACT,
    "acks": _EXACT,
    "request.required.acks": _EXACT,
    "test.mock.broker.rtt": "it simulates a broker",
    "test.mock.num.brokers": "it replaces the brokers by a simulation that keeps nothing",
}
"""Properties that would break the promise, or that another setting decides, with the reason."""

_BROKER_SIDE = "with kafka.group_protocol=consumer the brokers decide it"
REFUSED_BY_PROTOCOL: Mapping[Protocol, Mapping[str, str]] = {
    "classic": {
        "group.remote.assignor": "it needs kafka.group_protocol=consumer",
        "partition.assignment.strategy": "it is always cooperative-sticky, so that a rebalance stops only what moves",
    },
    "consumer": {
        "session.timeout.ms": _BROKER_SIDE,
        "heartbeat.interval.ms": _BROKER_SIDE,
        "partition.assignment.strategy": "kafka.group_protocol=consumer has group.remote.assignor instead",
    },
}
"""Properties that a group protocol forbids, with the reason."""

TELLTALE = ("all", "msg", "protocol", "security")
"""The contexts of `debug` that write to stderr what no log may hold."""
WHAT_THEY_TELL = "it may show credentials and records on stderr, which with other contexts it does not"

_SENSITIVE = ("password", "secret", "oauthbearer.config", "key.pem", "token", "assertion")
_SILENT: Options = {"log_level": 0}


def refused(options: Options, protocol: Protocol) -> Iterator[tuple[str, str]]:
    """The properties that may not be set, each with the reason."""
    reasons = {**REFUSED, **REFUSED_BY_PROTOCOL[protocol]}
    for name in options:
        if name in reasons:
            yield name, reasons[name]
    contexts = set(re.findall(r"\w+", str(options.get("debug", "")).lower()))
    telltale = [context for context in TELLTALE if context in contexts]
    if telltale:
        yield "debug", f"with {' and '.join(telltale)} {WHAT_THEY_TELL}"


def rejected(options: Options, protocol: Protocol) -> Iterator[tuple[str | None, str]]:
    """What librdkafka says against the properties, each alone and then all together; no broker is asked."""
    sound = True
    for name, value in options.items():
        problem = _tried(Producer, {name: value})
        if problem is not None and not problem.startswith("Failed to create"):
            sound = False
            yield name, _without_secrets(problem, options)
    if not sound:
        return
    group: Options = {"group.id": "check", "group.protocol": protocol, "enable.auto.commit": False}
    for client, own in ((Consumer, group), (Producer, {"transactional.id": "check"})):
        problem = _tried(client, {**options, **own})
        if problem is not None:
            yield None, _without_secrets(problem, options)
            return


def _tried(client: Callable[[dict[str, object]], object], options: Options) -> str | None:
    try:
        made = client({**options, **_SILENT})
    except KafkaException as error:
        return " ".join(str(error.args[0].str()).split())
    except (TypeError, ValueError) as error:
        return " ".join(str(error).split())
    if isinstance(made, Consumer):
        made.close()
    return None


def _without_secrets(problem: str, options: Options) -> str:
    for name, value in options.items():
        if any(word in name for word in _SENSITIVE) and str(value):
            problem = problem.replace(str(value), "***")
    return problem
