"""The Kafka client hangs inside a transaction: the process ends by itself, and the next one goes on."""

from pathlib import Path

import pytest

from tests.chaos.test_kill import QUICK
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import Scene
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import BEFORE, Plan, a_world
from tests.testbed.parts import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
HANGING = str(Path(__file__).with_name("hanging_client.py"))


def test_a_client_that_hangs_ends_the_process_and_loses_nothing(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=91, returns=60))

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as scene:
        scene.settings["CONSUMER_KAFKA__OPTIONS"] = QUICK
        hanging = scene.start(program=[HANGING])
        scene.produce(world.wave(BEFORE))
        hanging.until_ready()
        code = hanging.process.wait(within=60)
        died = next(hanging.events("died"))
        scene.instances.remove(hanging)
        scene.ready()
        scene.until_at_rest()
        for wave in sorted({given.wave for given in world.given} - {BEFORE}):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        evidence = scene.evidence()

    assert code == 1
    assert "offsets" in died["error"]
    assert complaints(evidence) == []
