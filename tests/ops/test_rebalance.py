"""What the pages of metrics say when partitions go from one instance to another with returns in flight."""

from pathlib import Path

import pytest

from tests.end_to_end.instance import Instance
from tests.ops.release import Release
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka
SECONDS = 60
RETURNS = 20


def lags(instance: Instance) -> set[tuple[str, str]]:
    """The partitions whose lag the instance tells."""
    return {(has["topic"], has["partition"]) for name, has, _ in instance.metrics() if name == "returns_consumer_lag"}


def test_a_partition_that_goes_takes_its_series_along_and_its_returns_are_released(
    kafka: Broker, tmp_path: Path
) -> None:
    with Release("rebalance", kafka, tmp_path / "rebalance", {}) as release:
        first = release.instance
        first.until_ready()
        release.vendor.behaviour.mood = "down"
        release.go_on(RETURNS)
        first.until_metric("events_in_flight", RETURNS, within=SECONDS)
        wait_until(lambda: len(lags(first)) == 10, within=SECONDS, what="the first tells of all partitions")
        second = release.one_more()
        wait_until(lambda: len(lags(second)) == 5, within=SECONDS, what="the second tells of its partitions")
        shared = lags(first) & lags(second)
        all_told = len(lags(first) | lags(second))
        released = first.metric("events_released_total")
        consumed = release.until_it_adds_up(first)
        taken_over = release.until_it_adds_up(second)

    assert shared == set()
    assert all_told == 10
    assert 0 < released == taken_over < consumed == RETURNS
