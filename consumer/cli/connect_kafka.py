"""Whether the brokers have what the settings name, and let us do what the service does. Nothing is published."""

from collections.abc import Iterator

from confluent_kafka import KafkaException

from consumer.adapters.kafka.administration import Administration, ShutDoor
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.web.words import counted
from consumer.cli.finding import Finding, fine, note, wrong
from consumer.core.topics import SOURCES, Role, TopicSeen, advice, copies, problems
from consumer.settings import Settings
from consumer.wiring import parts

GROUP_ASK = 20.0
"""Seconds for the group: a new broker first has to make the topic that its groups live in."""
SERVERS = "kafka.bootstrap_servers"
GROUP = "kafka.group_id"
NEW = "dead"
"""Kafka's word for a group that has neither members nor commits."""


def kafka_findings(settings: Settings, patience: float) -> Iterator[Finding]:
    """One after another, as they are found; `patience` is in seconds, for one answer."""
    config = parts.kafka_config(settings)
    try:
        brokers = Administration(config, patience)
        count, there = brokers.brokers()
    except ShutDoor as shut:
        yield wrong(SERVERS, str(shut))
        return
    except Fatal as silence:
        yield wrong(SERVERS, f"no broker answers ({silence}); are they up?")
        return
    yield fine(SERVERS, f"{counted(count, 'broker')} {'answers' if count == 1 else 'answer'}")
    seen: dict[Role, TopicSeen] = {}
    for role in Role:
        yield from _topic(brokers, role, getattr(settings.topics, role), there, seen)
    for role, topic in seen.items():
        yield from (wrong(f"topics.{role}", f"{topic.name}: {text}") for text in problems(role, seen))
        yield from (note(f"topics.{role}", f"{topic.name}: {text}") for text in advice(role, seen))
    few = copies(seen)
    if few is not None:
        yield note("topics", few)
    yield from _group(Administration(config, GROUP_ASK), settings, seen)
    yield _transactions(Administration(config, GROUP_ASK), settings, seen)


def _topic(
    brokers: Administration, role: Role, name: str, there: frozenset[str], seen: dict[Role, TopicSeen]
) -> Iterator[Finding]:
    """Look at a topic and keep what is seen."""
    setting = f"topics.{role}"
    try:
        if name in there:
            seen[role] = brokers.topic(name)
            yield fine(setting, f"the topic {name} has {counted(seen[role].partitions, 'partition')}")
        elif brokers.is_hidden(name):
            yield wrong(setting, f"we may not look at the topic {name}: allow DESCRIBE on it")
        else:
            yield wrong(setting, f"the topic {name} is not there; create it: returns-consumer topics create")
    except (Fatal, KafkaException) as silence:
        yield wrong(setting, f"the topic {name} cannot be looked at: {silence}")


def _group(brokers: Administration, settings: Settings, seen: dict[Role, TopicSeen]) -> Iterator[Finding]:
    group = settings.kafka.group_id
    try:
        state, operations = brokers.group()
        sources = {seen[role].name: seen[role].partitions for role in (Role.RETURNS, Role.EARNS) if role in seen}
        committed = brokers.commits(sources) if sources else 0
    except Fatal as silence:
        remedy = ": allow READ and DESCRIBE on it" if "AUTHORIZATION" in str(silence) else ""
        yield wrong(GROUP, f"the group {group} cannot be read ({silence}){remedy}")
        return
    if "READ" not in operations:
        yield wrong(GROUP, f"we may not join the group {group}: allow READ on it")
        return
    of = sum(sources.values())
    how = "not there yet" if state == NEW else state
    yield fine(GROUP, f"the group {group} is {how}; it has commits on {committed} of {of} partitions")


def _transactions(brokers: Administration, settings: Settings, seen: dict[Role, TopicSeen]) -> Finding:
    topics = [topic.name for role, topic in seen.items() if role not in SOURCES]
    prefix = f"{settings.kafka.group_id}-"
    try:
        tried = brokers.try_transactions(topics)
    except Fatal as silence:
        remedy = f"allow WRITE and DESCRIBE on transactional ids that begin with {prefix}"
        return wrong(GROUP, f"transactions are refused ({silence}); {remedy}")
    if not tried.may_write:
        names = " and ".join(topics)
        return wrong(GROUP, f"a transaction that writes to {names} is refused: allow WRITE on {names}")
    return fine(GROUP, f"transactions are allowed (tried as {tried.name}; nothing was published)")
