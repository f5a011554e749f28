"""How the four topics should be: what to make them with, and what is wrong with those that are there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from consumer.core.model import Millis

DAY = 86_400_000
ROOM = 64 * 1024
"""Bytes that a dead letter may have more than its record: its capped headers, and their names."""
USUAL_LIMIT = 1_048_588
"""Kafka's own default of max.message.bytes."""
ENOUGH_COPIES = 3
LEAST_IN_SYNC = 2
"""Of so many copies: one may be away, and what is written is still on two."""


class Role(StrEnum):
    """What a topic is for, by the name of its setting."""

    RETURNS = "returns"
    EARNS = "earns"
    RESULTS = "results"
    DEAD_LETTERS = "dead_letters"


SOURCES = (Role.RETURNS, Role.EARNS)
KEPT_FOR = {Role.RETURNS: Millis(14 * DAY), Role.RESULTS: Millis(30 * DAY), Role.DEAD_LETTERS: Millis(90 * DAY)}
"""How long a topic of ours keeps its records; the earn feed keeps them as long as the ledger remembers earns."""
NEEDED = {role: "READ" if role in SOURCES else "WRITE" for role in Role}
"""What the service does with each topic."""
NEEDED_BY_REDRIVE: Mapping[Role, str] = {Role.RETURNS: "WRITE", Role.EARNS: "WRITE", Role.DEAD_LETTERS: "READ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSeen:
    """A topic as the brokers tell it. `config` is empty where it may not be read; `operations` are those allowed us.

    What the service needs is tried; the brokers' word counts only where nothing can be. `operations` is empty where
    they do not tell. `in_sync` has the in-sync replicas of each partition, 0 for one without a leader.
    """

    name: str
    partitions: int
    copies: int
    in_sync: tuple[int, ...]
    config: Mapping[str, str]
    operations: frozenset[str]

    @property
    def limit(self) -> int | None:
        """The most bytes of a message; None where that is not told."""
        return int(self.config["max.message.bytes"]) if "max.message.bytes" in self.config else None


Seen = Mapping[Role, TopicSeen]


def config_of(role: Role, *, copies: int | None, memory: Millis, largest_record: int) -> dict[str, str]:
    """What to make a topic with.

    `copies` None is as the brokers are set; `memory` is how long the ledger remembers; `largest_record` is the sources'
    limit.
    """
    config = {"cleanup.policy": "delete", "retention.ms": str(KEPT_FOR.get(role, memory))}
    if role is Role.DEAD_LETTERS:
        config["max.message.bytes"] = str(largest_record + ROOM)
    if copies is not None and copies >= ENOUGH_COPIES:
        config["min.insync.replicas"] = str(LEAST_IN_SYNC)
    return config


def largest_record(seen: Seen) -> int:
    """The most bytes that a record of a source may have, by Kafka's default where that is not told."""
    limits = (seen[role].limit for role in SOURCES if role in seen)
    return max((USUAL_LIMIT if limit is None else limit for limit in limits), default=USUAL_LIMIT)


def denied(role: Role) -> str:
    """That the service may not do with a topic what it is there for, with the remedy."""
    return f"we may not {NEEDED[role].lower()} it: allow {NEEDED[role]} on it"


def closed(seen: Seen) -> frozenset[str]:
    """The names of the topics that we may not write, by the brokers' word."""
    return frozenset(
        topic.name for role, topic in seen.items() if role not in SOURCES and _is_denied(topic, NEEDED[role])
    )


def problems(role: Role, seen: Seen) -> Iterator[str]:
    """What does not work with a topic, each with its remedy."""
    topic = seen[role]
    if "compact" in topic.config.get("cleanup.policy", ""):
        yield "it is compacted, and so loses all of a customer's records but the last: set cleanup.policy=delete"
    if _least_copies(topic) > topic.copies:
        yield f"it has fewer copies ({topic.copies}) than min.insync.replicas: nothing can be written; lower that"
    yield from _out_of_sync(topic)
    limit, record = topic.limit, largest_record(seen)
    if role is Role.DEAD_LETTERS and limit is not None and limit < record:
        yield (
            f"it takes messages of {limit} bytes, the sources of {record}: a large record could not be set aside; "
            f"set max.message.bytes={record + ROOM}"
        )


def _out_of_sync(topic: TopicSeen) -> Iterator[str]:
    """Which partitions cannot be used now, because of brokers that are away."""
    headless, least = topic.in_sync.count(0), _least_copies(topic)
    if headless:
        yield f"{_of(headless, topic)} without a leader, so that nobody reads or writes there: bring their brokers back"
    few = sum(0 < replicas < least for replicas in topic.in_sync)
    if few and least <= topic.copies:
        yield (
            f"{_of(few, topic)} in sync on fewer brokers than min.insync.replicas ({least}), so that nothing can be "
            "written there: bring their brokers back, or wait until they have caught up"
        )


def _of(some: int, topic: TopicSeen) -> str:
    return f"{some} of {topic.partitions} partitions {'is' if some == 1 else 'are'}"


def _is_denied(topic: TopicSeen, operation: str) -> bool:
    """Whether the brokers say so; of what they do not tell nothing is known."""
    return bool(topic.operations) and operation not in topic.operations


def advice(role: Role, seen: Seen) -> Iterator[str]:
    """What works with a topic, but not as well as it could."""
    topic = seen[role]
    needed = NEEDED_BY_REDRIVE.get(role)
    if needed is not None and _is_denied(topic, needed):
        yield f"redrive may not {needed.lower()} it: allow {needed} on it to whom is to send dead letters again"
    behind = sum(_least_copies(topic) <= replicas < topic.copies for replicas in topic.in_sync)
    if behind:
        yield f"{_of(behind, topic)} not in sync on all brokers that keep them: one is away, or behind"
    if not topic.config:
        yield "its settings are not told: allow DESCRIBE_CONFIGS on it, or look at max.message.bytes yourself"
    if role is Role.RETURNS and topic.partitions == 1:
        yield "one partition is one instance's work: others would only stand by"
    returns = seen.get(Role.RETURNS)
    if role is Role.RESULTS and returns is not None and topic.partitions < returns.partitions:
        yield f"its readers can be no more than {topic.partitions}, fewer than the partitions of {returns.name}"
    limit, record = topic.limit, largest_record(seen)
    if role is Role.DEAD_LETTERS and limit is not None and record <= limit < record + ROOM:
        yield f"a record as large as its source allows has no room for headers: set max.message.bytes={record + ROOM}"


def copies(seen: Seen) -> str | None:
    """What the loss of one broker could cost, if anything."""
    few = [topic.name for topic in seen.values() if topic.copies < ENOUGH_COPIES]
    if few:
        names = ", ".join(few)
        return (
            f"fewer than {ENOUGH_COPIES} copies of {names}: in production use that many, and "
            f"min.insync.replicas={LEAST_IN_SYNC}"
        )
    loose = [topic.name for topic in seen.values() if topic.config and _least_copies(topic) < LEAST_IN_SYNC]
    if loose:
        return (
            f"min.insync.replicas is 1 for {', '.join(loose)}: what one broker alone has is lost with it; "
            f"set it to {LEAST_IN_SYNC}"
        )
    return None


def _least_copies(topic: TopicSeen) -> int:
    return int(topic.config.get("min.insync.replicas", "1"))
