"""Whether the brokers let us do what the service does, by trying it. Nothing is published."""

from collections.abc import Iterator
from dataclasses import replace

from consumer.adapters.kafka.administration import Administration
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.config import TRANSACTION_TIMEOUT
from consumer.adapters.kafka.trials import Trials
from consumer.cli.finding import Finding, fine, note, wrong
from consumer.core.topics import SOURCES, Seen, closed, denied
from consumer.settings import Settings
from consumer.wiring import parts, redriving

GROUP_ASK = 20.0
"""Seconds for the group, and for a trial: a new broker first has to make the topics that both live in."""
GROUP = "kafka.group_id"
NEW = "dead"
"""Kafka's word for a group that has neither members nor commits."""
UNANSWERED = ("TIMED_OUT", "COORDINATOR", "_TRANSPORT", "_ALL_BROKERS_DOWN", "CONCURRENT_TRANSACTIONS")
"""Parts of the names of Kafka's errors that say that who was asked is away or busy."""


def rights(settings: Settings, seen: Seen) -> Iterator[Finding]:
    """One after another, as they are tried on the topics that are there. Raises BadOption."""
    trials = Trials(parts.kafka_config(settings), GROUP_ASK)
    yield from _reading(trials, seen)
    yield _group(trials, settings, seen)
    yield from _transaction(trials, settings, seen)
    yield from _redriving(settings)


def _reading(trials: Trials, seen: Seen) -> Iterator[Finding]:
    """What hinders us from reading the sources, if anything."""
    for role in SOURCES:
        topic = seen.get(role)
        if topic is None:
            continue
        try:
            if not trials.may_read(topic.name, topic.partitions):
                yield wrong(f"topics.{role}", f"{topic.name}: {denied(role)}")
        except Fatal as silence:
            text = f"{topic.name}: no fetch is answered ({silence}); have its partitions leaders?"
            yield wrong(f"topics.{role}", text)


def _group(trials: Trials, settings: Settings, seen: Seen) -> Finding:
    group = settings.kafka.group_id
    sources = {topic.name: topic.partitions for role, topic in seen.items() if role in SOURCES}
    try:
        brokers = Administration(parts.kafka_config(settings), GROUP_ASK)
        state = brokers.group()
        committed = brokers.commits(sources) if sources else 0
        may_join = trials.may_join(settings.topics.returns)
    except Fatal as silence:
        known = {"GROUP_AUTHORIZATION_FAILED": "allow READ and DESCRIBE on it"}
        return wrong(GROUP, f"the group {group} cannot be read {_why(silence, 'group', known)}")
    if not may_join:
        return wrong(GROUP, f"we may not join the group {group}: allow READ on it")
    of = sum(sources.values())
    how = "not there yet" if state == NEW else state
    return fine(GROUP, f"the group {group} is {how}; it has commits on {committed} of {of} partitions")


def _transaction(trials: Trials, settings: Settings, seen: Seen) -> Iterator[Finding]:
    """Whether we may publish. Where no transaction can be begun, the brokers' word on the topics has to do."""
    written = {role: topic.name for role, topic in seen.items() if role not in SOURCES}
    known = {
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED": "allow WRITE and DESCRIBE on transactional ids that begin with "
        f"{settings.kafka.group_id}-",
        "CLUSTER_AUTHORIZATION_FAILED": "allow IDEMPOTENT_WRITE on the cluster",
        # Nobody else has its name: only the brokers themselves end it.
        "FENCED": f"the brokers ended it, as it took longer than {TRANSACTION_TIMEOUT:g} s: try again",
    }
    try:
        tried = trials.transaction(tuple(written.values()))
    except Fatal as silence:
        yield wrong(GROUP, f"no transaction can be tried {_why(silence, 'transaction', known)}")
        refused = closed(seen)
    else:
        refused = tried.refused
        if not refused:
            yield fine(GROUP, f"transactions are allowed (tried as {tried.name}; nothing was published)")
    for role, name in written.items():
        if name in refused:
            yield wrong(f"topics.{role}", f"{name}: {denied(role)}")


def _redriving(settings: Settings) -> Iterator[Finding]:
    """What hinders who sends dead letters again from remembering it; the service runs without."""
    group = redriving.group(settings)
    trials = Trials(replace(parts.kafka_config(settings), group_id=group), GROUP_ASK)
    try:
        if not trials.may_join(settings.topics.dead_letters):
            remedy = "allow READ on it to whom is to send dead letters again"
            yield note(GROUP, f"redrive may not use the group {group}: {remedy}")
    except Fatal as silence:
        yield note(GROUP, f"redrive's group {group} cannot be tried {_why(silence, 'group', {})}")


def _why(silence: Fatal, whose: str, known: dict[str, str]) -> str:
    """What Kafka said, and what helps: against a refusal that is known the right, against silence a coordinator."""
    text = str(silence)
    if any(name in text for name in UNANSWERED):
        return f"({text}): no answer within {GROUP_ASK:g} s; is the {whose} coordinator there?"
    return f"({text}); {next((remedy for code, remedy in known.items() if code in text), 'their log may tell more')}"
