"""Starting under wrong or missing conditions."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contracts.ledger.values import made_by_a_newer_version
from tests.end_to_end.instance import environment
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import DEAD_LETTERS, EARNS, RESULTS, RETURNS, Scene
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import Plan, a_world
from tests.testbed.parts import Broker
from tests.testbed.postgres import Databases
from tests.testbed.waiting import wait_until

RIGHT = {
    "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
    "CONSUMER_API__AUTH": "none",
    "CONSUMER_HTTP__PORT": "0",
}
WRONG = {
    "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "",
    "CONSUMER_KAFKA__GROUP_PROTOCOL": "gossip",
    "CONSUMER_KAFKA__OPTIONS": '{"enable.auto.commit": true}',
    "CONSUMER_KAFKA__WINDOW": "0",
    "CONSUMER_TOPICS__RETURNS": "no spaces, please",
    "CONSUMER_API__BASE_URL": "",
    "CONSUMER_API__TIMEOUT": "-1",
    "CONSUMER_API__CONCURRENCY": "many",
    "CONSUMER_API__MAX_EARNS_PER_CALL": "1001",
    "CONSUMER_POLICY__PARTIAL_RETURNS": "some-return",
    "CONSUMER_POLICY__REVOKE_EARNED_FROM": "ACTIVITY",
    "CONSUMER_PURCHASES__BILL_SCOPE": "galaxy",
    "CONSUMER_HTTP__PORT": "70000",
    "CONSUMER_LOG__LEVEL": "loud",
    "CONSUMER_API__NO_SUCH_NAME": "1",
    "CONSUMER_NO_SUCH_SECTION__NAME": "1",
}
NAMED = {
    "kafka.bootstrap_servers",
    "kafka.group_protocol",
    "kafka.options",
    "kafka.window",
    "topics.returns",
    "api.base_url",
    "api.timeout",
    "api.concurrency",
    "api.max_earns_per_call",
    "policy.partial_returns",
    "policy.revoke_earned_from",
    "purchases.bill_scope",
    "http.port",
    "log.level",
    "api.no_such_name",
    "no_such_section.name",
}


def ran(folder: Path, settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`run`, which ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "consumer", "run"],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_wrong_setting_is_a_line_of_its_own(tmp_path: Path) -> None:
    done = ran(tmp_path, WRONG)

    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert {line.split(":")[0].split(" ")[0] for line in lines} >= NAMED
    assert all("." in line.split(":")[0] for line in lines)


@pytest.mark.postgres
def test_a_ledger_without_its_tables_is_one_line_that_names_the_command(postgres: Databases, tmp_path: Path) -> None:
    done = ran(tmp_path, RIGHT | {"CONSUMER_LEDGER__URL": postgres.fresh()})

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith("ledger.url: ")
    assert "`returns-consumer migrate`" in line


@pytest.mark.postgres
def test_a_ledger_of_a_newer_version_is_one_line_as_well(postgres: Databases, tmp_path: Path) -> None:
    done = ran(tmp_path, RIGHT | {"CONSUMER_LEDGER__URL": made_by_a_newer_version(postgres.fresh())})

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith("ledger.url: this version is older")


@pytest.mark.kafka
def test_missing_topics_are_named_with_how_to_create_them_until_they_are_there(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=41, returns=20))

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics(RETURNS, EARNS, RESULTS) as scene:
        instance = scene.start()
        missing = scene.topic(DEAD_LETTERS)
        wait_until(lambda: any(instance.events("topics_missing")), within=60, what="the missing topic is told")
        told = next(instance.events("topics_missing"))
        livez, readyz = instance.status_of("livez"), instance.status_of("readyz")
        scene.create_topics(DEAD_LETTERS)
        instance.until_ready()
        scene.play(world)
        evidence = scene.evidence()

    assert missing in str(told)
    assert "returns-consumer topics create" in str(told)
    assert (livez, readyz) == (200, 503)
    assert complaints(evidence) == []
