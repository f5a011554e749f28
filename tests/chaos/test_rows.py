"""Every mishap of a storm has its row among the guarantees, which says truly when it is played."""

from collections.abc import Mapping, Sequence
from itertools import product

import pytest

from tests.chaos.mishaps import OF_BROKERS, OF_LEDGERS, all_that_may_happen
from tests.chaos.plan import StormPlan
from tests.chaos.rows import ROWS, SAID, SAID_AT_LENGTH, unsaid
from tests.chaos.test_storm import COMING_AND_GOING, FAILING_OVER, ONE_BROKER, THREE_BROKERS
from tests.docs.page import heading_of, tables, text_of

PAGE = text_of("guarantees.md")
HEADING = heading_of(0, PAGE)
ROW = {row[0]: dict(zip(HEADING, row, strict=True)) for row in next(tables(PAGE))}
STORMS: Mapping[str, tuple[StormPlan, Sequence[str]]] = {
    "test_a_storm_of_comings_and_goings_loses_and_repeats_nothing": (ONE_BROKER, COMING_AND_GOING),
    "test_a_storm_over_a_cluster_and_a_small_disk_loses_and_repeats_nothing": (THREE_BROKERS, FAILING_OVER),
}
EVENTS = {**SAID, **SAID_AT_LENGTH}


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


@pytest.mark.parametrize("mishap", EVENTS)
def test_what_must_be_logged_of_a_mishap_is_what_its_row_says(mishap: str) -> None:
    assert any(event in ROW[ROWS[mishap]]["the operator sees"] for event in EVENTS[mishap])


def test_what_no_instance_logs_of_a_mishap_is_told() -> None:
    suffered = ["an instance is frozen", "PostgreSQL is gone", "the registry is gone", "calls hang"]

    assert list(unsaid(suffered, {"died", "ledger_unavailable"}.__contains__, full=False)) == []
    assert list(unsaid(suffered, {"partitions_lost", "registry_unavailable"}.__contains__, full=True)) == [
        "PostgreSQL is gone: nobody says ledger_unavailable"
    ]
    assert len(list(unsaid(suffered, lambda _: False, full=True))) == len(suffered) - 1
