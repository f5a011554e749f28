"""The Kafka worker on a real broker: what is published, exactly once, over restarts and hand-overs."""

from collections import Counter
from dataclasses import replace
from typing import Literal

import pytest
from confluent_kafka import Producer

from consumer.core.model import Record
from consumer.ports import Completion, Message
from tests.contracts.kafka_stage import (
    Instance,
    a_config,
    assert_exactly_once,
    commits,
    create_topics,
    fill,
    outcome_of,
    published,
)
from tests.testbed.kafka import KafkaBroker
from tests.testbed.topics import ToProduce, produce

pytestmark = pytest.mark.kafka


def test_each_record_gets_exactly_one_outcome(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)
    fill(config, 3000)

    with Instance(config) as one:
        one.until_published(3000)
        one.stop()

    assert one.worker.status.exit_reason is None
    assert_exactly_once(config)


def test_a_restart_skips_what_was_published_above_the_commit(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)
    fill(config, 1000)
    with Instance(config, keeps=lambda record: record.source.offset % 5 == 1) as first:
        first.until_published(790)
        kept = {str(record.source) for record in first.intake.kept}
        first.stop(now=True)

    with Instance(config) as second:
        second.until_published(len(kept))
        second.stop()

    assert {str(record.source) for record in second.intake.seen} == kept
    assert second.told.passed_over > 0
    assert_exactly_once(config)


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_partitions_change_hands_without_a_repeat(kafka: KafkaBroker, protocol: Literal["classic", "consumer"]) -> None:
    config = a_config(kafka.bootstrap, group_protocol=protocol)
    create_topics(config)
    fill(config, 1000)
    fill(config, 1000, config.topics.earns)

    with Instance(config, keeps=lambda record: record.source.offset % 10 == 3) as one:
        one.until_owning(8)
        one.until_seen(2000)
        with Instance(config) as two:
            one.until(lambda: bool(one.intake.revocations), "a revocation")
            assert two.worker.status.partitions == ()
            one.intake.let_go()
            two.until_owning(4)
            fill(config, 1000)
            fill(config, 1000, config.topics.earns)
            one.until(lambda: sum(one.told.committed) + sum(two.told.committed) >= 4000 - len(one.intake.kept), "all")
            one.intake.let_go()
            one.until(lambda: not one.intake.kept, "nothing kept")
            one.stop()
            two.until_owning(8)
            two.stop()

    seen = Counter(str(record.source) for record in (*one.intake.seen, *two.intake.seen))
    assert {it: count for it, count in seen.items() if count != 1} == {}
    assert one.intake.losses == []
    assert two.intake.losses == []
    assert_exactly_once(config)


def test_outcomes_of_one_key_follow_the_offsets(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)
    fill(config, 1000)

    with Instance(config) as one:
        one.until_published(1000)
        one.stop()

    by_key: dict[bytes | None, list[int]] = {}
    for outcome in published(config, config.topics.results):
        by_key.setdefault(outcome.key, []).append(int((outcome.value or b"").rsplit(b"/")[-1]))
    assert all(offsets == sorted(offsets) for offsets in by_key.values())


def test_dead_letters_without_a_key_stay_together_by_their_source(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config, partitions=4)
    kafka.create_topic(f"{config.topics.dead_letters}-wide", 3)
    wide = replace(config, topics=replace(config.topics, dead_letters=f"{config.topics.dead_letters}-wide"))
    records = [ToProduce(value=b"%d" % number, partition=number % 4) for number in range(200)]
    produce(config.bootstrap_servers, config.topics.returns, records)

    def with_dead_letter(record: Record) -> Completion:
        letter = Message(key=record.key, value=record.value, headers=(("from", b"%d" % record.source.partition),))
        return Completion(record=record, outcome=None, dead_letter=letter)

    with Instance(wide, completion=with_dead_letter) as one:
        one.until_published(200)
        one.stop()

    letters = published(config, wide.topics.dead_letters)
    assert {(each.header("from"), each.partition) for each in letters} == {("0", 0), ("1", 1), ("2", 2), ("3", 0)}
    of_the_last = [int(each.value or b"") for each in letters if each.header("from") == "3"]
    assert of_the_last == sorted(of_the_last)


