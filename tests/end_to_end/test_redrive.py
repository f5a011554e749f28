"""From a dead letter over a person's redrive to the further outcome, and the story of it all."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consumer.cli.verbs import app
from tests.end_to_end.scene import DEAD_LETTERS, EARNS, RESULTS, RETURNS, Scene
from tests.end_to_end.vendor import Vendor
from tests.testbed.parts import Broker
from tests.testbed.reader import ReadCommitted
from tests.testbed.topics import ToProduce, produce

pytestmark = pytest.mark.kafka

EARN = {
    "event_id": "earned-e1",
    "customer_id": 4711,
    "earn_id": "e1",
    "promotion_id": "p1",
    "earned_from_type": "ACTIVITY",
    "bill_number": "B-1",
    "earned_at": 1_763_000_000_000,
}
RETURN = {
    "event_id": "r1",
    "type": "RETURN",
    "return_type": "FULL",
    "customer_id": 4711,
    "bill_number": "B-1",
    "returned_at": 1_763_086_400_000,
}


def put(scene: Scene, topic: str, fields: object) -> None:
    record = ToProduce(value=json.dumps(fields).encode(), key=b"4711", headers=(("shop", b"north"),))
    produce(scene.bootstrap, scene.topic(topic), [record])


def ran(scene: Scene, *words: str) -> Result:
    result = CliRunner().invoke(app, words, env=scene.settings)
    assert result.exit_code == 0, result.output
    return result


def test_a_return_the_vendor_refused_is_settled_by_its_redrive(kafka: Broker, tmp_path: Path) -> None:
    vendor = Vendor({"e1": (4711, "p1", "unknown")})
    with Scene(kafka, tmp_path, vendor, partitions=3).create_topics() as scene:
        put(scene, RETURNS, RETURN)
        scene.ready()
        with ReadCommitted(scene.bootstrap, scene.topic(RESULTS)) as results:
            results.until(1)
            put(scene, EARNS, EARN)
            results.until(2)
            with ReadCommitted(scene.bootstrap, scene.topic(DEAD_LETTERS)) as letters:
                letters.until(1)
            vendor._state["e1"] = "held"
            ran(scene, "redrive", "--yes", "--note", "promotion imported")
            results.until(3)
        outcomes = [seen.outcome for seen in scene.results()]
        explained = ran(scene, "explain", "r1").stdout
        records = scene.read(EARNS)

    told = sorted((each["cause"], each["status"]) for each in outcomes)
    assert told == [("LATE_EARN", "FAILED"), ("REDRIVE", "REVOKED"), ("RETURN", "NOTHING_TO_REVOKE")]
    assert [record.partition for record in records] == [records[0].partition] * 2
    assert records[1].headers == (
        ("shop", b"north"),
        ("redrive-count", b"1"),
        ("redrive-note", b"promotion imported"),
    )
    assert "which a person sent again: all that this return takes is taken back (REVOKED)." in explained
    assert "e1 of promotion p1 is taken back." in explained
