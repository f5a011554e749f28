"""Nothing but the vendor's notifications, on a real broker, with the return as the last and as the first of them."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from tests.end_to_end.scene import DEAD_LETTERS, EARNS, RETURNS, Scene
from tests.end_to_end.vendor import Vendor
from tests.notified import an_earn, customer, flat, transaction, wrapped
from tests.testbed.parts import Broker
from tests.testbed.topics import ToProduce, produce
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka

SECONDS = 60
SETTINGS = {
    "CONSUMER_NOTIFICATIONS__ENABLED": "true",
    # The vendor's notification of a return does not say what came back.
    "CONSUMER_POLICY__PARTIAL_RETURNS": "any-return",
}
PARTITIONS = {RETURNS: 8, EARNS: 4}


class Bridge:
    """Writes notifications to the topics, and waits until all that was written is done with."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._written = Counter[str]()

    def sends(self, topic: str, *notifications: Mapping[str, Any]) -> None:
        """One after the other, each done with before the next."""
        for notification in notifications:
            value = json.dumps(notification).encode()
            produce(self._scene.bootstrap, self._scene.topic(topic), [ToProduce(value=value, key=b"4711")])
            self._written[topic] += 1
            wait_until(self._is_done, within=SECONDS, what=f"{dict(self._written)} committed")

    def _is_done(self) -> bool:
        return all(self._committed(topic) == count for topic, count in self._written.items())

    def _committed(self, topic: str) -> int:
        """How many records of a topic the group has committed; a topic of its own has no other records."""
        group = self._scene.settings["CONSUMER_KAFKA__GROUP_ID"]
        places = [TopicPartition(self._scene.topic(topic), partition) for partition in range(PARTITIONS[topic])]
        config = {"bootstrap.servers": self._scene.bootstrap, "group.id": group, "log_level": 0}
        with closing(Consumer(config)) as reader:
            return sum(max(each.offset, 0) for each in reader.committed(places, timeout=SECONDS))


def told(outcome: Mapping[str, Any]) -> tuple[str, str, str | None, dict[str, str]]:
    """What an outcome says: its cause, status, event and verdicts."""
    verdicts = {verdict["earn_id"]: verdict["verdict"] for verdict in outcome["verdicts"]}
    return outcome["cause"], outcome["status"], outcome["event_id"], verdicts


def listed(*promotions: str) -> dict[str, object]:
    return {"earnedPromotions": [{"promotionId": promotion} for promotion in promotions]}


def test_an_earn_whose_purchase_names_it_is_revoked_by_the_return(kafka: Broker, tmp_path: Path) -> None:
    vendor = Vendor({"e1": (4711, "p1", "held"), "e2": (4711, "p2", "held"), "e3": (4711, "p1", "held")})
    with Scene(kafka, tmp_path, vendor).create_topics() as scene:
        bridge = Bridge(scene)
        scene.ready(**SETTINGS)
        bought = transaction("REGULAR", **listed("p1"))
        bridge.sends(
            EARNS,
            flat("cartPromotionEarned", an_earn("e1"), eventId="n1"),
            flat("cartPromotionEarned", an_earn("e2", "p2"), eventId="n2"),
            flat("cartPromotionEarned", an_earn("e3"), eventId="n3", apiRequestId="q2"),
            wrapped("transactionAdded", bought, eventId="n4"),
            flat("tierUpgraded", customer(), eventId="n5"),
        )
        bridge.sends(
            RETURNS,
            wrapped("transactionAdded", bought, eventId="n4"),
            flat("transactionAdded", transaction("RETURN"), eventId="r1"),
            wrapped("transactionAdded", transaction("RETURN"), eventId="r1"),
            flat("tierUpgraded", customer(), eventId="n5"),
        )
        scene.stop_all()
        outcomes = [told(seen.outcome) for seen in scene.results()]
        letters = scene.read(DEAD_LETTERS)

    assert sorted(outcomes, key=str) == [
        ("RETURN", "DUPLICATE", "r1", {}),
        ("RETURN", "INVALID", None, {}),
        ("RETURN", "NOTHING_TO_REVOKE", "n4", {}),
        ("RETURN", "REVOKED", "r1", {"e1": "REVOKED"}),
    ]
    assert vendor.evidence().revoked_by_us == {"e1"}
    assert sorted((dict(letter.headers)["dlt-topic"] or b"").decode() for letter in letters) == sorted(
        scene.topic(topic) for topic in (EARNS, RETURNS)
    )


@pytest.mark.parametrize("earn_first", [True, False])
def test_an_earn_and_its_purchase_that_come_after_the_return_are_not_forgotten(
    kafka: Broker, tmp_path: Path, *, earn_first: bool
) -> None:
    vendor = Vendor({"e1": (4711, "p1", "held"), "e2": (4711, "p1", "held")})
    earned = [flat("cartPromotionEarned", an_earn(earn), eventId=f"n-{earn}") for earn in ("e1", "e2")]
    purchase = wrapped("transactionAdded", transaction("REGULAR"))
    with Scene(kafka, tmp_path, vendor).create_topics() as scene:
        bridge = Bridge(scene)
        scene.ready(**SETTINGS, CONSUMER_NOTIFICATIONS__LINK_BY="request")
        bridge.sends(RETURNS, wrapped("transactionAdded", transaction("RETURN"), eventId="r1"))
        bridge.sends(EARNS, *([*earned, purchase] if earn_first else [purchase, *earned]))
        scene.stop_all()
        first, *late = [told(seen.outcome) for seen in scene.results()]

    assert first == ("RETURN", "NOTHING_TO_REVOKE", "r1", {})
    each = [{"e1": "REVOKED", "e2": "REVOKED"}] if earn_first else [{"e1": "REVOKED"}, {"e2": "REVOKED"}]
    assert late == [("LATE_EARN", "REVOKED", "r1", verdicts) for verdicts in each]
    assert vendor.evidence().revoked_by_us == {"e1", "e2"}
