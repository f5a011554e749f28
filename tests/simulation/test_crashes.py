"""Dying, or leaving, at every boundary there is."""

from typing import Literal

import pytest

from tests.simulation.promises import broken_promises
from tests.simulation.run import Ending, run
from tests.simulation.shop import LATE, SENT

First = Literal["returns", "earns"]
Way = Literal["killed", "handed over"]


def undisturbed() -> list[str]:
    return list(run([]).lives[0])


BOUNDARIES = undisturbed()


def test_without_a_disturbance_every_promise_holds() -> None:
    told = run([])

    assert not list(broken_promises(told))
    assert len(told.broker.committed) == len(SENT)
    assert LATE in told.broker.outcomes()


@pytest.mark.parametrize("first", ["returns", "earns"])
@pytest.mark.parametrize("way", ["killed", "handed over"])
@pytest.mark.parametrize("at", range(len(BOUNDARIES)), ids=[f"{at} {name}" for at, name in enumerate(BOUNDARIES)])
def test_every_promise_holds_when_a_process_ends(at: int, way: Way, first: First) -> None:
    told = run([Ending(way, at)], first=first)

    assert len(told.lives) == 2
    assert not list(broken_promises(told))
