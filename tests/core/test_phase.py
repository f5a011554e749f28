"""The legal moves of the service's life."""

from itertools import product
from typing import get_args

import pytest

from consumer.core.phase import HOLDS, Hold, IllegalMoveError, Phase, moved

STARTING, RUNNING, HOLDING, DRAINING, STOPPED = Phase
LEGAL = {
    STARTING: {STARTING, RUNNING, HOLDING, DRAINING, STOPPED},
    RUNNING: {RUNNING, HOLDING, DRAINING},
    HOLDING: {HOLDING, RUNNING, DRAINING},
    DRAINING: {DRAINING, STOPPED},
    STOPPED: {STOPPED},
}
EVERY_PAIR = list(product(Phase, Phase))


@pytest.mark.parametrize(("current", "to"), [(current, to) for current, to in EVERY_PAIR if to in LEGAL[current]])
def test_a_legal_move_leads_there(current: Phase, to: Phase) -> None:
    assert moved(current, to) is to


@pytest.mark.parametrize(("current", "to"), [(current, to) for current, to in EVERY_PAIR if to not in LEGAL[current]])
def test_any_other_move_is_an_error_that_names_both_ends(current: Phase, to: Phase) -> None:
    with pytest.raises(IllegalMoveError, match=f"from {current} to {to}"):
        moved(current, to)


def test_the_reasons_to_hold_are_the_closed_set() -> None:
    assert get_args(Hold) == HOLDS == ("api", "credentials", "quota", "flood", "ledger")
