"""The vendor is down, or takes no credentials: the line is held, nothing is dead-lettered, and it goes on by itself."""

import time
from pathlib import Path

import pytest

from tests.end_to_end.instance import Instance
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import DEAD_LETTERS, Scene
from tests.end_to_end.vendor import PASSWORD, USER, Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, LAST, Plan, World, a_world
from tests.testbed.parts import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
RETURNS = 600
OUTAGE = 20.0
PROBES = 10
"""The most in five seconds at a back-off of two."""
OF_THE_VENDOR = (b"404", b"400", b"731", b"exhausted")


def loaded(scene: Scene, world: World) -> Instance:
    """An instance that knows the earns; the vendor falls ill before the returns come."""
    instance = scene.ready()
    scene.produce(world.wave(BEFORE))
    scene.until_at_rest()
    return instance


def to_the_end(scene: Scene, world: World) -> None:
    scene.until_at_rest()
    for wave in (AFTER, LAST):
        scene.produce(world.wave(wave))
        scene.until_at_rest()


def dead_letters_by_the_vendor(scene: Scene) -> int:
    """Those that only a call can have brought."""
    return sum(1 for stored in scene.read(DEAD_LETTERS) if dict(stored.headers)["dlt-reason"] in OF_THE_VENDOR)


def test_an_outage_is_waited_out(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=81, returns=RETURNS))

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as scene:
        scene.settings["CONSUMER_RETRY__MAX"] = "5"
        instance = loaded(scene, world)
        scene.vendor.behaviour.mood = "down"
        fell_ill = time.monotonic()
        scene.produce(world.wave(AMONG))
        instance.until_metric("holding", 1, reason="api", within=OUTAGE)
        asked = scene.vendor.counts.requests
        while time.monotonic() < fell_ill + OUTAGE:
            assert (instance.status_of("livez"), instance.status_of("readyz")) == (200, 200)
            time.sleep(0.5)
        probes = scene.vendor.counts.requests - asked
        set_aside = dead_letters_by_the_vendor(scene)
        scene.vendor.behaviour.mood = "well"
        to_the_end(scene, world)
        evidence = scene.evidence()

    assert set_aside == 0
    assert probes <= RETURNS / 10
    assert complaints(evidence) == []


@pytest.mark.parametrize(("auth", "tokens_due"), [("basic", range(1)), ("oauth", range(2, 3 + PROBES))])
def test_rejected_credentials_hold_the_line_until_they_are_taken(
    kafka: Broker, tmp_path: Path, auth: str, tokens_due: range
) -> None:
    """With tokens: a first one, and a fresh one for each probe, however many calls were refused at once."""
    world = a_world(Plan(seed=82, returns=RETURNS))

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as scene:
        scene.settings |= {
            "CONSUMER_API__AUTH": auth,
            "CONSUMER_API__OAUTH_KEY": USER,
            "CONSUMER_API__OAUTH_SECRET": PASSWORD,
            "CONSUMER_RETRY__INITIAL": "2",
            "CONSUMER_RETRY__MAX": "4",
        }
        instance = loaded(scene, world)
        scene.vendor.behaviour.mood = "strangers"
        tokens = scene.vendor.counts.tokens
        scene.produce(world.wave(AMONG))
        instance.until_metric("holding", 1, reason="credentials", within=60)
        refused = scene.vendor.counts.refused_credentials
        time.sleep(5)
        probes = scene.vendor.counts.refused_credentials - refused
        given = scene.vendor.counts.tokens - tokens
        alive = instance.status_of("livez"), instance.status_of("readyz")
        set_aside = dead_letters_by_the_vendor(scene)
        told = list(instance.events("credentials_rejected"))
        scene.vendor.behaviour.mood = "well"
        to_the_end(scene, world)
        evidence = scene.evidence()

    assert alive == (200, 200)
    assert told
    assert set_aside == 0
    assert 1 <= probes <= PROBES
    assert given in tokens_due
    assert complaints(evidence) == []
