"""A state nobody knows is an error of ours, and is not taken for one of the others."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.core import breaker as breakers
from consumer.core.breaker import Attempt, HoldPolicy
from consumer.core.plan import plan
from tests.builders import a_policy, a_returned_purchase, an_earn

UNKNOWN: Any = "a state of tomorrow"
ATTEMPT = Attempt(at=0.0, customer=1, probe=True, chance=0.5)
POLICY = HoldPolicy(initial=0.5, max=60.0)


@pytest.mark.parametrize(
    "question",
    [
        lambda: breakers.may_call(UNKNOWN, 0.0),
        lambda: breakers.calling(UNKNOWN),
        lambda: breakers.not_called(UNKNOWN, 0.0),
        lambda: breakers.succeeded(UNKNOWN, ATTEMPT),
        lambda: breakers.failed(UNKNOWN, ATTEMPT, POLICY),
        lambda: breakers.throttled(UNKNOWN, ATTEMPT, POLICY, None),
        lambda: breakers.refused(UNKNOWN, ATTEMPT, POLICY),
        lambda: breakers.holding(UNKNOWN),
        lambda: plan(a_returned_purchase(), [an_earn()], a_policy(partial_returns=UNKNOWN)),
        lambda: plan(a_returned_purchase("1"), [an_earn(lines="1", state=UNKNOWN)], a_policy()),
    ],
)
def test_an_unknown_choice_is_refused(question: Callable[[], object]) -> None:
    with pytest.raises(AssertionError):
        question()
