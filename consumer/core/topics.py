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

    What the service needs is tried; the brokers' word counts only where nothing can be.
    """

    name: str
    partitions: int
    copies: int
    config: Mapping[str, str]
    operations: frozenset[str]

    @property
    def limit(self) -> int | None:
        """The most bytes of a message; None where that is not told."""
        return int(self.config["max.message.bytes"]) if "max.message.bytes" in self.config else None


Seen = Mapping[Role, TopicSeen]


def config_of(role: Role, *, memory: Millis, largest_record: int) -> dict[str, str]:
    """What to make a topic with. `memory` is how long the ledger remembers; `largest_record` is the sources' limit."""
    config = {"cleanup.policy": "delete", "retention.ms": str(KEPT_FOR.get(role, memory))}
    if role is Role.DEAD_LETTERS:
        config["max.message.bytes"] = str(largest_record + ROOM)
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
        topic.name for role, topic in seen.items() if role not in SOURCES and NEEDED[role] not in topic.operations
    )


def problems(role: Role, seen: Seen) -> Iterator[str]:
    """What does not work with a topic, each with its remedy."""
    topic = seen[role]
    if "compact" in topic.config.get("cleanup.policy", ""):
        yield "it is compacted, and so loses all of a customer's records but the last: set cleanup.policy=delete"
    if _least_copies(topic) > topic.copies:
        yield f"it has fewer copies ({topic.copies}) than min.insync.replicas: nothing can be written; lower that"
    limit, record = topic.limit, largest_record(seen)
    if role is Role.DEAD_LETTERS and limit is not None and limit < record:
        yield (
            f"it takes messages of {limit} bytes, the sources of {record}: a large record could not be set aside; "
            f"set max.message.bytes={record + ROOM}"
        )


def advice(role: Role, seen: Seen) -> Iterator[str]:
    """What works with a topic, but not as well as it could."""
    topic = seen[role]
    needed = NEEDED_BY_REDRIVE.get(role)
    if needed is not None and needed not in topic.operations:
        yield f"redrive may not {needed.lower()} it: allow {needed} on it to whom is to send dead letters again"
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
        return f"fewer than {ENOUGH_COPIES} copies of {names}: in production use that many, and min.insync.replicas=2"
    loose = [topic.name for topic in seen.values() if topic.config and _least_copies(topic) < ENOUGH_COPIES - 1]
    if loose:
        return (
            f"min.insync.replicas is 1 for {', '.join(loose)}: what one broker alone has is lost with it; set it to 2"
        )
    return None


def _least_copies(topic: TopicSeen) -> int:
    return int(topic.config.get("min.insync.replicas", "1"))
