"""Instances come and go in mid-load: no call is repeated and nothing is lost, under both group protocols."""

from pathlib import Path

import pytest

from tests.end_to_end.behaviour import Behaviour
from tests.end_to_end.instance import Instance
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import RETURNS, Scene
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, LAST, Plan, a_world
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
CALLS = 50
"""After so many the first instance stops."""
SLOWLY, QUICKLY = 0.3, 0.02
"""Seconds of a call while instances come and go, and for what is left then."""


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_stop_and_a_join_in_mid_load_repeat_no_call(kafka: Broker, tmp_path: Path, protocol: str) -> None:
    world = a_world(Plan(seed=71, returns=3000))
    vendor = Vendor(world.vendor, Behaviour(latency=SLOWLY))

    with Scene(kafka, tmp_path, vendor).create_topics() as scene:
        scene.settings |= {"CONSUMER_KAFKA__GROUP_PROTOCOL": protocol, "CONSUMER_API__CONCURRENCY": "4"}
        first, second = scene.ready(), scene.ready()
        scene.produce(world.wave(BEFORE))
        scene.until_at_rest()
        scene.produce(world.wave(AMONG))
        wait_until(lambda: len(vendor.calls) >= CALLS, within=60, what=f"{CALLS} calls")
        stopped = first.stop()
        third = scene.ready()
        joined_in_mid_load = any(scene.lag().values())
        vendor.behaviour.latency = QUICKLY
        scene.until_at_rest()
        served = third.metric("events_total")
        for wave in (AFTER, LAST):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        for instance in (second, third):
            adds_up(instance, scene.topic(RETURNS))
        evidence = scene.evidence()

    assert stopped == 0
    assert joined_in_mid_load
    assert served > 0
    assert complaints(evidence) == []


def adds_up(instance: Instance, returns: str) -> None:
    """At rest each record that was admitted has its outcome, or went to another instance."""
    instance.until_metric("events_in_flight", 0, within=10)
    consumed = instance.metric("events_consumed_total", topic=returns)
    assert consumed == instance.metric("events_total") + instance.metric("events_released_total")
