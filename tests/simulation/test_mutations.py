"""The seeds see the bugs that they are there for."""

import os

import pytest

from tests.simulation.mutant import Mutant
from tests.simulation.mutations import MOST_SEEDS, MUTANTS, ROOT, hunt, hunts

QUICK = (
    "offsets are committed before the outcomes are published",
    "the epoch is ignored: what an earlier assignment completed is published in the next",
    "the map of another commit is believed",
    "the drain is skipped",
    "a claim of the same record is not taken over",
    "a 731 after a call in an earlier life is dead-lettered",
)
"""Seen by one of the first hundreds of seeds; `make mutations` hunts all, and so does PROOFS=full."""
HUNTED = [each for each in MUTANTS if os.environ.get("PROOFS") == "full" or each.name in QUICK]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_code_that_a_mutant_changes_is_there(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text("utf-8")

    assert mutant.applied(text) != text


def test_no_two_mutants_have_one_name_and_the_quick_ones_are_among_them() -> None:
    names = [each.name for each in MUTANTS]

    assert len(set(names)) == len(names) >= 20
    assert set(QUICK) <= set(names)


def test_the_mutants_are_caught() -> None:
    assert [str(each) for each in hunts(HUNTED, seeds=MOST_SEEDS) if each.seed is None] == []


def test_a_change_that_is_no_bug_is_not_caught() -> None:
    nothing = Mutant(
        name="nothing", file="consumer/flow/late.py", old="taken: Target | None = None", new="taken = None"
    )

    assert str(hunt(nothing, seeds=20)) == "nothing: NOT CAUGHT"