def test_a_dead_letter_goes_with_its_outcome(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)
    fill(config, 10)

    def with_dead_letter(record: Record) -> Completion:
        letter = Message(key=record.key, value=record.value, headers=(("dlt-reason", b"729"), ("empty", None)))
        return Completion(record=record, outcome=outcome_of(record), dead_letter=letter)

    with Instance(config, completion=with_dead_letter) as one:
        one.until_published(10)
        one.stop()

    assert_exactly_once(config)
    letters = published(config, config.topics.dead_letters)
    assert {letter.value for letter in letters} == {b"record %d" % n for n in range(10)}
    assert letters[0].headers == (("dlt-reason", b"729"), ("empty", None))


def test_a_record_that_leads_to_nothing_moves_its_offset(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)
    fill(config, 100, config.topics.earns)

    with Instance(config, completion=lambda it: Completion(record=it, outcome=None, dead_letter=None)) as one:
        one.until_published(100)
        one.stop()

    assert sum(commit.offset for commit in commits(config, config.topics.earns)) == 100
    assert published(config, config.topics.results) == []


def test_a_stop_publishes_what_comes_to_its_end_and_waits_no_longer_than_the_drain(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap, drain=2.0)
    create_topics(config)
    fill(config, 100)

    with Instance(config, keeps=lambda _: True) as one:
        one.until_seen(100)
        one.worker.stop()
        one.until(lambda: bool(one.intake.revocations), "the intake is told")
        one.intake.let_go(lambda record: record.source.offset % 2 == 0)
        one.end()

    assert one.worker.status.exit_reason is None
    left = {str(record.source) for record in one.intake.kept}
    assert left
    with Instance(config) as two:
        two.until_published(len(left))
        two.stop()
    assert {str(record.source) for record in two.intake.seen} == left
    assert_exactly_once(config)


def test_what_completes_after_its_partition_was_let_go_is_dropped(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap, drain=1.0)
    create_topics(config)
    fill(config, 100)
    fill(config, 100, config.topics.earns)

    with Instance(config, keeps=lambda _: True) as one:
        one.until_seen(200)
        with Instance(config) as two:
            two.until_owning(4)
            one.intake.let_go()
            one.until(lambda: one.told.stale > 0, "late results dropped")
            one.until(lambda: sum(one.told.committed) + sum(two.told.committed) == 200, "all published")
            two.stop()
        one.stop()

    assert_exactly_once(config)


def test_a_message_that_its_topic_refuses_ends_the_worker_with_the_remedy(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)
    fill(config, 1)
    huge = Message(key=None, value=bytes(2_000_000), headers=())

    options = {**config.options, "compression.type": "none"}
    with Instance(
        a_config(kafka.bootstrap, options=options, topics=config.topics, group_id=config.group_id),
        completion=lambda it: Completion(record=it, outcome=outcome_of(it), dead_letter=huge),
    ) as one:
        one.end()

    assert one.worker.status.exit_reason is not None
    assert f"{config.topics.dead_letters} takes: raise its max.message.bytes" in one.worker.status.exit_reason
    assert published(config, config.topics.results) == []


def test_a_fenced_producer_ends_the_worker(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap)
    create_topics(config)

    with Instance(config) as one:
        one.until_owning(8)
        name = one.worker._transactions.transactional_id
        usurper = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": name})
        usurper.init_transactions(30)
        fill(config, 10)
        one.end()

    assert "_FENCED" in (one.worker.status.exit_reason or "")
    assert name.startswith(config.group_id + "-")
    assert published(config, config.topics.results) == []
