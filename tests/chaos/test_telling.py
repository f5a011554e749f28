"""A storm says how far it is with what takes minutes, and how its lines are to be read."""

import pytest

from tests.chaos.plan import StormPlan
from tests.chaos.report import in_short, tally
from tests.chaos.telling import LEGEND, by_tenths
from tests.end_to_end.a_run import a_run


@pytest.mark.parametrize(("count", "times"), [(3, 3), (10, 10), (345, 10)])
def test_what_takes_long_is_told_by_tenths_until_all_is_there(count: int, times: int) -> None:
    told: list[str] = []

    came = list(by_tenths(range(count), count, "made", told.append))

    assert came == list(range(count))
    assert len(told) == times
    assert told[-1] == "made: 100 %"


@pytest.mark.parametrize("word", ["judged", "wait", "allowed", "breaches"])
def test_each_word_of_a_mishaps_line_is_explained(word: str) -> None:
    assert word in in_short(tally(a_run()), 7)
    assert any(line.split()[0] == word for line in LEGEND)


def test_what_is_stormed_upon_is_told_in_words() -> None:
    plan = StormPlan(seed=5, rate=225.0, seconds=1800.0, nodes=3)

    assert str(plan) == (
        "seed 5: 225 returns a second for 30 minutes; 3 brokers, the ledger in PostgreSQL, "
        "the group's protocol classic, instances: 2"
    )
    assert "one broker, the ledger in SQLite" in str(StormPlan(seed=5, rate=2.5, seconds=90.0, ledger="sqlite"))
