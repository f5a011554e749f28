"""The broker dies in mid-load and comes back, twice: a supervised service goes on and loses and repeats nothing."""

import time
from contextlib import closing
from pathlib import Path

import pytest
from confluent_kafka import KafkaException

from tests.chaos.dropping import DROPPED, TRIALS, is_kafkas, told_of
from tests.chaos.test_kill import QUICK
from tests.end_to_end.behaviour import Behaviour
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import Scene
from tests.end_to_end.truth import Evidence
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, LAST, Plan, a_world
from tests.testbed.kraft import RESTARTED
from tests.testbed.parts import Broker, own_broker
from tests.testbed.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
RETURNS = 400
WINDOW = "10"
"""Of each partition: what can be called for while the broker is away, so that work is left when it is back."""
RECOVERY = 120
"""Seconds: a client that hangs ends its process first, and the broker has to miss the member that died."""
OPTIONS = {"classic": QUICK, "consumer": "{}"}
"""With KIP-848 it is the broker that says how soon a member is missed."""


class Supervised(Scene):
    """A scene with a supervisor: an instance that ended and wants a restart gets one."""

    def look_after(self) -> None:
        instance = self.instances[-1]
        if instance.process.exit_code == 1:
            self.kills.append(time.monotonic())
            self.instances.remove(instance)
            self.start()
        super().look_after()


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_broker_killed_in_mid_load_loses_and_repeats_nothing(
    breakable_kafka: Broker, tmp_path: Path, protocol: str
) -> None:
    wrong, in_mid_load = worked(breakable_kafka, tmp_path / "1", protocol)
    for trial in range(2, TRIALS + 1):
        if not is_kafkas(wrong):
            break
        with closing(own_broker(RESTARTED)) as another:
            another.start()
            wrong, in_mid_load = worked(another, tmp_path / f"{trial}", protocol)

    assert wrong == []
    assert in_mid_load == [True, True]


def worked(broker: Broker, folder: Path, protocol: str) -> tuple[list[str], list[bool]]:
    """What is wrong after a load with two kills in it, and whether work was left at each."""
    folder.mkdir()
    in_mid_load: list[bool] = []
    try:
        wrong = complaints(left_after(broker, folder, protocol, in_mid_load))
    except TimeoutError as error:
        wrong = [f"did not recover: {error}"]
    return [*wrong, *(told_of(broker.said(DROPPED)) if wrong else [])], in_mid_load


def left_after(broker: Broker, folder: Path, protocol: str, in_mid_load: list[bool]) -> Evidence:
    """What is left of it; whether work was left at each kill is noted."""
    world = a_world(Plan(seed=92, returns=RETURNS, customers=RETURNS))
    vendor = Vendor(world.vendor, Behaviour(latency=0.15))
    with Supervised(broker, folder, vendor).create_topics() as scene:
        scene.settings |= {
            "CONSUMER_KAFKA__GROUP_PROTOCOL": protocol,
            "CONSUMER_KAFKA__OPTIONS": OPTIONS[protocol],
            "CONSUMER_API__CONCURRENCY": "4",
            "CONSUMER_KAFKA__WINDOW": WINDOW,
        }
        scene.ready()
        scene.produce(world.wave(BEFORE))
        scene.until_at_rest()
        scene.produce(world.wave(AMONG))
        in_mid_load.extend(broken(scene, broker) for _ in range(2))
        scene.until_at_rest(within=RECOVERY)
        for wave in (AFTER, LAST):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        return scene.evidence()


def broken(scene: Supervised, broker: Broker) -> bool:
    """Kill the broker once outcomes are on their way, and start it again; whether there was work left to do."""
    seen = len(scene.results())

    def goes_on() -> bool:
        scene.look_after()
        return len(scene.results()) > seen

    wait_until(goes_on, within=RECOVERY, what=f"more than {seen} outcomes")
    left = any(scene.lag().values())
    broker.kill()
    broker.start()
    wait_until(lambda: tells_commits(scene), within=RECOVERY, what="the broker has loaded the group again")
    return left


def tells_commits(scene: Scene) -> bool:
    try:
        scene.lag()
    except KafkaException:
        return False
    return True
