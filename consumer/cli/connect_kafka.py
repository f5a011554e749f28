"""Whether the brokers have what the settings name, and let us do what the service does. Nothing is published."""

from collections.abc import Iterator

from confluent_kafka import KafkaException

from consumer.adapters.kafka.administration import HIDDEN, Administration, ShutDoor
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.config import BadOption
from consumer.adapters.kafka.trials import refuse_bad_options
from consumer.adapters.web.words import counted
from consumer.cli.connect_rights import rights
from consumer.cli.finding import Finding, fine, note, wrong
from consumer.core.topics import Role, TopicSeen, advice, copies, problems
from consumer.settings import Settings
from consumer.wiring import parts

SERVERS = "kafka.bootstrap_servers"
OPTIONS = "kafka.options"


def kafka_findings(settings: Settings, patience: float) -> Iterator[Finding]:
    """One after another, as they are found; `patience` is in seconds, for one answer."""
    try:
        yield from _brokers(settings, patience)
    except BadOption as refused:
        yield wrong(OPTIONS, " ".join(str(refused).split()))


def _brokers(settings: Settings, patience: float) -> Iterator[Finding]:
    config = parts.kafka_config(settings)
    try:
        refuse_bad_options(config)
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
    yield from rights(settings, seen)


def _topic(
    brokers: Administration, role: Role, name: str, there: frozenset[str], seen: dict[Role, TopicSeen]
) -> Iterator[Finding]:
    """Look at a topic and keep what is seen."""
    setting = f"topics.{role}"
    hidden = wrong(setting, f"we may not look at the topic {name}: allow DESCRIBE on it")
    try:
        if name in there:
            seen[role] = brokers.topic(name)
            yield fine(setting, f"the topic {name} has {counted(seen[role].partitions, 'partition')}")
        elif brokers.is_hidden(name):
            yield hidden
        else:
            yield wrong(setting, f"the topic {name} is not there; create it: returns-consumer topics create")
    except (Fatal, KafkaException) as silence:
        # A right may go between two questions.
        yield hidden if HIDDEN in str(silence) else wrong(setting, f"the topic {name} cannot be looked at: {silence}")
