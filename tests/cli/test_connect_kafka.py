"""What `check --connect` finds on a real broker: what is there, and what we may do."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import Self
from uuid import uuid4

import pytest
from confluent_kafka import OFFSET_INVALID, Consumer, ConsumerGroupTopicPartitions, Message, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined] # public by its documents
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)
from confluent_kafka.cimpl import NewTopic

from consumer.adapters.kafka.administration import Administration
from consumer.adapters.kafka.attempt import Fatal
from consumer.cli import connect_kafka, connect_rights
from consumer.cli.connect_kafka import kafka_findings
from consumer.cli.finding import Finding, Level
from consumer.core.topics import TopicSeen
from consumer.settings import Settings
from consumer.wiring.parts import kafka_config
from tests.cli.test_connect import settings
from tests.testbed.kafka import KafkaBroker
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.parts import Broker
from tests.testbed.topics import Topics
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka

ROLES = ("RETURNS", "EARNS", "RESULTS", "DEAD_LETTERS")
ROOMY = str(1_048_588 + 64 * 1024)
HASTY = {"batch.num.messages": 1, "queue.buffering.max.ms": 0, "message.timeout.ms": 1500}
"""What run takes, and what would have each record sent at once."""
NOBODY = "127.0.0.1:1"
GUARDED = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    # The broker itself is nobody special: what no rule speaks of is allowed.
    "allow.everyone.if.no.acl.found": "true",
}


def given(bootstrap: str, options: Mapping[str, object] | None = None) -> Settings:
    """Four topics and a group of the test's own; none is there unless the test makes it."""
    name = uuid4().hex[:8]
    kafka = {
        "KAFKA__BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA__GROUP_ID": f"group-{name}",
        "KAFKA__OPTIONS": json.dumps(options or {}),
    }
    return settings(**kafka, **{f"TOPICS__{role}": f"{role.lower()}-{name}" for role in ROLES})


def make(config: Settings, partitions: int = 3) -> None:
    """The four topics, with room for the dead letters' headers."""
    admin = AdminClient({"bootstrap.servers": config.kafka.bootstrap_servers, "log_level": 0})
    topics = config.topics
    new = [NewTopic(each, partitions) for each in (topics.returns, topics.earns, topics.results)]
    new.append(NewTopic(topics.dead_letters, partitions, config={"max.message.bytes": ROOMY}))
    for future in admin.create_topics(new).values():
        future.result(30)


def looked(config: Settings) -> list[Finding]:
    return list(kafka_findings(config, 10.0))


def problems(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.name: finding.text for finding in findings if finding.level is Level.PROBLEM}


def settled(config: Settings, expected: set[str]) -> list[Finding]:
    """What is found once the rules are known everywhere, with these problems."""
    found: list[Finding] = []

    def are_known() -> bool:
        found[:] = looked(config)
        return set(problems(found)) == expected

    wait_until(are_known, within=60, what="the rules are known everywhere")
    return found


def test_an_option_that_the_service_itself_would_be_refused_is_a_problem_in_words() -> None:
    """Another client takes it, and it is longer than the service's transactions."""
    (finding,) = looked(given(NOBODY, {"message.timeout.ms": 20_000}))

    assert problems([finding]).keys() == {"kafka.options"}
    assert "`message.timeout.ms` must be set <= `transaction.timeout.ms`" in finding.text


def test_silence_is_not_told_as_a_right_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect_rights, "GROUP_ASK", 0.3)

    texts = [finding.text for finding in connect_rights.rights(given(NOBODY), {})]

    assert [text.rpartition("; ")[2] for text in texts] == [
        "is the group coordinator there?",
        "is the transaction coordinator there?",
        "is the group coordinator there?",
    ]
    assert all("_TIMED_OUT" in text and "no answer within 0.3 s" in text for text in texts)


class Trials:
    """Where all is let in, but a transaction fails with this."""

    def __init__(self, failure: str) -> None:
        self._failure = failure

    def __call__(self, *_: object) -> Self:
        return self

    def may_join(self, _: str) -> bool:
        return True

    def transaction(self, _: object) -> None:
        raise Fatal(self._failure)


@pytest.mark.parametrize(
    ("failure", "remedy"),
    [
        ("init: CLUSTER_AUTHORIZATION_FAILED: no", "allow IDEMPOTENT_WRITE on the cluster"),
        ("abort: _FENCED: by a newer instance", "the brokers ended it, as it took longer than 10 s: try again"),
        ("init: INVALID_TRANSACTION_TIMEOUT: no", "their log may tell more"),
    ],
)
def test_what_fails_a_transaction_is_told_with_what_helps_against_it(
    failure: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect_rights, "GROUP_ASK", 0.1)
    monkeypatch.setattr(connect_rights, "Trials", Trials(failure))

    texts = [finding.text for finding in connect_rights.rights(given(NOBODY), {})]

    assert texts[1:] == [f"no transaction can be tried ({failure}); {remedy}"]


def test_a_topic_that_nobody_tells_of_is_not_told_as_missing() -> None:
    brokers = Administration(kafka_config(given(NOBODY)), 0.3)

    with pytest.raises(Fatal, match="_TIMED_OUT"):
        brokers.is_hidden("returns")


