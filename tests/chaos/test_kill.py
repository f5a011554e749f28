"""kill -9 in mid-load, again and again: nothing lost, nothing twice, no call repeated but those under way."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.end_to_end.answers import VARIANTS
from tests.end_to_end.behaviour import Behaviour
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import Scene
from tests.end_to_end.truth import Evidence
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, LAST, Plan, World, a_world
from tests.testbed.parts import Broker
from tests.testbed.postgres import Databases
from tests.testbed.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
KILLS, RETURNS = 10, 4000
KILLS_ON_POSTGRES = KILLS if os.environ.get("PROOFS") == "full" else 4
CALLS_OF_A_LIFE = 50
"""The most calls of a life that ends by a kill: ten such lives must not come to the end of the load."""
QUICK = '{"session.timeout.ms": 3000, "heartbeat.interval.ms": 500}'


def survive(scene: Scene, seed: int, kills: int) -> None:
    """So many instances die at random moments of the load; the last one goes to the end."""
    chance = random.Random(seed)
    scene.settings |= {"CONSUMER_KAFKA__OPTIONS": QUICK, "CONSUMER_API__CONCURRENCY": "8"}
    calls = scene.vendor.calls
    for _ in range(kills):
        instance = scene.ready()
        seen = len(calls)
        more = seen + chance.randint(1, CALLS_OF_A_LIFE)
        wait_until(lambda: len(calls) >= more, within=120, what=f"{more} calls; there are {len(calls)}")  # noqa: B023 - called at once
        time.sleep(chance.random() / 5)
        scene.kill(instance)
    scene.ready()
    scene.until_at_rest(within=180)


def load_and_kill(scene: Scene, world: World, seed: int, kills: int) -> Evidence:
    scene.ready()
    scene.produce(world.wave(BEFORE))
    scene.until_at_rest()
    scene.stop_all()
    scene.produce(world.wave(AMONG))
    survive(scene, seed, kills)
    for wave in (AFTER, LAST):
        scene.produce(world.wave(wave))
        scene.until_at_rest()
    return scene.evidence()


def test_ten_kills_in_mid_load_lose_and_repeat_nothing(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=51, returns=RETURNS))

    with Scene(kafka, tmp_path, Vendor(world.vendor, Behaviour(latency=0.06))).create_topics() as scene:
        evidence = load_and_kill(scene, world, 51, KILLS)

    assert len(evidence.kills) == KILLS
    assert complaints(evidence) == []


@pytest.mark.postgres
def test_kills_with_the_ledger_in_postgresql(kafka: Broker, postgres: Databases, tmp_path: Path) -> None:
    world = a_world(Plan(seed=52, returns=RETURNS))
    vendor = Vendor(world.vendor, Behaviour(variant=VARIANTS[2], latency=0.06))

    with Scene(kafka, tmp_path, vendor).create_topics().use_postgres(postgres.fresh()) as scene:
        evidence = load_and_kill(scene, world, 52, KILLS_ON_POSTGRES)

    assert len(evidence.kills) == KILLS_ON_POSTGRES
    assert complaints(evidence) == []
