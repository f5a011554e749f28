"""How many records may be open: strictly, and without ceasing to poll."""

import pytest

from tests.contracts.kafka_stage import Instance, a_config, assert_exactly_once, create_topics, fill
from tests.testbed.kafka import KafkaBroker

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("window", [1, 2, 10])
def test_a_partition_never_has_more_open_records_than_its_window(kafka: KafkaBroker, window: int) -> None:
    config = a_config(kafka.bootstrap, window=window)
    create_topics(config, partitions=2)
    fill(config, 60)

    with Instance(config, keeps=lambda _: True) as one:
        while sum(one.told.committed) < 60:
            one.until(lambda: bool(one.intake.kept), "something is open")
            before = sum(one.told.committed)
            one.intake.let_go()
            one.until(lambda was=before: sum(one.told.committed) > was, "published")  # type: ignore[misc] # bound now
        one.stop()

    assert 0 < one.intake.most_kept <= window
    assert_exactly_once(config)


def test_a_full_partition_is_paused_and_polled_and_resumed(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap, window=8)
    create_topics(config, partitions=1)
    fill(config, 50)

    with Instance(config, keeps=lambda record: record.source.offset < 8) as one:
        one.until(lambda: any(it.paused for it in one.worker.status.partitions), "paused")
        polls = one.told.polls
        one.until(lambda: one.told.polls > polls + 3, "polling goes on")
        assert len(one.intake.seen) <= 8
        one.intake.let_go()
        one.until_seen(50)
        one.until(lambda: not any(it.paused for it in one.worker.status.partitions), "resumed")
        one.until_published(50)
        one.stop()

    assert_exactly_once(config)


def test_a_partition_whose_map_is_nearly_full_waits_for_its_watermark(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap, window=20_000)
    create_topics(config, partitions=1)
    fill(config, 14_000)

    with Instance(config, keeps=lambda record: record.source.offset % 8 == 0) as one:
        one.until(lambda: any(it.paused for it in one.worker.status.partitions), "paused")
        (full,) = (it for it in one.worker.status.partitions if it.paused)
        assert 0.75 <= full.map_used_ratio <= 1
        assert full.watermark == 0
        one.intake.keeps = lambda _: False
        one.intake.let_go()
        one.until_published(14_000)
        one.stop()

    assert_exactly_once(config)


def test_what_the_map_has_no_room_for_is_published_once_it_has(kafka: KafkaBroker) -> None:
    config = a_config(kafka.bootstrap, window=40_000)
    create_topics(config, partitions=1)
    fill(config, 9_000)

    with Instance(config, keeps=lambda _: True) as one:
        one.until_seen(9_000)
        one.intake.let_go(lambda record: record.source.offset % 2 == 1)
        one.until(lambda: sum(one.told.committed) > 500, "what has room")
        assert sum(one.told.committed) < 4_500
        one.intake.let_go()
        one.until_published(9_000)
        one.stop()

    assert_exactly_once(config)
