"""What a trial of our rights says, and what it leaves behind, whatever the brokers say to it."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from confluent_kafka import KafkaError, KafkaException

from consumer.adapters.kafka import trials
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.trials import Trials, Tried
from tests.contracts.kafka_stage import a_config

NOT_YET = None
PATIENCE = 0.3


@dataclass(frozen=True, slots=True)
class Delivered:
    """A record, or what a client says instead of one."""

    code: int | None = None

    def error(self) -> KafkaError | None:
        return None if self.code is None else KafkaError(self.code)


@dataclass(slots=True)
class Trial:
    """Producers to whom some topics are closed, and what the brokers answer to the abort of what was refused.

    A client names any of the topics it set out to write to, not only the closed one.
    """

    closed: frozenset[str]
    refusal: int = KafkaError.TOPIC_AUTHORIZATION_FAILED
    abort_fails_with: KafkaError | None = None
    refuses_early: bool = False
    waiting: list[str] = field(default_factory=list)
    properties: Mapping[str, Any] = field(default_factory=dict)
    is_open: bool = False
    is_refused: bool = False

    def __call__(self, properties: Mapping[str, Any], **_: object) -> Self:
        self.is_open = self.is_refused = False
        self.properties = properties
        return self

    def init_transactions(self, _: float) -> None:
        """Nothing to wait for."""

    def begin_transaction(self) -> None:
        if self.is_open:
            raise KafkaException(KafkaError(self.refusal if self.is_refused else KafkaError._STATE))
        self.is_open = True

    def produce(self, topic: str) -> None:
        if self.is_refused:
            raise KafkaException(KafkaError(KafkaError._STATE))
        self.waiting.append(topic)
        self.is_refused = self.refuses_early and topic in self.closed

    def poll(self, _: float) -> None:
        self.is_refused = self.is_refused or not self.closed.isdisjoint(self.waiting)

    def purge(self) -> None:
        self.waiting.clear()

    def abort_transaction(self, _: float) -> None:
        if self.is_refused and self.abort_fails_with is not None:
            raise KafkaException(self.abort_fails_with)
        self.is_open = False


@dataclass(slots=True)
class Fetching:
    """A consumer that is given these answers, and after them none."""

    answers: deque[Delivered | None]
    is_closed: bool = False

    def __call__(self, _: Mapping[str, Any], **__: object) -> Self:
        return self

    def assign(self, _: object) -> None:
        """Nothing to fetch yet."""

    def poll(self, _: float) -> Delivered | None:
        return self.answers.popleft() if self.answers else NOT_YET

    def close(self) -> None:
        self.is_closed = True


def a_trial() -> Trials:
    return Trials(a_config("127.0.0.1:1"), PATIENCE)


def begun(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> Tried:
    monkeypatch.setattr(trials, "Producer", trial)
    return a_trial().transaction(["results", "letters"])


def fetched(answers: Iterable[Delivered | None], monkeypatch: pytest.MonkeyPatch) -> tuple[bool, Fetching]:
    fetching = Fetching(deque(answers))
    monkeypatch.setattr(trials, "Consumer", fetching)
    return a_trial().may_read("returns", 3), fetching


@pytest.mark.parametrize(
    "closed", [frozenset[str](), frozenset({"letters"}), frozenset({"results"}), frozenset({"results", "letters"})]
)
@pytest.mark.parametrize("refuses_early", [False, True])
def test_a_trial_names_the_topics_that_are_closed_and_ends_its_transaction(
    closed: frozenset[str], monkeypatch: pytest.MonkeyPatch, *, refuses_early: bool
) -> None:
    trial = Trial(closed=closed, refuses_early=refuses_early)

    assert begun(trial, monkeypatch).refused == closed
    assert not trial.is_open


def test_a_refusal_is_told_although_the_brokers_do_not_end_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = KafkaError(KafkaError._FATAL, "fenced", True)  # noqa: FBT003 - by position only

    assert begun(Trial(closed=frozenset({"letters"}), abort_fails_with=broken), monkeypatch).refused == {"letters"}


def test_what_is_no_matter_of_rights_is_not_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(closed=frozenset({"letters"}), refusal=KafkaError.INVALID_TXN_STATE)

    with pytest.raises(Fatal, match="INVALID_TXN_STATE"):
        begun(trial, monkeypatch)
    assert not trial.is_open


def test_nothing_that_the_operator_says_of_batches_lets_a_trial_send_its_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hasty = {"batch.num.messages": 1, "queue.buffering.max.ms": 0, "delivery.timeout.ms": 1500, "client.rack": "a"}
    trial = Trial(closed=frozenset())
    monkeypatch.setattr(trials, "Producer", trial)

    Trials(a_config("127.0.0.1:1", options=hasty), PATIENCE).transaction(["results"])

    assert hasty.items() & trial.properties.items() == {("client.rack", "a")}
    assert trial.properties["linger.ms"] == 900_000


@pytest.mark.parametrize(
    ("answer", "may"),
    [
        (Delivered(KafkaError._PARTITION_EOF), True),
        (Delivered(), True),
        (Delivered(KafkaError.TOPIC_AUTHORIZATION_FAILED), False),
    ],
    ids=["the end", "a record that just came", "a refusal"],
)
def test_a_fetch_is_tried_until_it_has_an_answer_and_what_is_none_is_waited_out(
    answer: Delivered, monkeypatch: pytest.MonkeyPatch, *, may: bool
) -> None:
    passing = Delivered(KafkaError.LEADER_NOT_AVAILABLE)
    of_the_group = Delivered(KafkaError.GROUP_AUTHORIZATION_FAILED)

    found, fetching = fetched([NOT_YET, passing, of_the_group, answer], monkeypatch)

    assert found is may
    assert fetching.is_closed


def test_a_fetch_that_nobody_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fatal, match="_TIMED_OUT"):
        fetched([], monkeypatch)


@pytest.mark.parametrize("ask", [lambda it: it.may_join("returns"), lambda it: it.transaction([])])
def test_a_trial_that_reaches_no_broker_is_given_up(ask: Callable[[Trials], object]) -> None:
    with pytest.raises(Fatal):
        ask(a_trial())
