"""Half an hour has no time for all that may happen: what comes is drawn fairly."""

import random
from collections import Counter
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

import pytest

from tests.chaos.mishaps import all_that_may_happen
from tests.chaos.moods import OF_THE_VENDOR
from tests.chaos.order import BETWEEN_MOODS, drawn
from tests.chaos.plan import StormPlan
from tests.chaos.recovery import Suffered
from tests.chaos.rows import ROWS
from tests.chaos.setting import Setting
from tests.chaos.storm import for_as_long
from tests.end_to_end.truth import Spell

PLAN = StormPlan(seed=1, rate=1, seconds=1, nodes=3, ledger="postgresql")
POSSIBLE = tuple(all_that_may_happen(PLAN))
KINDS = {ROWS[name] for name in POSSIBLE}


def a_storm(seed: int, mishaps: int) -> list[str]:
    chance, suffered = random.Random(seed), list[str]()
    for _ in range(mishaps):
        suffered.append(drawn(POSSIBLE, suffered, chance))
    return suffered


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_comes_before_any_comes_again(seed: int) -> None:
    suffered = a_storm(seed, 3 * len(KINDS))

    for first in range(0, len(suffered), len(KINDS)):
        assert {ROWS[name] for name in suffered[first : first + len(KINDS)]} == KINDS


@pytest.mark.parametrize("seed", range(20))
def test_what_is_not_of_the_vendor_comes_before_the_vendors_last_mood(seed: int) -> None:
    suffered = a_storm(seed, len(KINDS))
    moods = [at for at, name in enumerate(suffered) if name in OF_THE_VENDOR]
    last_other = max(at for at in range(len(suffered)) if at not in moods)

    assert last_other < moods[-1]
    assert all(later - earlier > BETWEEN_MOODS for earlier, later in pairwise(moods) if later < last_other)


def test_of_one_kind_each_comes_before_any_comes_again() -> None:
    times = Counter(a_storm(1, 4 * len(KINDS)))

    assert times.keys() == set(POSSIBLE)
    assert all(
        abs(times[one] - times[other]) <= 1 for one in POSSIBLE for other in POSSIBLE if ROWS[one] == ROWS[other]
    )


def test_another_seed_is_another_order() -> None:
    assert a_storm(1, 5) == a_storm(1, 5) != a_storm(2, 5)


def test_a_seed_has_its_order_however_often_others_ask_for_chance_meanwhile() -> None:
    at = SimpleNamespace(plan=PLAN, suffered=[], chance=random.Random(1))
    mishaps = for_as_long(cast("Setting", at), 60)

    for number in range(10):
        at.suffered.append(Suffered(mishap=next(mishaps), spell=Spell(began=0.0, ended=0.0)))
        at.chance.choice(range(number + 1))

    assert [each.mishap for each in at.suffered] == a_storm(PLAN.seed, 10)
