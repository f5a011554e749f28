"""Every mishap of a storm has its row among the guarantees, which says truly when it is played."""

import re
from collections.abc import Mapping, Sequence
from itertools import product

import pytest

from consumer.adapters.logs.events import EVENTS as LOGGED
from tests.chaos.mishaps import OF_BROKERS, OF_LEDGERS, all_that_may_happen
from tests.chaos.plan import StormPlan
from tests.chaos.recovery import Suffered
from tests.chaos.rows import ROWS, SAID, SAID_AT_LENGTH, unsaid
from tests.chaos.test_storm import COMING_AND_GOING, FAILING_OVER, ONE_BROKER, THREE_BROKERS
from tests.chaos.words import Word
from tests.docs.page import heading_of, tables, text_of
from tests.end_to_end.truth import Spell

PAGE = text_of("guarantees.md")
HEADING = heading_of(0, PAGE)
ROW = {row[0]: dict(zip(HEADING, row, strict=True)) for row in next(tables(PAGE))}
STORMS: Mapping[str, tuple[StormPlan, Sequence[str]]] = {
    "test_a_storm_of_comings_and_goings_loses_and_repeats_nothing": (ONE_BROKER, COMING_AND_GOING),
    "test_a_storm_over_a_cluster_and_a_small_disk_loses_and_repeats_nothing": (THREE_BROKERS, FAILING_OVER),
}
EVENT = re.compile(r"(\w+)(?: with reason (\w+))?")


def storm_of(what: str) -> tuple[str, str]:
    """The test that proves this row, and what has to be set for it."""
    proof, _, condition = ROW[what]["proved by"].partition(", ")
    return proof.rpartition("::")[2], condition


PLAYED = [what for what in ROW if storm_of(what)[0] in STORMS]


def test_every_mishap_has_its_row() -> None:
    plans = [
        StormPlan(seed=1, rate=1, seconds=1, nodes=nodes, ledger=ledger)
        for nodes, ledger in product(OF_BROKERS, OF_LEDGERS)
    ]

    assert {name for plan in plans for name in all_that_may_happen(plan)} == ROWS.keys()
    assert set(ROWS.values()) <= ROW.keys()


@pytest.mark.parametrize("what", PLAYED)
def test_a_row_that_a_storm_proves_is_played_in_it_as_told(what: str) -> None:
    test, condition = storm_of(what)
    plan, short = STORMS[test]

    mishaps = [mishap for mishap, row in ROWS.items() if row == what]

    assert mishaps
    assert set(mishaps) <= set(all_that_may_happen(plan) if condition else short)
    assert not condition or not set(mishaps) & {*COMING_AND_GOING, *FAILING_OVER}


def sure(row: str) -> set[tuple[str, str]]:
    """The events that its operator sees, and the reasons of a hold; not those that come only perhaps."""
    told = EVENT.findall(ROW[row]["the operator sees"].partition("perhaps")[0])
    return {(event, reason) for event, reason in told if event in LOGGED}


@pytest.mark.parametrize("mishap", ROWS)
def test_what_must_be_logged_of_a_mishap_is_what_its_row_says_without_a_perhaps(mishap: str) -> None:
    words = {**SAID, **SAID_AT_LENGTH}.get(mishap, ())

    assert {(word.events[0], word.reason) for word in words} == sure(ROWS[mishap])


def test_what_no_instance_logs_of_a_mishap_is_told_for_each_time_that_it_came() -> None:
    early, late = Spell(began=1.0, ended=2.0), Spell(began=500.0, ended=520.0)
    mishaps = ("PostgreSQL is gone", "the registry is gone", "calls hang")
    suffered = [Suffered(mishap=mishap, spell=spell) for mishap in mishaps for spell in (early, late)]

    def has_said(word: Word, during: Spell) -> bool:
        return "registry_unavailable" not in word.events and (not word.reason or during is early)

    short, full = (list(unsaid(suffered, has_said, full=full)) for full in (False, True))

    assert short == ["PostgreSQL is gone: nobody says holding with reason ledger"]
    assert full == [*short, *["the registry is gone: nobody says registry_unavailable"] * 2]
