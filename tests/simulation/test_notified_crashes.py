"""Dying, or leaving, at every boundary of a day of notifications."""

from typing import Literal

import pytest

from tests.simulation.notified_day import LATE_EARN, LATE_PURCHASE, NOTIFIED_DAY
from tests.simulation.promises import broken_promises
from tests.simulation.run import Ending, run

BOUNDARIES = list(run([], day=NOTIFIED_DAY).lives[0])


def test_without_a_disturbance_every_promise_holds() -> None:
    told = run([], day=NOTIFIED_DAY)

    assert not list(broken_promises(told))
    assert {LATE_EARN, LATE_PURCHASE} <= told.broker.outcomes().keys()
    assert len(told.broker.outcomes()[LATE_PURCHASE].verdicts) == 2


@pytest.mark.parametrize("first", ["returns", "earns"])
@pytest.mark.parametrize("way", ["killed", "handed over"])
@pytest.mark.parametrize("at", range(len(BOUNDARIES)), ids=[f"{at} {name}" for at, name in enumerate(BOUNDARIES)])
def test_every_promise_holds_when_a_process_ends(
    at: int, way: Literal["killed", "handed over"], first: Literal["returns", "earns"]
) -> None:
    told = run([Ending(way, at)], first=first, day=NOTIFIED_DAY)

    assert len(told.lives) == 2
    assert not list(broken_promises(told))
