"""Plain values → the properties of librdkafka's clients."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

from consumer.adapters.kafka.credentials import Credentials

OptionValue = str | int | float | bool
Properties = dict[str, object]


class BadOption(ValueError):  # noqa: N818 - the operator's option, named for what it is
    """librdkafka refuses a property; its words say which one and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The names of the four topics."""

    returns: str
    earns: str
    results: str
    dead_letters: str

    @property
    def sources(self) -> tuple[str, str]:
        """What is read."""
        return self.returns, self.earns

    @property
    def all(self) -> tuple[str, str, str, str]:
        """What is read, and what is published to."""
        return self.returns, self.earns, self.results, self.dead_letters


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConfig:
    """What the worker needs to know. `window` is in records of one partition, `drain` in seconds.

    `options` are the operator's librdkafka properties for both clients; they override what is only a default here, and
    never what the promise stands on.
    """

    bootstrap_servers: str
    group_id: str
    group_protocol: Literal["classic", "consumer"]
    options: Mapping[str, OptionValue] = field(repr=False)
    topics: Topics
    window: int
    drain: float
    credentials: Credentials = None
    statistics_interval: float = 5.0
    publishes: bool = True
    """Whether there is anything to publish; where there is not, only what is read has to exist."""

    @property
    def needed(self) -> tuple[str, ...]:
        """The topics that must be there before anything begins."""
        return self.topics.all if self.publishes else self.topics.sources


TRANSACTION_TIMEOUT = 10.0
"""Seconds after which the broker aborts a killed owner's transaction, and its readers and next owner go on."""

_CLIENT_DEFAULTS: Properties = {
    # The clients' own log is lines of text on stderr, several a second while no broker answers. Ours tells what counts.
    "log_level": 0,
    "socket.keepalive.enable": True,
    # The default lets up to fifteen seconds pass before a broker, or a password, that is right again is tried.
    "reconnect.backoff.max.ms": 2000,
    # KIP-714 would send the client's own metrics to the broker's operator. What is worth knowing is in /metrics.
    "enable.metrics.push": False,
}

_CONSUMER_DEFAULTS: Properties = {
    # The defaults (100,000 messages, 64 MB) are for readers that are not bound by somebody's quota.
    "queued.min.messages": 5000,
    "queued.max.messages.kbytes": 16384,
    # The default lets a queue that was full run dry for a second before the next fetch.
    "fetch.queue.backoff.ms": 50,
    # Where a killed owner's transaction is still open, its offsets are asked for again and again, by default ever more
    # seldom, once a second at last: a partition would stand still for that much longer.
    "retry.backoff.max.ms": 200,
}

_CONSUMER_PROMISE: Properties = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "allow.auto.create.topics": False,
    "enable.partition.eof": False,
}

_PRODUCER_DEFAULTS: Properties = {
    # The broker answers "concurrent transactions" for some milliseconds after each commit; the default waits 100.
    "retry.backoff.ms": 5,
    # A transaction's offsets wait, whatever their time limit, for a coordinator that the client remembers and that is
    # gone (librdkafka #5456, #5511). Only a connection that changes its state makes it look again: an idle one closes.
    "connections.max.idle.ms": 3000,
    "linger.ms": 1,
    "compression.type": "lz4",
    # A dead letter is its source record and more: the topic's own limit decides, not the client's.
    "message.max.bytes": 16 * 1024 * 1024,
    # The Java clients' choice, so that a key is in the same partition whoever wrote it.
    "partitioner": "murmur2_random",
}

_PRODUCER_PROMISE: Properties = {
    "enable.idempotence": True,
    "transaction.timeout.ms": int(TRANSACTION_TIMEOUT * 1000),
    "delivery.report.only.error": True,
}

_HELD_BACK: Properties = {
    # The longest that librdkafka takes, far beyond the transaction's end, so that no stall of ours sends what waits.
    "linger.ms": 900_000,
    # None: it would have to be longer than that, and may not be longer than the transaction.
    "message.timeout.ms": 0,
}

_CONSUMER_ONLY = (
    "group.",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "coordinator.query.interval.ms",
    "fetch.",
    "max.partition.fetch.bytes",
    "queued.",
    "isolation.level",
    "check.crcs",
    "auto.offset.reset",
    "allow.auto.create.topics",
    "partition.assignment.strategy",
)
_PRODUCER_ONLY = (
    "linger.ms",
    "queue.buffering.",
    "batch.",
    "compression.",
    "sticky.partitioning.",
    "message.send.max.retries",
    "message.timeout.ms",
    "delivery.timeout.ms",
    "request.required.acks",
    "request.timeout.ms",
    "acks",
    "partitioner",
    "retries",
)


def consumer_properties(config: KafkaConfig) -> Properties:
    """The consumer's properties, without callbacks and credentials."""
    protocol: Properties = {"group.id": config.group_id, "group.protocol": config.group_protocol}
    if config.group_protocol == "classic":
        protocol["partition.assignment.strategy"] = "cooperative-sticky"
    return {
        **_CLIENT_DEFAULTS,
        **_CONSUMER_DEFAULTS,
        "client.id": config.group_id,
        "statistics.interval.ms": int(config.statistics_interval * 1000),
        **_without(config.options, _PRODUCER_ONLY),
        **_CONSUMER_PROMISE,
        **protocol,
        "bootstrap.servers": config.bootstrap_servers,
    }


def producer_properties(config: KafkaConfig) -> Properties:
    """The producer's properties, without callbacks and credentials; each call invents a new transactional id.

    The id may be random because a group's commits are fenced by the member's generation (KIP-447), not by the id.
    """
    return {
        **_CLIENT_DEFAULTS,
        **_PRODUCER_DEFAULTS,
        "client.id": config.group_id,
        **_without(config.options, _CONSUMER_ONLY),
        **_PRODUCER_PROMISE,
        "transactional.id": f"{config.group_id}-{uuid4().hex}",
        "bootstrap.servers": config.bootstrap_servers,
    }


def trial_properties(config: KafkaConfig) -> Properties:
    """Those of a producer that begins transactions as `producer_properties` do, and holds its records back.

    What the operator says of batches and their times is left out: some of it would send them at once.
    """
    options = _without(config.options, _PRODUCER_ONLY)
    return {**producer_properties(replace(config, options=options)), **_HELD_BACK}


def admin_properties(config: KafkaConfig) -> dict[str, OptionValue]:
    """The properties of a client that only asks, and makes topics."""
    foreign = (*_CONSUMER_ONLY, *_PRODUCER_ONLY)
    return {
        "enable.metrics.push": False,
        "log_level": 0,
        "client.id": config.group_id,
        **{name: value for name, value in config.options.items() if not name.startswith(foreign)},
        "bootstrap.servers": config.bootstrap_servers,
    }


def _without(options: Mapping[str, OptionValue], other: tuple[str, ...]) -> dict[str, OptionValue]:
    """The options without those of the other client, of which this one would only complain."""
    return {name: value for name, value in options.items() if not name.startswith(other)}
