"""How a topic should be: what is wrong with it, and what could be better."""

from typing import Any

import pytest

from consumer.core.model import Millis
from consumer.core.topics import (
    DAY,
    ROOM,
    USUAL_LIMIT,
    Role,
    TopicSeen,
    advice,
    closed,
    config_of,
    copies,
    denied,
    largest_record,
    problems,
)

ALL = frozenset({"READ", "WRITE", "DESCRIBE"})
USUAL = {"cleanup.policy": "delete", "max.message.bytes": str(USUAL_LIMIT), "min.insync.replicas": "2"}


def a_topic(name: str = "a-topic", limit: int = USUAL_LIMIT, **changes: Any) -> TopicSeen:
    """A topic with three copies, where everything is allowed."""
    config = {**USUAL, "max.message.bytes": str(limit), **changes.pop("config", {})}
    fields: dict[str, Any] = {"name": name, "partitions": 8, "copies": 3, "operations": ALL, "config": config}
    fields |= changes
    return TopicSeen(**({"in_sync": (fields["copies"],) * fields["partitions"]} | fields))


UNTOLD = TopicSeen(name="e", partitions=1, copies=3, in_sync=(3,), config={}, operations=ALL)
"""One whose settings we may not read."""


def the_four(**changes: TopicSeen) -> dict[Role, TopicSeen]:
    """All as they should be but those named."""
    right = {role.value: a_topic(role) for role in Role} | {"dead_letters": a_topic(limit=USUAL_LIMIT + ROOM)}
    return {Role(name): topic for name, topic in (right | changes).items()}


def test_four_topics_as_they_should_be_need_nothing() -> None:
    seen = the_four()

    assert [text for role in Role for text in (*problems(role, seen), *advice(role, seen))] == []
    assert copies(seen) is None


@pytest.mark.parametrize(
    ("role", "topic", "words"),
    [
        (Role.RETURNS, a_topic(config={"cleanup.policy": "compact,delete"}), "it is compacted"),
        (Role.RESULTS, a_topic(copies=1), "it has fewer copies (1) than min.insync.replicas"),
        (Role.DEAD_LETTERS, a_topic(limit=USUAL_LIMIT - 1), f"set max.message.bytes={USUAL_LIMIT + ROOM}"),
        (Role.RETURNS, a_topic(in_sync=(3, 0, 0)), "2 of 8 partitions are without a leader"),
        (
            Role.RESULTS,
            a_topic(in_sync=(3, 1, 2)),
            "1 of 8 partitions is in sync on fewer brokers than min.insync",
        ),
    ],
)
def test_what_does_not_work_is_a_problem_with_its_remedy(role: Role, topic: TopicSeen, words: str) -> None:
    (problem, *_) = problems(role, the_four(**{role.value: topic}))

    assert words in problem


def test_a_right_that_is_missing_is_named_by_what_the_service_does_with_the_topic() -> None:
    assert [denied(role).rpartition(": ")[2] for role in Role] == [
        "allow READ on it",
        "allow READ on it",
        "allow WRITE on it",
        "allow WRITE on it",
    ]


def test_topics_that_we_may_not_write_are_named_by_the_brokers_word() -> None:
    written_only = a_topic("the-returns", operations=frozenset({"WRITE"}))
    read_only = a_topic("the-results", operations=frozenset({"READ"}))
    seen = the_four(returns=written_only, results=read_only)

    assert closed(seen) == {"the-results"}


def test_where_the_brokers_do_not_tell_our_rights_nothing_is_said_against_them() -> None:
    silent = a_topic(limit=USUAL_LIMIT + ROOM, operations=frozenset())
    seen = the_four(results=silent, dead_letters=silent)

    assert closed(seen) == frozenset()
    assert list(advice(Role.DEAD_LETTERS, seen)) == []


def test_too_few_copies_are_told_once_and_not_of_each_partition() -> None:
    (_,) = problems(Role.RESULTS, the_four(results=a_topic(copies=1)))


@pytest.mark.parametrize(
    ("role", "topic", "words"),
    [
        (Role.RETURNS, a_topic(operations=frozenset({"READ"})), "redrive may not write it: allow WRITE"),
        (Role.DEAD_LETTERS, a_topic(operations=frozenset({"WRITE"})), "redrive may not read it: allow READ"),
        (Role.EARNS, UNTOLD, "allow DESCRIBE_CONFIGS"),
        (Role.EARNS, a_topic(in_sync=(3, 2, 3)), "1 of 8 partitions is not in sync on all brokers"),
        (Role.RETURNS, a_topic(partitions=1), "one partition is one instance's work"),
        (
            Role.RESULTS,
            a_topic(partitions=7),
            "its readers can be no more than 7, fewer than the partitions of returns",
        ),
        (Role.DEAD_LETTERS, a_topic(limit=USUAL_LIMIT + ROOM - 1), f"set max.message.bytes={USUAL_LIMIT + ROOM}"),
    ],
)
def test_what_could_be_better_is_advice(role: Role, topic: TopicSeen, words: str) -> None:
    seen = the_four(**{role.value: topic})

    assert words in next(advice(role, seen))
    assert list(problems(role, seen)) == []


def test_results_alone_are_compared_with_nothing() -> None:
    assert list(advice(Role.RESULTS, {Role.RESULTS: a_topic(partitions=1)})) == []


def test_the_largest_record_is_that_of_either_source_or_kafkas_own_limit() -> None:
    assert largest_record({}) == USUAL_LIMIT
    assert largest_record(the_four(returns=a_topic(limit=10), earns=a_topic(limit=20))) == 20
    assert largest_record(the_four(returns=a_topic(limit=10), earns=UNTOLD)) == USUAL_LIMIT


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (a_topic("thin", copies=1, config={"min.insync.replicas": "1"}), "fewer than 3 copies of thin"),
        (a_topic("loose", config={"min.insync.replicas": "1"}), "min.insync.replicas is 1 for loose"),
    ],
)
def test_what_the_loss_of_a_broker_could_cost_is_told(topic: TopicSeen, words: str) -> None:
    assert words in str(copies(the_four(results=topic)))


def test_a_new_topic_is_never_compacted_and_kept_as_long_as_it_is_needed() -> None:
    made = {role: config_of(role, copies=None, memory=Millis(400 * DAY), largest_record=1000) for role in Role}

    assert {config["cleanup.policy"] for config in made.values()} == {"delete"}
    assert {role: int(config["retention.ms"]) // DAY for role, config in made.items()} == {
        Role.RETURNS: 14,
        Role.EARNS: 400,
        Role.RESULTS: 30,
        Role.DEAD_LETTERS: 90,
    }
    assert made[Role.DEAD_LETTERS]["max.message.bytes"] == str(1000 + ROOM)
    assert "max.message.bytes" not in made[Role.RETURNS]


@pytest.mark.parametrize(("copies", "least"), [(None, None), (1, None), (2, None), (3, "2"), (5, "2")])
def test_of_three_copies_or_more_two_have_to_be_in_sync(copies: int | None, least: str | None) -> None:
    config = config_of(Role.RESULTS, copies=copies, memory=Millis(DAY), largest_record=1000)

    assert config.get("min.insync.replicas") == least
