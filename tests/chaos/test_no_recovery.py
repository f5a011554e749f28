"""A storm whose service does not come back ends with what the oracle says of what there is, and with a breach."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from tests.chaos.court import Hearing, Mark
from tests.chaos.dropping import is_kafkas, told_of
from tests.chaos.plan import StormPlan
from tests.chaos.recovery import NotRecoveredError, Suffered
from tests.chaos.setting import Setting
from tests.chaos.storm import judged, storm, suffer
from tests.end_to_end.a_run import a_run
from tests.end_to_end.truth import Evidence

RUN = a_run()
HEARING = Hearing(
    evidence=replace(RUN, outcomes=RUN.outcomes[1:]),
    at=0.0,
    ended=frozenset(),
    open=1,
    heard=Mark(calls=0, complaints=0),
    waiting=(replace(RUN.produced[3], timestamp=0),),
)
SAID = ["these partitions are likely deleted already and hence can be skipped"]
OVERDUE = "('returns', 0, 0): not settled 320 s after it was written"


class Hanging:
    """A setting that has no load any more, and whose service hangs at one moment or another; `rests` are between."""

    plan = StormPlan(seed=1, rate=30, seconds=10)
    done = 0
    court = SimpleNamespace(dismiss=lambda _: None)
    recoveries = ()

    def __init__(self, moment: str) -> None:
        self.breaches: list[str] = []
        self.rests: list[float] = []
        self.heard: list[Hearing] = []
        self.suffered: list[Suffered] = []
        self.load = SimpleNamespace(has_ended=True, stalled=0.0, broken_off=None)
        self.left = RUN
        self.brokers = SimpleNamespace(said=lambda _: [])
        self.crashes: list[str] = []
        self.crew = SimpleNamespace(
            deaths=lambda: 0,
            wall=0.0,
            rest=self.rests.append,
            unexplained=lambda: iter(self.crashes),
            suffering=lambda _: nullcontext(),
        )
        self._moment = moment

    def begin(self) -> None:
        """Hang at once, if at all."""
        self._hang("the first outcome")

    def hearing(self, within: float) -> Hearing:
        """Whatever time it was given; `heard` are those that come first."""
        del within
        return self.heard.pop(0) if self.heard else HEARING

    def recover(self, mishap: str, since: float) -> None:
        """No work is left."""

    def settle(self, within: float) -> Evidence:
        """Hang at the end, or tell what is left."""
        del within
        self._hang("all that was written is settled")
        return self.left

    def as_it_is(self) -> Hearing:
        """Not all of it is well."""
        return HEARING

    def _hang(self, moment: str) -> None:
        if moment == self._moment:
            raise NotRecoveredError(moment, 240, "holding, since yesterday")


def nothing_happens() -> Iterator[str]:
    yield from ()


@pytest.mark.parametrize("moment", ["the first outcome", "all that was written is settled"])
def test_a_service_that_does_not_come_back_is_a_breach_beside_what_the_oracle_says(
    moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Hanging(moment)
    at.brokers.said = lambda _: SAID

    told = storm(cast("Setting", at), nothing_happens())

    assert told.breaches[:2] == (f"did not recover within 240 s: {moment}", OVERDUE)
    assert told.breaches[-1:] == tuple(told_of(SAID))
    with pytest.warns(UserWarning, match="tried again"):
        assert is_kafkas(told.breaches)
    assert told.lost == 1
    assert any("0 outcomes for one record" in breach for breach in told.breaches)
    assert "holding, since yesterday" in capsys.readouterr().out


def test_what_waits_too_long_between_two_mishaps_is_a_breach_and_each_breach_is_told_once() -> None:
    at = Hanging("never")
    setting = cast("Setting", at)

    _, told = judged(setting)
    at.breaches += told.breaches
    _, again = judged(setting)

    assert OVERDUE in told.breaches
    assert any("0 outcomes for one record" in breach for breach in told.breaches)
    assert again.breaches == ()
    assert len(at.rests) == 1


def test_what_waited_too_long_and_is_settled_at_the_second_hearing_is_a_breach_all_the_same() -> None:
    at = Hanging("never")
    at.heard = [HEARING, replace(HEARING, evidence=RUN, waiting=())]

    _, told = judged(cast("Setting", at))

    assert told.breaches == (OVERDUE,)


@pytest.mark.parametrize(("seconds", "breaches"), [(319, ()), (321, (OVERDUE,))])
def test_what_was_settled_too_long_after_it_was_written_is_a_breach(seconds: int, breaches: tuple[str, ...]) -> None:
    first, *others = RUN.outcomes
    late = replace(first, timestamp=RUN.produced[3].timestamp + seconds * 1000)
    at = Hanging("never")
    at.left = replace(RUN, outcomes=(late, *others))

    told = storm(cast("Setting", at), nothing_happens())

    assert told.breaches == breaches


def test_a_load_that_broke_off_is_a_breach_though_all_that_was_written_is_well() -> None:
    at = Hanging("never")
    at.load.broken_off = "the brokers refuse it"

    told = storm(cast("Setting", at), nothing_happens())

    assert told.breaches == ("the load broke off: the brokers refuse it",)


CRASH = "instance-3 crashed after 2026-11-26T06:17:28Z: KeyError: 'e1'"


def test_a_crash_is_told_after_the_mishap_it_came_in_and_once() -> None:
    at = Hanging("never")
    at.heard = [replace(HEARING, evidence=RUN, waiting=())] * 2
    at.crashes = [CRASH]

    _, told = judged(cast("Setting", at))
    at.breaches += told.breaches
    _, again = judged(cast("Setting", at))

    assert told.breaches == (CRASH,)
    assert again.breaches == ()
    assert at.rests == []


def test_a_crash_at_the_end_is_a_breach_though_all_that_was_written_is_well() -> None:
    at = Hanging("never")
    at.crashes = [CRASH]

    told = storm(cast("Setting", at), nothing_happens())

    assert told.breaches == (CRASH,)


def test_a_mishap_lasts_from_before_it_strikes_until_all_is_cleared_up() -> None:
    at = Hanging("never")
    moments: list[float] = []

    @contextmanager
    def mishap(_: Setting) -> Iterator[float]:
        moments.append(time.monotonic())
        yield time.time()
        moments.append(time.monotonic())

    suffer(cast("Setting", at), "calls hang", mishap)

    (suffered,) = at.suffered
    assert suffered.mishap == "calls hang"
    assert suffered.spell.began <= moments[0] < moments[1] <= suffered.spell.ended
