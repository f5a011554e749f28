"""What the pages of metrics say when partitions go from one instance to another with returns in flight."""

from pathlib import Path

import pytest

from tests.end_to_end.instance import Instance
from tests.ops.release import PARTITIONS, Release
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka
SECONDS = 60
RETURNS = 20
ALL = PARTITIONS + 4
"""Those of the returns, and those of the earn feed."""


def lags(instance: Instance) -> dict[tuple[str, str], float]:
    """The lag that the instance tells of each partition."""
    return {
        (has["topic"], has["partition"]): value
        for name, has, value in instance.metrics()
        if name == "returns_consumer_lag"
    }


def is_settled(instance: Instance) -> bool:
    """Whether it tells of all partitions, and has read all earns."""
    told = lags(instance)
    return len(told) == ALL and not any(told.values())


def test_a_partition_that_goes_takes_its_series_along_and_its_returns_are_released(
    kafka: Broker, tmp_path: Path
) -> None:
    with Release("rebalance", kafka, tmp_path / "rebalance", {}) as release:
        first = release.instance
        first.until_ready()
        wait_until(lambda: is_settled(first), within=SECONDS, what="the first tells of all partitions")
        release.vendor.behave(status=503)
        release.go_on(RETURNS)
        first.until_metric("events_in_flight", RETURNS, within=SECONDS)
        second = release.one_more()
        wait_until(lambda: len(lags(second)) == ALL / 2, within=SECONDS, what="the second tells of its partitions")
        shared = lags(first).keys() & lags(second).keys()
        all_told = lags(first).keys() | lags(second).keys()
        released = first.metric("events_released_total")
        consumed, accounted = release.balance(first)
        taken_over, accounted_there = release.balance(second)

    assert shared == set()
    assert len(all_told) == ALL
    assert consumed == accounted == RETURNS
    assert taken_over == accounted_there == released
    assert 0 < released < RETURNS
