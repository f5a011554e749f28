"""A backlog under a tight quota: no minute holds more requests than allowed, and few are needed."""

import os
from pathlib import Path

import pytest

from tests.end_to_end.answers import VARIANTS
from tests.end_to_end.behaviour import Behaviour
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import Scene
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import BEFORE, Plan, a_world
from tests.testbed.parts import Broker

pytestmark = pytest.mark.kafka
FULL = os.environ.get("PROOFS") == "full"
"""The whole proof takes minutes by its nature; without PROOFS=full a smaller one runs."""
QUOTA, RETURNS, CUSTOMERS = (300, 3000, 300) if FULL else (60, 600, 40)
MINUTES = 10


def test_a_backlog_empties_within_the_quota_by_merging(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=31, returns=RETURNS, customers=CUSTOMERS))
    vendor = Vendor(world.vendor, Behaviour(variant=VARIANTS[1], quota_per_minute=QUOTA))

    with Scene(kafka, tmp_path, vendor).create_topics() as scene:
        scene.settings["CONSUMER_API__QUOTA_PER_MINUTE"] = str(QUOTA)
        scene.produce(world.wave(BEFORE))
        scene.ready()
        scene.until_at_rest()
        scene.stop_all()
        for wave in (2, 3, 4):
            scene.produce(world.wave(wave))
            scene.ready()
            scene.until_at_rest(within=MINUTES * 60)
            scene.stop_all()
        evidence = scene.evidence()

    assert complaints(evidence) == []
    assert vendor.counts.over_quota == 0
    assert vendor.counts.requests <= RETURNS / 3
