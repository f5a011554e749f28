"""What turns the probes red, and what must not."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from consumer.adapters.kafka import KafkaStatus, Stage
from consumer.adapters.web import Health
from consumer.core.phase import Phase
from consumer.wiring import views
from consumer.wiring.watchdog import Liveness, dump_stacks
from tests.wiring.a_view import LIMITS, APhase, a_status, seen


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


def problems(health: Health) -> str:
    well, details = health
    told = " ".join(map(str, details["problems"]))  # type: ignore[call-overload] # a list, as Health's object cannot say
    assert well is not bool(told)
    return told


def test_a_process_that_polls_is_alive(loop: asyncio.AbstractEventLoop) -> None:
    assert problems(views.live(seen(loop, a_status(), calling=1.0))) == ""


def test_a_thread_that_does_not_poll_is_dead(loop: asyncio.AbstractEventLoop) -> None:
    assert "no poll" in problems(views.live(seen(loop, a_status(polled=LIMITS.poll + 1))))


def test_a_thread_that_has_ended_is_dead(loop: asyncio.AbstractEventLoop) -> None:
    status = a_status(stage=Stage.ENDED, exit_reason="_FENCED")

    assert "_FENCED" in problems(views.live(seen(loop, status)))


@pytest.mark.parametrize("state", ["wait-join", "wait-assign-call", "wait-unassign-to-complete"])
def test_a_join_that_does_not_end_is_dead(state: str, loop: asyncio.AbstractEventLoop) -> None:
    assert state in problems(views.live(seen(loop, a_status(join_state=state, joining=LIMITS.join + 1))))
    assert problems(views.live(seen(loop, a_status(join_state=state, joining=LIMITS.join - 1)))) == ""


def test_a_call_long_past_its_deadline_is_dead(loop: asyncio.AbstractEventLoop) -> None:
    assert "call" in problems(views.live(seen(loop, a_status(), calling=LIMITS.call + 1)))


def test_a_dead_broker_kills_nobody(loop: asyncio.AbstractEventLoop) -> None:
    waiting = a_status(stage=Stage.WAITING, reachable=False, join_state="init", joining=1e6)
    lost = a_status(join_state="no-coordinator", joining=1e6)

    assert problems(views.live(seen(loop, waiting, phase=APhase(Phase.STARTING)))) == ""
    assert problems(views.live(seen(loop, lost))) == ""


def test_a_dead_vendor_kills_nobody(loop: asyncio.AbstractEventLoop) -> None:
    held = APhase(Phase.HOLDING, frozenset({"api", "credentials", "quota", "flood"}))

    assert problems(views.live(seen(loop, a_status(), phase=held))) == ""
    assert views.ready(seen(loop, a_status(), phase=held))[0]


def test_a_dead_database_kills_nobody_even_where_a_rebalance_waits_for_it(loop: asyncio.AbstractEventLoop) -> None:
    held = APhase(Phase.HOLDING, frozenset({"ledger"}))

    assert problems(views.live(seen(loop, a_status(polled=1e6), phase=held))) == ""


def test_a_start_that_waits_for_its_ledger_or_registry_is_alive_but_not_ready(loop: asyncio.AbstractEventLoop) -> None:
    view = seen(loop, KafkaStatus(join_state_since=0.0), phase=APhase(Phase.STARTING))

    assert problems(views.live(view)) == ""
    assert not views.ready(view)[0]


def test_an_empty_assignment_is_ready(loop: asyncio.AbstractEventLoop) -> None:
    assert views.ready(seen(loop, a_status(partitions=())))[0]


def test_one_that_drains_is_not_ready(loop: asyncio.AbstractEventLoop) -> None:
    assert not views.ready(seen(loop, a_status(), phase=APhase(Phase.DRAINING)))[0]


def test_the_first_failed_look_dumps_the_stacks_and_a_recovery_arms_it_again() -> None:
    dumped: list[str] = []
    well = True
    probe = Liveness(lambda: (well, {}), lambda: dumped.append("stacks"))

    looks = []
    for well in (True, False, False, True, False):  # noqa: B007 - the probe looks at it
        probe()
        looks.append(len(dumped))

    assert looks == [0, 1, 1, 1, 2]


def test_the_dump_names_every_thread_and_where_it_stands(tmp_path: Path) -> None:
    go_on = threading.Event()

    def a_thread_that_hangs() -> None:
        go_on.wait()

    hanging = threading.Thread(target=a_thread_that_hangs)
    hanging.start()
    try:
        with (tmp_path / "stacks").open("w") as file:
            dump_stacks(file)
    finally:
        go_on.set()
        hanging.join()

    told = (tmp_path / "stacks").read_text()
    assert "a_thread_that_hangs" in told
    assert "test_the_dump_names_every_thread" in told
