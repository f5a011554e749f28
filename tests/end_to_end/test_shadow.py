"""`run --shadow` on real parts: it says what would be done, and does none of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import text

from consumer.adapters.ledger.database import database_at
from tests.end_to_end.instance import Instance
from tests.end_to_end.scene import DEAD_LETTERS, EARNS, RESULTS, RETURNS, Scene
from tests.end_to_end.test_redrive import EARN, RETURN, put
from tests.end_to_end.truth import VendorState
from tests.end_to_end.vendor import Vendor
from tests.testbed.parts import Broker
from tests.testbed.postgres import Databases
from tests.testbed.topics import Topics
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka

HELD: Mapping[str, tuple[int, str, VendorState]] = {"e1": (4711, "p1", "held"), "e2": (4711, "p1", "held")}


def foreseen(instance: Instance) -> Mapping[str, Any]:
    """What /status has of a shadow; nothing while nobody answers."""
    page = instance.page("status")
    found: Mapping[str, Any] = json.loads(page.text)["shadow"] if page else {}
    return found


def until_foreseen(instance: Instance, returns: Mapping[str, int]) -> Mapping[str, Any]:
    wait_until(
        lambda: foreseen(instance).get("returns") == returns, within=60, what=f"a shadow that foresees {returns}"
    )
    return foreseen(instance)


def commits(scene: Scene, topic: str, group: str) -> list[int]:
    """Where the group stands in the topic, partition by partition; nothing where it never was."""
    reader = Consumer({"bootstrap.servers": scene.bootstrap, "group.id": group, "log_level": 0})
    count = Topics(scene.bootstrap).partitions(scene.topic(topic))
    found = reader.committed([TopicPartition(scene.topic(topic), number) for number in range(count)], 30)
    reader.close()
    return [commit.offset for commit in found if commit.offset >= 0]


def put_earns(scene: Scene, group: str) -> None:
    """Two earns of one bill, and wait until the group knows them."""
    put(scene, EARNS, EARN)
    put(scene, EARNS, {**EARN, "event_id": "earned-e2", "earn_id": "e2", "earned_from_type": "REWARD"})
    wait_until(lambda: sum(commits(scene, EARNS, group)) >= 2, within=60, what="the earns are known")


def group(scene: Scene) -> str:
    return scene.settings["CONSUMER_KAFKA__GROUP_ID"]


def shadow_of(scene: Scene) -> Instance:
    """A shadow that has its partitions."""
    shadow = scene.start(options=("--shadow",))
    shadow.until_ready()
    return shadow


def everything(url: str) -> list[list[tuple[object, ...]]]:
    """All that a ledger holds of earns and returns."""
    with database_at(url).engine.connect() as connection:
        return [
            [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3"))]  # noqa: S608 - ours
            for table in ("earns", "returns", "returned_goods")
        ]


def test_a_shadow_reads_plans_and_reports_and_needs_nothing_to_publish_to(kafka: Broker, tmp_path: Path) -> None:
    vendor = Vendor(HELD)
    with Scene(kafka, tmp_path, vendor, partitions=1).create_topics(RETURNS, EARNS) as scene:
        shadow = shadow_of(scene)
        put_earns(scene, f"{group(scene)}-shadow")
        put(scene, RETURNS, RETURN)
        put(scene, RETURNS, {**RETURN, "event_id": "r2", "bill_number": ""})

        seen = until_foreseen(shadow, {"REVOKED": 1, "INVALID": 1})
        shown = shadow.page("")
        code = shadow.stop()

        there = set(AdminClient({"bootstrap.servers": scene.bootstrap}).list_topics(timeout=30).topics)
        assert not there & {scene.topic(RESULTS), scene.topic(DEAD_LETTERS)}
        assert commits(scene, RETURNS, group(scene)) == []
    told = shadow.log.read_text()
    assert code == 0, told
    assert (vendor.counts.requests, vendor.counts.tokens) == (0, 0)
    assert (seen["revoked"], seen["kept"], seen["dead_letters"]) == ({"p1": 1}, {"earned-from": 1}, {"invalid": 1})
    assert (seen["requests"], seen["earns_asked"]) == (1, 1)
    assert shown is not None
    assert "A shadow run: nobody is called, nothing is published." in shown.text
    assert "What this run would have done:" in told
    assert "Nobody was called and nothing was published." in told
    assert (tmp_path / "ledger.db.shadow").exists()
    assert not (tmp_path / "ledger.db").exists()


def test_the_next_shadow_goes_on_where_the_last_one_ended(kafka: Broker, tmp_path: Path) -> None:
    with Scene(kafka, tmp_path, Vendor(HELD), partitions=1).create_topics(RETURNS, EARNS) as scene:
        first = shadow_of(scene)
        put_earns(scene, f"{group(scene)}-shadow")
        put(scene, RETURNS, RETURN)
        until_foreseen(first, {"REVOKED": 1})
        first.kill()
        second = shadow_of(scene)
        put(scene, RETURNS, RETURN)
        put(scene, RETURNS, {**RETURN, "event_id": "r3"})

        seen = until_foreseen(second, {"DUPLICATE": 1, "REVOKED": 1})

    # What the first one took is taken: the second would ask for nothing.
    assert (seen["requests"], seen["revoked"]) == (0, {})


@pytest.mark.postgres
def test_a_shadow_beside_the_real_group_disturbs_neither_it_nor_its_ledger(
    kafka: Broker, postgres: Databases, tmp_path: Path
) -> None:
    vendor, url = Vendor(HELD), postgres.fresh()
    with Scene(kafka, tmp_path, vendor, partitions=2).create_topics().use_postgres(url) as scene:
        real = scene.ready()
        put_earns(scene, group(scene))
        put(scene, RETURNS, RETURN)
        wait_until(lambda: len(scene.results()) == 1, within=60, what="the outcome")
        ledger, committed, calls = everything(url), commits(scene, RETURNS, group(scene)), vendor.counts.requests

        shadow = shadow_of(scene)
        wait_until(lambda: sum(foreseen(shadow).get("returns", {}).values()) == 1, within=60, what="the return is seen")
        wait_until(lambda: sum(commits(scene, RETURNS, f"{group(scene)}-shadow")) == 1, within=60, what="its commit")
        code = shadow.stop()

        assert (code, real.process.exit_code) == (0, None)
        assert everything(url) == ledger
        assert commits(scene, RETURNS, group(scene)) == committed
        assert (len(scene.results()), vendor.counts.requests) == (1, calls)
        assert [len(event["partitions"]) for event in real.events("partitions_assigned")] == [6]
        assert list(real.events("partitions_revoked")) == []
    assert (tmp_path / f"{group(scene)}.shadow").exists()
