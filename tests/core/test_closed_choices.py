"""A state nobody knows is an error of ours, and is not taken for one of the others."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.core import breaker as breakers
from consumer.core.breaker import Attempt, HoldPolicy
from consumer.core.model import Millis
from consumer.core.plan import plan
from consumer.core.story import Account, Happening, Kind
from consumer.core.story_words import headline
from tests.builders import a_policy, a_returned_purchase, an_earn, goods
from tests.core.test_story import an_account, headlines, told_return

UNKNOWN: Any = "a state of tomorrow"
ATTEMPT = Attempt(at=0.0, customer=1, probe=True, chance=0.5)
NOTHING = Account(returns=(), goods=(), earns=())
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
        lambda: headline(Happening(at=Millis(0), kind=Kind.EARNED, what=UNKNOWN), NOTHING),
        lambda: headlines(an_account(told_return(), brought=goods(extent=UNKNOWN))),
        lambda: plan(a_returned_purchase(), [an_earn()], a_policy(partial_returns=UNKNOWN)),
        lambda: plan(a_returned_purchase("1"), [an_earn(lines="1", state=UNKNOWN)], a_policy()),
    ],
)
def test_an_unknown_choice_is_refused(question: Callable[[], object]) -> None:
    with pytest.raises(AssertionError):
        question()
