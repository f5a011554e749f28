"""What an instance says of its losses excuses it only where something was done that can have caused them."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.chaos.crew import Crew
from tests.chaos.losses import LATE, LOSING, unaware_since
from tests.chaos.mishaps import OF_BROKERS, all_that_may_happen
from tests.chaos.plan import StormPlan
from tests.end_to_end.instance import Instance
from tests.end_to_end.lives import ON_ITS_WAY
from tests.end_to_end.truth import AtTheVendor, Spell, Stumble
from tests.end_to_end.vendor import Vendor
from tests.testbed.parts import Broker

NOTHING = AtTheVendor(revoked_by_us=frozenset(), calls=())


def a_crew(folder: Path) -> Crew:
    """One that has no brokers and asks of its vendor no more than this."""
    vendor = SimpleNamespace(url="", evidence=lambda: NOTHING)
    return Crew(cast("Broker", SimpleNamespace(bootstrap="")), folder, cast("Vendor", vendor), size=1)


def an_instance(crew: Crew, *events: str) -> Instance:
    """One that says these now, and can be killed."""
    log = crew.folder / "instance-1.log"
    now = datetime.fromtimestamp(time.monotonic() + crew.wall, UTC).isoformat()
    log.write_text("".join(json.dumps({"event": event, "timestamp": now}) + "\n" for event in events))
    instance = cast("Instance", SimpleNamespace(log=log, kill=lambda: None))
    crew.instances.append(instance)
    return instance


def stumbles(crew: Crew) -> tuple[Stumble, ...]:
    return crew.evidence_of((), (), ()).stumbles


@pytest.mark.parametrize("word", ["partitions_lost", "died"])
@pytest.mark.parametrize(
    ("mishap", "count"),
    [
        ("the coordinator is killed", 1),
        ("the line to the kafka is silent", 1),
        ("the line between the brokers is slow", 1),
        ("instances join and leave", 0),
        ("an instance is stopped", 0),
        ("PostgreSQL is gone", 0),
        ("the vendor is slow", 0),
    ],
)
def test_an_instance_is_believed_only_after_what_can_have_cost_it_its_partitions(
    tmp_path: Path, mishap: str, count: int, word: str
) -> None:
    crew = a_crew(tmp_path)

    with crew.suffering(mishap):
        an_instance(crew, word)

    assert len(stumbles(crew)) == count
    assert all(0 < stumble.ended - stumble.began <= LATE + ON_ITS_WAY for stumble in stumbles(crew))


def test_a_kill_in_the_middle_of_another_mishap_can_have_caused_a_loss(tmp_path: Path) -> None:
    crew = a_crew(tmp_path)

    with crew.suffering("PostgreSQL is gone"):
        crew.kill(an_instance(crew))
        an_instance(crew, "partitions_lost")

    death, *losses = [stumble.ended - stumble.began for stumble in stumbles(crew)]
    assert death == 0
    assert losses
    assert 0 not in losses


LOST = Spell(began=100.0, ended=150.0)


@pytest.mark.parametrize(
    ("told", "since"), [(99.0, None), (110.0, 100.0), (149.0, 149.0 - LATE), (179.0, 149.0), (181.0, None)]
)
def test_a_loss_is_believed_for_a_while_and_from_its_cause_on(told: float, since: float | None) -> None:
    assert unaware_since(told, [LOST]) == since


def test_of_two_causes_the_earlier_counts() -> None:
    assert unaware_since(110.0, [Spell(began=105.0, ended=105.0), LOST]) == 100.0
    assert unaware_since(110.0, []) is None


def test_whatever_may_cost_partitions_may_happen() -> None:
    plans = [StormPlan(seed=1, rate=1, seconds=1, nodes=nodes) for nodes in OF_BROKERS]

    assert {name for plan in plans for name in all_that_may_happen(plan)} >= LOSING
