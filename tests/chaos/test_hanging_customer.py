"""One customer's call hangs: all others are served, and a crash then repeats and republishes none of them."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import cast

import pytest

from tests.chaos.test_kill import QUICK
from tests.end_to_end.behaviour import Behaviour
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import RESULTS, Scene, as_seen
from tests.end_to_end.truth import Given, ReturnTruth, Unreadable
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, LAST, Plan, World, a_world
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
A_SECOND = 1.0
AT_ONCE, PAUSE = 40, 0.2
"""Records, and the seconds before the next ones."""
PATIENT = {
    "CONSUMER_API__TIMEOUT": "90",
    "CONSUMER_KAFKA__DRAIN": "100",
    "CONSUMER_KAFKA__OPTIONS": QUICK,
}


def first_called(world: World) -> int:
    """A customer whose very first return needs a call: with the earns known, its bill is a whole one."""
    held = {owner for owner, _, state in world.vendor.values() if state == "held"}
    seen: dict[int, int] = {}
    for given in world.wave(AMONG):
        if isinstance(given.truth, ReturnTruth) and given.truth.customer_id in held:
            seen[given.truth.customer_id] = seen.get(given.truth.customer_id, 0) + 1
    return max(seen, key=lambda customer_id: seen[customer_id])


def test_a_hanging_call_holds_up_nobody_else(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=61, returns=800))
    stuck = first_called(world)
    vendor = Vendor(world.vendor, Behaviour(hanging=frozenset({stuck})))

    with Scene(kafka, tmp_path, vendor).create_topics() as scene:
        scene.settings |= PATIENT
        instance = scene.ready()
        scene.produce(world.wave(BEFORE))
        scene.until_at_rest()
        produce_steadily(scene, world.wave(AMONG))
        others = sum(1 for given in world.wave(AMONG) if given.topic == "returns" and not is_of(given.truth, stuck))
        wait_until(lambda: stuck in vendor.under_way(), within=60, what="the call hangs")
        wait_until(lambda: served_others(scene, stuck) >= others, within=60, what="all others have their outcomes")
        hung = stuck in vendor.under_way()
        waits = seconds_to_outcomes(scene, stuck)
        scene.kill(instance)
        wait_until(lambda: not vendor.under_way(), within=10, what="the vendor sees the line go dead")
        called_before = len(vendor.calls)
        vendor.behaviour.hanging = frozenset()
        scene.ready()
        scene.until_at_rest()
        asked_before = {earn_id for call in vendor.calls[:called_before] for earn_id in call.earn_ids}
        asked_again = [call for call in vendor.calls[called_before:] if asked_before.intersection(call.earn_ids)]
        for wave in (AFTER, LAST):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        evidence = scene.evidence()

    assert hung
    # This claim is about time by its nature, so the load is a steady one, that no machine works up a backlog of, and
    # the last hundredth is left to what else the machine does.
    assert quantiles(waits, n=100)[98] <= A_SECOND, f"of {len(waits)} waits the longest: {waits[-20:]}"
    assert {call.customer_id for call in asked_again} == {stuck}
    assert complaints(evidence) == []


def produce_steadily(scene: Scene, records: Sequence[Given]) -> None:
    for at in range(0, len(records), AT_ONCE):
        scene.produce(records[at : at + AT_ONCE])
        time.sleep(PAUSE)


def seconds_to_outcomes(scene: Scene, stuck: int) -> list[float]:
    """From the last answer that an outcome stands on until it went into its transaction; for all but the stuck one."""
    ended = {call.request_id: call.ended for call in scene.vendor.calls}
    began = time.time() - time.monotonic()
    waits = []
    for stored in scene.read(RESULTS):
        outcome = as_seen(stored).outcome
        answers = [ended[request_id] for request_id in cast("list[str]", outcome["request_ids"])]
        if outcome["customer_id"] != stuck and answers:
            waits.append(stored.timestamp / 1000 - began - max(answers))
    return sorted(waits)


def is_of(truth: object, customer_id: int) -> bool:
    return isinstance(truth, ReturnTruth | Unreadable) and truth.customer_id == customer_id


def served_others(scene: Scene, stuck: int) -> int:
    return sum(1 for seen in scene.results() if seen.outcome["customer_id"] != stuck and is_return(seen.outcome))


def is_return(outcome: object) -> bool:
    return isinstance(outcome, dict) and outcome["cause"] == "RETURN"
