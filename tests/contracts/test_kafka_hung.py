"""A call into the Kafka client that does not come back is told to the other threads."""

import threading
import time
from contextlib import ExitStack

import pytest

from consumer.adapters.kafka import hung
from consumer.adapters.kafka.attempt import Attempts, Patience
from consumer.adapters.kafka.hung import Hung
from consumer.core.triage import Call
from tests.contracts.kafka_stage import Told
from tests.testbed.waiting import wait_until


def test_a_call_is_given_its_time_and_some_more() -> None:
    watched = Hung()

    with watched.watch("offsets", 2.0):
        inside = watched.reason

    assert inside is None
    assert watched.reason is None


def test_a_call_inside_another_leaves_the_outer_one_watched() -> None:
    watched = Hung()

    with ExitStack() as outer:
        outer.enter_context(watched.watch("close", -hung.ANSWER))
        with watched.watch("commit", 2.0):
            inside = watched.reason
        after = watched.reason

    assert inside is None
    assert after is not None
    assert "close" in after


def test_a_call_that_does_not_come_back_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hung, "ANSWER", 0.0)
    attempts = Attempts(Told(), lambda: None)
    let_go = threading.Event()
    patience = Patience(deadline=time.monotonic(), given_up=lambda: True)

    def never(_: float) -> None:
        let_go.wait()

    thread = threading.Thread(target=lambda: attempts.ask(Call.OFFSETS, never, patience))
    thread.start()
    wait_until(lambda: attempts.hung.reason is not None, within=10, what="the call is told to hang")
    told = attempts.hung.reason
    let_go.set()
    thread.join()

    assert told is not None
    assert told.startswith("offsets:")
    assert attempts.hung.reason is None
