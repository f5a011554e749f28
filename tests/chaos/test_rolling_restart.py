"""Instances come and go in mid-load: no call is repeated and nothing is lost, under both group protocols."""

from pathlib import Path

import pytest

from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import Scene
from tests.end_to_end.vendor import Behaviour, Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, LAST, Plan, a_world
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_stop_and_a_join_in_mid_load_repeat_no_call(kafka: Broker, tmp_path: Path, protocol: str) -> None:
    world = a_world(Plan(seed=71, returns=3000))
    vendor = Vendor(world.vendor, Behaviour(latency=0.2))

    with Scene(kafka, tmp_path, vendor).create_topics() as scene:
        scene.settings |= {"CONSUMER_KAFKA__GROUP_PROTOCOL": protocol, "CONSUMER_API__CONCURRENCY": "4"}
        first, _ = scene.ready(), scene.ready()
        scene.produce(world.wave(BEFORE))
        scene.until_at_rest()
        scene.produce(world.wave(AMONG))
        until_calls(vendor, 100)
        stopped = first.stop()
        until_calls(vendor, 200)
        third = scene.ready()
        until_calls(vendor, 300)
        joined_in_mid_load = any(scene.lag().values())
        scene.until_at_rest()
        served = third.metric("events_total")
        for wave in (AFTER, LAST):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        evidence = scene.evidence()

    assert stopped == 0
    assert joined_in_mid_load
    assert served > 0
    assert complaints(evidence) == []


def until_calls(vendor: Vendor, count: int) -> None:
    wait_until(lambda: len(vendor.calls) >= count, within=60, what=f"{count} calls; there are {len(vendor.calls)}")
