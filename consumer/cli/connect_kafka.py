"""Whether the brokers have what the settings name, and let us do what the service does. Nothing is published."""

from collections.abc import Iterator

from confluent_kafka import KafkaException

from consumer.adapters.kafka.administration import Administration, ShutDoor
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.trials import Trials
from consumer.adapters.web.words import counted
from consumer.cli.finding import Finding, fine, note, wrong
from consumer.core.topics import SOURCES, Role, Seen, TopicSeen, advice, closed, copies, denied, problems
from consumer.settings import Settings
from consumer.wiring import parts

GROUP_ASK = 20.0
"""Seconds for the group, and for a trial: a new broker first has to make the topics that both live in."""
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
    trials = Trials(config, GROUP_ASK)
    for role, topic in seen.items():
        if role in SOURCES:
            yield from _reading(trials, role, topic)
        yield from (wrong(f"topics.{role}", f"{topic.name}: {text}") for text in problems(role, seen))
        yield from (note(f"topics.{role}", f"{topic.name}: {text}") for text in advice(role, seen))
    few = copies(seen)
    if few is not None:
        yield note("topics", few)
    yield _group(Administration(config, GROUP_ASK), trials, settings, seen)
    yield from _transaction(trials, settings, seen)


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


def _reading(trials: Trials, role: Role, topic: TopicSeen) -> Iterator[Finding]:
    """What hinders us from reading a source, if anything."""
    setting = f"topics.{role}"
    try:
        if not trials.may_read(topic.name, topic.partitions):
            yield wrong(setting, f"{topic.name}: {denied(role)}")
    except Fatal as silence:
        yield wrong(setting, f"{topic.name}: no fetch is answered ({silence}); have its partitions leaders?")


def _group(brokers: Administration, trials: Trials, settings: Settings, seen: Seen) -> Finding:
    group = settings.kafka.group_id
    sources = {topic.name: topic.partitions for role, topic in seen.items() if role in SOURCES}
    try:
        state = brokers.group()
        committed = brokers.commits(sources) if sources else 0
        may_join = trials.may_join(settings.topics.returns)
    except Fatal as silence:
        remedy = ": allow READ and DESCRIBE on it" if "AUTHORIZATION" in str(silence) else ""
        return wrong(GROUP, f"the group {group} cannot be read ({silence}){remedy}")
    if not may_join:
        return wrong(GROUP, f"we may not join the group {group}: allow READ on it")
    of = sum(sources.values())
    how = "not there yet" if state == NEW else state
    return fine(GROUP, f"the group {group} is {how}; it has commits on {committed} of {of} partitions")


def _transaction(trials: Trials, settings: Settings, seen: Seen) -> Iterator[Finding]:
    """Whether we may publish. Where no transaction can be begun, the brokers' word on the topics has to do."""
    written = {role: topic.name for role, topic in seen.items() if role not in SOURCES}
    prefix = f"{settings.kafka.group_id}-"
    try:
        tried = trials.transaction(tuple(written.values()))
    except Fatal as silence:
        remedy = f"allow WRITE and DESCRIBE on transactional ids that begin with {prefix}"
        yield wrong(GROUP, f"transactions are refused ({silence}); {remedy}")
        refused = closed(seen)
    else:
        refused = tried.refused
        if not refused:
            yield fine(GROUP, f"transactions are allowed (tried as {tried.name}; nothing was published)")
    for role, name in written.items():
        if name in refused:
            yield wrong(f"topics.{role}", f"{name}: {denied(role)}")