class Closing:
    """Brokers that let us see the topics, and a moment later no more."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics = frozenset(topics)

    def __call__(self, *_: object) -> Self:
        return self

    def brokers(self) -> tuple[int, frozenset[str]]:
        return 1, self._topics

    def topic(self, _: str) -> TopicSeen:
        raise Fatal("read: TOPIC_AUTHORIZATION_FAILED: no")


def test_a_topic_that_is_hidden_between_two_questions_is_told_with_the_right_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = given(NOBODY)
    monkeypatch.setattr(connect_kafka, "Administration", Closing([config.topics.returns]))

    _, found = islice(kafka_findings(config, 0.1), 2)

    assert found.text == f"we may not look at the topic {config.topics.returns}: allow DESCRIBE on it"


def test_four_topics_with_their_partitions_a_group_and_transactions_are_fine(kafka: Broker) -> None:
    config = given(kafka.bootstrap)
    make(config)

    found = looked(config)

    assert problems(found) == {}
    fine = [(each.name, each.text) for each in found if each.level is Level.OK]
    assert ("kafka.bootstrap_servers", "1 broker answers") in fine
    assert ("topics.returns", f"the topic {config.topics.returns} has 3 partitions") in fine
    group = config.kafka.group_id
    assert ("kafka.group_id", f"the group {group} is not there yet; it has commits on 0 of 6 partitions") in fine
    assert any(text.startswith(f"transactions are allowed (tried as {group}-check-") for _, text in fine)
    assert [each.name for each in found if each.level is Level.NOTE] == ["topics"]


def test_looking_leaves_neither_a_record_nor_a_member_nor_a_topic(kafka: Broker) -> None:
    config = given(kafka.bootstrap)
    kafka.create_topic(config.topics.results, 1)

    looked(config)
    again = looked(config)

    admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    assert not {config.topics.returns, config.topics.earns} & set(admin.list_topics(timeout=30).topics)
    assert Topics(kafka.bootstrap).partitions(config.topics.results) == 1
    assert any("is not there yet" in each.text for each in again if each.name == "kafka.group_id")


def test_trying_a_group_at_work_leaves_its_members_and_its_commits_as_they_are(kafka: Broker) -> None:
    config = given(kafka.bootstrap)
    make(config)
    group, topics = config.kafka.group_id, config.topics
    moved: list[str] = []
    as_we_do = {"partition.assignment.strategy": "cooperative-sticky", "enable.auto.commit": False}
    own = {"bootstrap.servers": kafka.bootstrap, "group.id": group, "heartbeat.interval.ms": 200, "log_level": 0}
    with closing(Consumer(own | as_we_do)) as member:
        member.subscribe(
            [topics.returns], on_assign=lambda *_: moved.append("came"), on_revoke=lambda *_: moved.append("went")
        )
        wait_until(lambda: member.poll(0.1) is None and bool(moved), within=30, what="the member has its partitions")
        member.commit(offsets=[TopicPartition(topics.returns, 0, 0)], asynchronous=False)

        found = looked(config)

        # A group that was disturbed asks its members to join again with the next heartbeat.
        member.poll(1)
        told = tuple(moved)
        stands = member.committed([TopicPartition(topics.returns, number) for number in range(3)], 30)
    assert problems(found) == {}
    assert any(each.text == f"the group {group} is stable; it has commits on 1 of 6 partitions" for each in found)
    assert told == ("came",)
    assert [each.offset for each in stands] == [0, OFFSET_INVALID, OFFSET_INVALID]
    assert commits_of(kafka.bootstrap, group) == {(topics.returns, 0): 0}


def test_a_missing_topic_is_named_with_how_to_create_it(kafka: Broker) -> None:
    config = given(kafka.bootstrap)
    kafka.create_topic(config.topics.returns, 3)

    found = problems(looked(config))

    assert set(found) == {"topics.earns", "topics.results", "topics.dead_letters"}
    assert found["topics.earns"] == (
        f"the topic {config.topics.earns} is not there; create it: returns-consumer topics create"
    )


def test_a_dead_letter_topic_that_cannot_take_the_largest_record_is_a_problem(kafka: Broker) -> None:
    config = given(kafka.bootstrap)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    sizes = {config.topics.returns: "2000000", config.topics.dead_letters: "1900000"}
    for future in admin.create_topics(
        [NewTopic(name, 1, config={"max.message.bytes": size}) for name, size in sizes.items()]
    ).values():
        future.result(30)

    assert "a large record could not be set aside" in problems(looked(config))["topics.dead_letters"]


@pytest.fixture(scope="module")
def guarded() -> Iterator[KafkaBroker]:
    """A broker that asks who may do what."""
    with closing(KafkaBroker(more=GUARDED)) as broker:
        try:
            broker.start()
        except MissingPartError as reason:
            give_up("Kafka that guards its topics", reason)
        yield broker


def allowed(what: ResourceType, name: str, operation: AclOperation, *, to: str = "User:ANONYMOUS") -> AclBinding:
    """Nothing else is allowed there, and nothing to anybody else. A transactional id is a prefix."""
    is_prefix = what is ResourceType.TRANSACTIONAL_ID
    pattern = ResourcePatternType.PREFIXED if is_prefix else ResourcePatternType.LITERAL
    return AclBinding(what, name, pattern, to, "*", operation, AclPermissionType.ALLOW)


def offsets_of(bootstrap: str, topic: str) -> int:
    """How many offsets are taken in all partitions, by whatever."""
    with closing(Consumer({"bootstrap.servers": bootstrap, "group.id": "nobody", "log_level": 0})) as reader:
        numbers = reader.list_topics(topic, 30).topics[topic].partitions
        return sum(reader.get_watermark_offsets(TopicPartition(topic, number), 30)[1] for number in numbers)


def commits_of(bootstrap: str, group: str) -> dict[tuple[str, int], int]:
    """All that the group has committed, of whatever."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    told = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(30)
    return {(each.topic, each.partition): each.offset for each in told.topic_partitions}


