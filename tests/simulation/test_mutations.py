"""The seeds see the bugs that they are there for."""

import os

import pytest

from tests.simulation import mutations
from tests.simulation.mutant import Mutant, mutant
from tests.simulation.mutations import MOST_SEEDS, MUTANTS, ROOT, Caught, hunt, hunts, main

QUICK = (
    "offsets are committed before the outcomes are published",
    "the epoch is ignored: what an earlier assignment completed is published in the next",
    "the map of another commit is believed",
    "the drain is skipped",
    "a claim of the same record is not taken over",
    "a 731 after a call in an earlier life is dead-lettered",
    "SQL: a claim of the same record is not taken over",
    "SQL: a claim of an earn that nobody claimed before is in doubt",
    "SQL: another's claim is no obstacle",
    "SQL: a copy of an event is worked like the first",
)
"""Seen by one of the first hundreds of seeds, or in seconds; `make mutations` hunts all, and so does PROOFS=full."""
HUNTED = [each for each in MUTANTS if os.environ.get("PROOFS") == "full" or each.name in QUICK]
NO_BUGS = (
    mutant("a type is not told", "flow/late.py", "taken: Target | None = None", "taken = None"),
    mutant(
        "SQL: the lease is told otherwise",
        "adapters/ledger/claiming.py",
        "    return bool(claim.now - since <= claim.lease)\n",
        "    return not claim.now - since > claim.lease\n",
    ),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_code_that_a_mutant_changes_is_there(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text("utf-8")

    assert mutant.applied(text) != text


def test_no_two_mutants_have_one_name_and_the_quick_ones_are_among_them() -> None:
    names = [each.name for each in MUTANTS]

    assert len(set(names)) == len(names) >= 20
    assert set(QUICK) <= set(names)


def test_the_mutants_are_caught() -> None:
    assert [str(each) for each in hunts(HUNTED, seeds=MOST_SEEDS) if each.by is None] == []


@pytest.mark.parametrize("no_bug", NO_BUGS, ids=lambda no_bug: no_bug.name)
def test_a_change_that_is_no_bug_is_not_caught(no_bug: Mutant) -> None:
    assert str(hunt(no_bug, seeds=20)) == f"{no_bug.name}: NOT CAUGHT"


def test_all_that_are_caught_are_counted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    by = {MUTANTS[0].name: "seed 7", MUTANTS[1].name: None}
    monkeypatch.setattr(mutations, "hunt", lambda each, **_: Caught(mutant=each, by=by[each.name], saw="it"))

    assert main(list(by)) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{MUTANTS[0].name}: caught by seed 7: it",
        f"{MUTANTS[1].name}: NOT CAUGHT",
        "1 of 2 caught",
    ]
