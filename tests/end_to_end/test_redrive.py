"""From a dead letter over a person's redrive to the further outcome, and the story of it all."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from consumer.cli.verbs import app
from tests.end_to_end.scene import DEAD_LETTERS, EARNS, RESULTS, RETURNS, Scene
from tests.end_to_end.vendor import Vendor
from tests.testbed.parts import Broker
from tests.testbed.reader import ReadCommitted
from tests.testbed.topics import ToProduce, produce
from tests.testbed.waiting import wait_until

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
        explained = ran(scene, "explain", "r1", "--topics").stdout
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
    assert "They noted: promotion imported" in explained
    assert f"was set aside as the dead letter {scene.topic(DEAD_LETTERS)}/" in explained
    assert "A person has sent it again since." in explained


def test_a_redrive_does_not_ask_again_for_what_is_settled(kafka: Broker, tmp_path: Path) -> None:
    vendor = Vendor({"e1": (4711, "p1", "held"), "e2": (4711, "p1", "refused"), "e3": (4711, "p1", "redeemed")})
    with Scene(kafka, tmp_path, vendor, partitions=1).create_topics() as scene:
        for earn_id in ("e1", "e2", "e3"):
            put(scene, EARNS, {**EARN, "event_id": f"earned-{earn_id}", "earn_id": earn_id})
        scene.ready()
        known = tmp_path / "ledger.db"
        wait_until(lambda: earns_known(known) == 3, within=60, what="three earns in the ledger")
        put(scene, RETURNS, RETURN)
        with ReadCommitted(scene.bootstrap, scene.topic(RESULTS)) as results:
            results.until(1)
            vendor._state["e2"] = "held"
            before = len(vendor.calls)
            ran(scene, "redrive", "--yes")
            results.until(2)
        told: dict[Any, Any] = {seen.outcome["cause"]: seen.outcome for seen in scene.results()}

    first, second = told["RETURN"], told["REDRIVE"]
    assert (first["status"], second["status"]) == ("PARTLY_REVOKED", "PARTLY_REVOKED")
    assert [call.earn_ids for call in vendor.calls[before:]] == [("e2",)]
    assert {each["earn_id"]: each["verdict"] for each in second["verdicts"]} == {
        "e1": "ALREADY_REVOKED",
        "e2": "REVOKED",
        "e3": "ALREADY_REDEEMED",
    }


def test_a_record_that_made_no_sense_is_explained_though_no_ledger_keeps_it(kafka: Broker, tmp_path: Path) -> None:
    with Scene(kafka, tmp_path, Vendor({}), partitions=1).create_topics() as scene:
        put(scene, RETURNS, {**RETURN, "event_id": "r9", "bill_number": ""})
        scene.ready()
        with ReadCommitted(scene.bootstrap, scene.topic(RESULTS)) as results:
            results.until(1)
        explained = ran(scene, "explain", "r9").stdout

    assert "Decided on the return r9: the record made no sense (INVALID)." in explained
    assert "as a dead letter with the reason invalid." in explained
    assert f"{scene.topic(RETURNS)}/0/0 was set aside as the dead letter {scene.topic(DEAD_LETTERS)}/" in explained


def earns_known(ledger: Path) -> int:
    """How many earns the service has written down."""
    if not ledger.exists():
        return 0
    with closing(sqlite3.connect(ledger)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM earns").fetchone()[0])
        except sqlite3.OperationalError:
            return 0