def records_of(bootstrap: str, topic: str) -> list[Message]:
    """What one reads in partition 0 who reads even what was aborted."""
    everything = {"isolation.level": "read_uncommitted", "enable.partition.eof": True}
    own = {"bootstrap.servers": bootstrap, "group.id": "nobody", "log_level": 0}
    read: list[Message] = []
    with closing(Consumer(own | everything)) as reader:
        reader.assign([TopicPartition(topic, 0, 0)])
        while (message := reader.poll(30)) is not None and message.error() is None:
            read.append(message)
    assert message is not None
    return read


def guard(broker: KafkaBroker, *rules: AclBinding) -> None:
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})
    for future in admin.create_acls(list(rules)).values():
        future.result(30)


def test_what_we_may_not_do_is_named_with_the_right_that_is_missing(guarded: KafkaBroker) -> None:
    config = given(guarded.bootstrap)
    topics, group = config.topics, config.kafka.group_id
    make(config)
    guard(
        guarded,
        allowed(ResourceType.TOPIC, topics.earns, AclOperation.WRITE),
        allowed(ResourceType.TOPIC, topics.results, AclOperation.DESCRIBE),
        allowed(ResourceType.TOPIC, topics.dead_letters, AclOperation.ALL, to="User:somebody"),
        allowed(ResourceType.GROUP, group, AclOperation.DESCRIBE),
        allowed(ResourceType.TRANSACTIONAL_ID, group, AclOperation.ALL, to="User:somebody"),
        allowed(ResourceType.GROUP, f"{group}-redrive", AclOperation.DESCRIBE),
    )

    settled_on = settled(config, {"topics.earns", "topics.results", "topics.dead_letters", "kafka.group_id"})

    found = [(each.name, each.text) for each in settled_on if not each.well]
    assert ("topics.earns", f"{topics.earns}: we may not read it: allow READ on it") in found
    assert ("topics.results", f"{topics.results}: we may not write it: allow WRITE on it") in found
    hidden = f"we may not look at the topic {topics.dead_letters}: allow DESCRIBE on it"
    assert ("topics.dead_letters", hidden) in found
    assert ("kafka.group_id", f"we may not join the group {group}: allow READ on it") in found
    (refused,) = [text for _, text in found if text.startswith("no transaction can be tried")]
    assert "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" in refused
    assert refused.endswith(f"; allow WRITE and DESCRIBE on transactional ids that begin with {group}-")
    assert f"redrive may not use the group {group}-redrive: allow READ on it" in settled_on[-1].text


@pytest.mark.parametrize("closed", ["results", "dead_letters"])
def test_a_transaction_is_tried_on_the_topics_that_it_writes_to(guarded: KafkaBroker, closed: str) -> None:
    config = given(guarded.bootstrap)
    make(config)
    name = getattr(config.topics, closed)
    guard(guarded, allowed(ResourceType.TOPIC, name, AclOperation.DESCRIBE))

    found = settled(config, {f"topics.{closed}"})

    assert problems(found) == {f"topics.{closed}": f"{name}: we may not write it: allow WRITE on it"}
    assert not any("transactions are allowed" in each.text for each in found)


def test_trying_leaves_no_record_that_anybody_reads_and_no_commit(kafka: Broker) -> None:
    config = given(kafka.bootstrap, HASTY)
    make(config, partitions=1)

    assert problems(looked(config)) == {}

    for topic in (config.topics.results, config.topics.dead_letters):
        assert offsets_of(kafka.bootstrap, topic) == 1, "the marker, which shows that the trial got there"
        assert records_of(kafka.bootstrap, topic) == []
    assert commits_of(kafka.bootstrap, config.kafka.group_id) == {}


def test_a_group_that_we_may_not_look_at_is_named(guarded: KafkaBroker) -> None:
    config = given(guarded.bootstrap)
    make(config)
    guard(guarded, allowed(ResourceType.GROUP, config.kafka.group_id, AclOperation.ALL, to="User:somebody"))

    text = problems(settled(config, {"kafka.group_id"}))["kafka.group_id"]

    assert "GROUP_AUTHORIZATION_FAILED" in text
    assert text.endswith("allow READ and DESCRIBE on it")
