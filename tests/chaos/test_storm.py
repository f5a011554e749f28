"""A short storm of every kind on real parts, by a seed: whatever happens, each return has its one right outcome."""

import os
from pathlib import Path

import pytest

from tests.chaos.dropping import TRIALS, is_kafkas
from tests.chaos.mishaps import all_that_may_happen
from tests.chaos.plan import StormPlan
from tests.chaos.rows import unsaid
from tests.chaos.setting import Setting
from tests.chaos.storm import each_once, storm
from tests.testbed.missing import MissingPartError, give_up

pytestmark = [pytest.mark.kafka, pytest.mark.registry, pytest.mark.chaos]
FULL = os.environ.get("PROOFS") == "full"
"""All that may happen, at its full length, takes 50 minutes; without PROOFS=full it is some of it, and short."""
RATE = 30.0
ENOUGH = 3600 if FULL else 200
"""Seconds of load: more than the storm lasts on a machine that has other work too."""
COMING_AND_GOING = (
    "an instance is killed",
    "instances join and leave",
    "an instance is frozen",
    "the broker is killed",
    "PostgreSQL is gone",
    "the registry is gone",
    "the line to the database is cutting",
)
FAILING_OVER = (
    "the only instance is killed",
    "the coordinator is killed",
    "the disk is full",
    "the vendor is cutting answers",
    "calls hang",
    "the line to the kafka is silent",
    "the line between the brokers is silent",
    "the line to the vendor is cutting",
)
ONE_BROKER = StormPlan(seed=101, rate=RATE, seconds=ENOUGH, nodes=1, ledger="postgresql", full=FULL)
THREE_BROKERS = StormPlan(seed=102, rate=RATE, seconds=ENOUGH, nodes=3, ledger="sqlite", protocol="consumer", full=FULL)


def weathered(plan: StormPlan, names: tuple[str, ...], folder: Path, registry: str) -> list[str]:
    """What is wrong after it; with one broker, of another storm where Kafka said that it is Kafka's."""
    wrong = once(plan, names, folder / "1", registry)
    for trial in range(2, TRIALS + 1):
        if plan.nodes > 1 or not is_kafkas(wrong):
            break
        wrong = once(plan, names, folder / f"{trial}", registry)
    return wrong


def once(plan: StormPlan, names: tuple[str, ...], folder: Path, registry: str) -> list[str]:
    """What the oracle says after it, and what no instance told of; all of it happened, unless something is wrong."""
    folder.mkdir()
    try:
        with Setting(plan, folder, registry) as at:
            chosen = tuple(all_that_may_happen(at.plan)) if FULL else names
            told = storm(at, each_once(at, chosen))
            assert told.breaches or sorted(each.mishap for each in at.suffered) == sorted(chosen)
            return [*told.breaches, *unsaid(at.suffered, at.crew.has_said, full=FULL)]
    except MissingPartError as reason:
        give_up("disk to fill", reason)


@pytest.mark.postgres
def test_a_storm_of_comings_and_goings_loses_and_repeats_nothing(registry: str, tmp_path: Path) -> None:
    wrong = weathered(ONE_BROKER, COMING_AND_GOING, tmp_path, registry)

    assert wrong == []


def test_a_storm_over_a_cluster_and_a_small_disk_loses_and_repeats_nothing(registry: str, tmp_path: Path) -> None:
    wrong = weathered(THREE_BROKERS, FAILING_OVER, tmp_path, registry)

    assert wrong == []
