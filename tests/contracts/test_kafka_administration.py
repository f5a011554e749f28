"""What the trial of a transaction leaves behind, whatever the brokers say to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from consumer.adapters.kafka import administration
from consumer.adapters.kafka.administration import Administration
from tests.contracts.kafka_stage import a_config


@dataclass(slots=True)
class Trial:
    """A producer to whom one of its topics is closed, and what the brokers answer to its abort."""

    closed: frozenset[str]
    abort_fails_with: KafkaError | None = None
    told: Callable[..., None] = print
    waiting: list[str] = field(default_factory=list)
    is_open: bool = False

    def __call__(self, properties: Mapping[str, Any], **_: object) -> "Trial":
        self.told = properties["on_delivery"]
        return self

    def init_transactions(self, _: float) -> None:
        """Nothing to wait for."""

    def begin_transaction(self) -> None:
        self.is_open = True

    def produce(self, topic: str) -> None:
        self.waiting.append(topic)

    def poll(self, _: float) -> None:
        for topic in self.closed.intersection(self.waiting):
            self.waiting.remove(topic)
            self.told(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), topic)

    def purge(self) -> None:
        while self.waiting:
            self.told(KafkaError(KafkaError._PURGE_QUEUE), self.waiting.pop())

    def abort_transaction(self, _: float) -> None:
        if self.abort_fails_with is not None:
            raise KafkaException(self.abort_fails_with)
        self.is_open = False


def try_it(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(administration, "Producer", trial)
    return Administration(a_config("127.0.0.1:1"), 5.0).try_transactions(["results", "letters"]).may_write


@pytest.mark.parametrize("closed", [frozenset[str](), frozenset({"letters"})])
def test_a_trial_ends_its_transaction_even_where_only_one_topic_let_it_in(
    closed: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(closed=closed)

    assert try_it(trial, monkeypatch) is not bool(closed)
    assert not trial.is_open


def test_a_refusal_is_told_although_the_brokers_do_not_end_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = KafkaError(KafkaError._FATAL, "fenced", True)  # noqa: FBT003 - by position only

    assert try_it(Trial(closed=frozenset({"letters"}), abort_fails_with=broken), monkeypatch) is False
