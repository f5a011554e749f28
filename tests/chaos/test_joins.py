"""Twelve joins and leaves come within a minute: who leaves is not waited for before the next one joins."""

import random
import signal
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.chaos.crew import Crew
from tests.chaos.lasting import FULL
from tests.chaos.mishaps import joins_and_leaves
from tests.chaos.plan import StormPlan
from tests.chaos.setting import Setting
from tests.end_to_end.instance import Instance
from tests.end_to_end.vendor import Vendor
from tests.testbed.parts import Broker

MINUTE = 60.0


class FakeProcess:
    """Runs until its `exit_code` is set, whatever it is sent."""

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self.sent: list[signal.Signals] = []

    def send(self, number: signal.Signals) -> None:
        self.sent.append(number)


class Timeless(Crew):
    """A crew for which no time goes by; `told` are the moments of what becomes of its instances."""

    def __init__(self, folder: Path) -> None:
        broker, vendor = SimpleNamespace(bootstrap=""), SimpleNamespace(url="")
        super().__init__(cast("Broker", broker), folder, cast("Vendor", vendor), size=2)
        self.now = 0.0
        self.told: list[tuple[str, float]] = []

    def start(self, **_: Any) -> Instance:
        self.told.append(("join", self.now))
        log = self.folder / f"instance-{len(self.told)}.log"
        log.touch()
        instance = cast("Instance", SimpleNamespace(process=FakeProcess(), metric=lambda _: 1.0, log=log))
        self.instances.append(instance)
        return instance

    def dismiss(self, instance: Instance) -> None:
        self.told.append(("leave", self.now))
        super().dismiss(instance)

    def rest_until(self, moment: float) -> None:
        self.now = moment

    def until_left(self) -> None:
        for instance in self.instances:
            if cast("FakeProcess", instance.process).sent:
                cast("FakeProcess", instance.process).exit_code = 0
        super().until_left()


def a_crew(folder: Path) -> Timeless:
    crew = Timeless(folder)
    crew.look_after()
    crew.told.clear()
    return crew


def test_twelve_joins_and_leaves_come_within_a_minute_however_long_a_stop_takes(tmp_path: Path) -> None:
    crew = a_crew(tmp_path)
    plan = StormPlan(seed=1, rate=1, seconds=1, full=True)
    at = cast("Setting", SimpleNamespace(crew=crew, plan=plan, chance=random.Random(1)))

    with cast("AbstractContextManager[float]", joins_and_leaves(at)):
        left = len(crew.instances)

    kinds, moments = zip(*crew.told, strict=True)
    assert kinds == ("join", "leave") * (FULL.joins // 2)
    assert len(kinds) == 12
    assert moments[-1] - moments[0] < MINUTE
    assert left == crew.size == 2


@pytest.mark.parametrize("code", [0, -signal.SIGTERM])
def test_who_was_asked_to_leave_does_not_count_and_may_not_come_to_harm(tmp_path: Path, code: int) -> None:
    crew = a_crew(tmp_path)
    first, other = crew.instances

    crew.dismiss(first)
    crew.look_after()
    before = list(crew.staying)
    cast("FakeProcess", first.process).exit_code = code
    crew.look_after()

    assert len(before) == 2
    assert other in before
    assert crew.instances == crew.staying == before
    assert list(crew.unexplained()) == []


def test_a_stop_that_ends_as_a_death_is_told(tmp_path: Path) -> None:
    crew = a_crew(tmp_path)
    first, _ = crew.instances

    crew.dismiss(first)
    cast("FakeProcess", first.process).exit_code = 1
    crew.look_after()

    (end,) = crew.unexplained()
    assert "ended with 1" in end
