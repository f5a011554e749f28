"""Thousands of mixed returns on real Kafka: each record has its one right outcome, as the oracle says."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from tests.end_to_end.answers import VARIANTS, Variant
from tests.end_to_end.behaviour import Behaviour
from tests.end_to_end.instance import Instance
from tests.end_to_end.oracle import complaints
from tests.end_to_end.registered import registered
from tests.end_to_end.sandbox_vendor import SandboxVendor
from tests.end_to_end.scene import EARNS, RETURNS, Scene
from tests.end_to_end.truth import Evidence, PolicyTruth
from tests.end_to_end.vendor import PASSWORD, USER, Vendor
from tests.end_to_end.world import Plan, World, a_world
from tests.testbed.parts import Broker
from tests.testbed.postgres import Databases

pytestmark = pytest.mark.kafka
FULL = os.environ.get("PROOFS") == "full"
MANY, SOME, FEW = (5000, 5000, 5000) if FULL else (5000, 300, 100)
"""The whole proof, each way of answering with thousands of returns, takes half an hour."""
UNNAMED = 100
"""Answers that name nothing open the breaker, and what is left goes call by call."""
LEDGERS = ["sqlite", "postgres"] if FULL else ["sqlite"]
ANSWERS = tuple(
    {"shape": shape, "errors": errors, "mixed": mixed}
    for shape, errors, mixed in (
        ("A", "attributed", "partial"),
        ("B", "attributed", "partial"),
        ("A", "attributed-4xx", "whole"),
        ("A", "unattributed", "partial"),
        ("B", "unattributed-4xx", "whole"),
        ("B", "null-data", "whole"),
        ("B", "code", "partial"),
        ("A", "stamped", "whole"),
        ("A", "status", "whole"),
    )
)
"""How the sandbox tells of errors."""
SECOND_REVOKES = (
    {"already_revoked": 200, "fault": "drop", "share": 0.1},
    {"already_revoked": 404, "fault": "truncate", "share": 0.1},
)
"""What the sandbox says when it is asked again, with faults that make us ask again."""


def named(behaviour: Mapping[str, object]) -> str:
    return "-".join(str(value) for value in behaviour.values())


def sandbox(world: World, folder: Path, behaviour: Mapping[str, object]) -> Vendor:
    """Of a vendor a scene asks no more than its address and its evidence, which both kinds have."""
    return cast("Vendor", SandboxVendor(world.vendor, folder, behaviour))


def played(scene: Scene, world: World) -> Evidence:
    """The evidence of a run without a fault in us."""
    instance = scene.ready()
    scene.play(world)
    evidence = scene.evidence()
    adds_up(instance, scene, evidence)
    return evidence


def adds_up(instance: Instance, scene: Scene, evidence: Evidence) -> None:
    """At rest the metrics say what the topics hold."""
    returns = [each for each in evidence.produced if each.given.topic == "returns"]
    statuses = Counter(seen.outcome["status"] for seen in evidence.outcomes if seen.outcome["cause"] == "RETURN")
    instance.until_metric("events_in_flight", 0, within=10)
    assert {status: instance.metric("events_total", status=str(status)) for status in statuses} == statuses
    assert instance.metric("events_total") == len(returns)
    assert instance.metric("events_consumed_total", topic=scene.topic(RETURNS)) == len(returns)
    assert instance.metric("events_consumed_total", topic=scene.topic(EARNS)) == len(evidence.produced) - len(returns)
    assert instance.metric("late_earns_total") == len(evidence.outcomes) - len(returns)
    assert instance.metric("dead_letters_total") == len(evidence.letters)
    assert instance.metric("events_released_total") == 0


def test_five_thousand_returns_with_the_ledger_in_sqlite(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=1, returns=MANY))

    with Scene(kafka, tmp_path, sandbox(world, tmp_path, ANSWERS[0])).create_topics() as scene:
        evidence = played(scene, world)

    assert complaints(evidence) == []


@pytest.mark.postgres
def test_five_thousand_returns_with_the_ledger_in_postgresql(
    kafka: Broker, postgres: Databases, tmp_path: Path
) -> None:
    world = a_world(Plan(seed=2, returns=MANY))
    vendor = sandbox(world, tmp_path, ANSWERS[1])

    with Scene(kafka, tmp_path, vendor).create_topics().use_postgres(postgres.fresh()) as scene:
        evidence = played(scene, world)

    assert complaints(evidence) == []


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_way_of_answering_comes_to_the_same_outcomes(kafka: Broker, tmp_path: Path, variant: Variant) -> None:
    world = a_world(Plan(seed=3 + VARIANTS.index(variant), returns=SOME))

    with Scene(kafka, tmp_path, Vendor(world.vendor, Behaviour(variant=variant))).create_topics() as scene:
        evidence = played(scene, world)

    assert complaints(evidence) == []


@pytest.mark.parametrize("behaviour", ANSWERS if FULL else ANSWERS[2:], ids=named)
@pytest.mark.parametrize("ledger", LEDGERS)
def test_the_sandbox_comes_to_the_same_outcomes_however_it_answers(
    kafka: Broker, tmp_path: Path, request: pytest.FixtureRequest, behaviour: dict[str, str], ledger: str
) -> None:
    world = a_world(Plan(seed=41, returns=FEW))

    with Scene(kafka, tmp_path, sandbox(world, tmp_path, behaviour)).create_topics() as scene:
        if ledger == "postgres":
            databases: Databases = request.getfixturevalue("postgres")
            scene.use_postgres(databases.fresh())
        evidence = played(scene, world)

    assert complaints(evidence) == []


@pytest.mark.parametrize("behaviour", SECOND_REVOKES, ids=named)
def test_a_second_revoke_is_judged_by_what_the_vendor_says_to_it(
    kafka: Broker, tmp_path: Path, behaviour: dict[str, object]
) -> None:
    world = a_world(Plan(seed=42, returns=FEW))

    with Scene(kafka, tmp_path, sandbox(world, tmp_path, behaviour)).create_topics() as scene:
        scene.settings["CONSUMER_RETRY__INITIAL"] = "0.1"
        evidence = played(scene, world)

    assert complaints(evidence) == []


@pytest.mark.parametrize("answer", ["empty", "null", "unnamed", "not-success"])
def test_an_answer_that_names_nothing_is_asked_again_and_verified(kafka: Broker, tmp_path: Path, answer: str) -> None:
    world = a_world(Plan(seed=43, returns=UNNAMED))

    with Scene(kafka, tmp_path, sandbox(world, tmp_path, {"answer": answer})).create_topics() as scene:
        scene.settings |= {"CONSUMER_RETRY__INITIAL": "0.1", "CONSUMER_RETRY__MAX": "0.2"}
        evidence = played(scene, world)

    assert complaints(evidence) == []


@pytest.mark.parametrize("variant", [VARIANTS[0], VARIANTS[2]], ids=lambda variant: variant.name)
def test_answers_that_fail_or_break_off_are_asked_again_and_verified(
    kafka: Broker, tmp_path: Path, variant: Variant
) -> None:
    world = a_world(Plan(seed=21, returns=SOME))
    vendor = Vendor(world.vendor, Behaviour(variant=variant, unavailable_share=0.05, cut_share=0.05))

    with Scene(kafka, tmp_path, vendor).create_topics() as scene:
        scene.settings["CONSUMER_RETRY__INITIAL"] = "0.1"
        evidence = played(scene, world)

    assert complaints(evidence) == []


@pytest.mark.parametrize("partial_returns", ["any-return", "whole-bill"])
def test_the_operators_policy_decides(kafka: Broker, tmp_path: Path, partial_returns: str) -> None:
    world = a_world(Plan(seed=22, returns=SOME))
    policy = PolicyTruth(
        partial_returns="any-return" if partial_returns == "any-return" else "whole-bill",
        revoke_earned_from=frozenset({"ACTIVITY", "MILESTONE"}),
        max_return_age=150 * 86_400,
    )

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as scene:
        scene.settings |= {
            "CONSUMER_POLICY__PARTIAL_RETURNS": partial_returns,
            "CONSUMER_POLICY__REVOKE_EARNED_FROM": '["ACTIVITY", "MILESTONE"]',
            "CONSUMER_POLICY__MAX_RETURN_AGE": str(policy.max_return_age),
        }
        scene.ready()
        scene.play(world)
        evidence = scene.evidence(policy)

    assert complaints(evidence) == []


@pytest.mark.registry
def test_records_in_the_registrys_format_are_read_and_written(kafka: Broker, registry: str, tmp_path: Path) -> None:
    world = a_world(Plan(seed=23, returns=SOME, schema_ids=registered(registry)))

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as scene:
        scene.settings |= {"CONSUMER_SCHEMAS__REGISTRY_URL": registry}
        evidence = played(scene, world)

    assert complaints(evidence) == []


def test_tokens_serve_as_credentials(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=24, returns=200))

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as scene:
        scene.settings |= {
            "CONSUMER_API__AUTH": "oauth",
            "CONSUMER_API__OAUTH_KEY": USER,
            "CONSUMER_API__OAUTH_SECRET": PASSWORD,
        }
        evidence = played(scene, world)

    assert complaints(evidence) == []
    assert scene.vendor.counts.tokens == 1
