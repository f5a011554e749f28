"""A storm says how far it is with what takes minutes, and how its lines are to be read."""

import pytest

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
