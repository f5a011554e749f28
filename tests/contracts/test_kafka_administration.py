"""What the brokers tell of a topic, as it is looked at."""

from collections.abc import Mapping
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from consumer.adapters.kafka import administration
from consumer.adapters.kafka.administration import Administration
from tests.contracts.kafka_stage import a_config

HERE, THERE = "broker 1", "broker 2"


class Cluster:
    """One of its two brokers is away: a partition that only that one kept has no leader, and is in sync with itself."""

    def __init__(self, _: Mapping[str, object]) -> None:
        kept_by_both = SimpleNamespace(leader=HERE, replicas=[HERE, THERE], isr=[HERE])
        kept_by_one = SimpleNamespace(leader=None, replicas=[THERE], isr=[THERE])
        self._told = SimpleNamespace(partitions=[kept_by_both, kept_by_one], authorized_operations=None)

    def describe_topics(self, _: object, **__: object) -> Mapping[str, Future[object]]:
        return {"returns": answered(self._told)}

    def describe_configs(self, _: object, **__: object) -> Mapping[str, Future[object]]:
        return {"returns": answered({})}

    def poll(self, _: float) -> None:
        """Nothing to call."""


def answered(answer: object) -> Future[object]:
    future: Future[object] = Future()
    future.set_result(answer)
    return future


def test_a_partition_without_a_leader_is_in_sync_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(administration, "AdminClient", Cluster)

    topic = Administration(a_config("127.0.0.1:1"), 1.0).topic("returns")

    assert topic.in_sync == (1, 0)
    assert (topic.copies, topic.operations) == (1, frozenset())
