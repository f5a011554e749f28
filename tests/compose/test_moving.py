"""What compose.yaml starts, started as processes on real parts: everything moves."""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from consumer.sandbox.demo.broker import DEAD_LETTERS, NAMES, RESULTS
from tests.compose.stack import services, settings
from tests.end_to_end import encodings
from tests.end_to_end.instance import Instance, environment, run_verb
from tests.testbed.parts import Broker
from tests.testbed.ports import free_port
from tests.testbed.postgres import Databases
from tests.testbed.process import Process, Program
from tests.testbed.reader import ReadCommitted
from tests.testbed.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.registry]
PURCHASES, RATE = 150, 40
SECONDS = 60


class Stack:
    """The same commands and settings; only addresses are others."""

    def __init__(self, folder: Path, addresses: dict[str, str]) -> None:
        self._folder = folder
        self._addresses = addresses
        self.settings = {name: self._here(value) for name, value in settings().items()}

    def process(self, service: str, *program: str, more: tuple[str, ...] = ()) -> Process:
        """The command of a service, run by this program."""
        told = [self._here(word) for word in services()[service]["command"]]
        command = [sys.executable, "-m", *program, *told, *more]
        log = self._folder / f"{service}.log"
        return Process(Program(command=command, folder=self._folder, log=log, environment=environment({})))

    def instance(self, name: str) -> Instance:
        return Instance(self._folder, name, self.settings)

    def migrate(self) -> str:
        (verb,) = services()["migrate"]["command"]
        return run_verb(verb, self.settings, self._folder)

    def _here(self, text: str) -> str:
        return re.sub("|".join(map(re.escape, self._addresses)), lambda found: self._addresses[found[0]], text)


def test_what_is_sold_and_brought_back_gets_its_outcome_and_most_is_revoked(
    breakable_kafka: Broker, postgres: Databases, registry: str, tmp_path: Path
) -> None:
    port = str(free_port())
    stack = Stack(
        tmp_path,
        {
            "kafka:9092": breakable_kafka.bootstrap,
            "postgresql://returns:demo@postgres:5432/returns": postgres.fresh().replace("+psycopg", ""),
            "http://registry:8080/apis/ccompat/v7": registry,
            "sandbox:8090": f"127.0.0.1:{port}",
            "8090": port,
        },
    )
    for topic in (*NAMES.values(), RESULTS, DEAD_LETTERS):
        breakable_kafka.create_topic(topic, 8)
    sandbox = stack.process("sandbox", "consumer")
    sandbox.wait_until_ready("the sandbox", lambda: bool(vendor(port)), within=SECONDS)
    stack.migrate()
    instances = [stack.instance(name) for name in ("one", "two")]
    for instance in instances:
        instance.until_ready()

    load = stack.process("load", "consumer.sandbox.load", more=("--rate", str(RATE), "--purchases", str(PURCHASES)))

    assert load.wait(within=SECONDS) == 0, load.log_tail()
    with ReadCommitted(breakable_kafka.bootstrap, NAMES["returns"]) as reader:
        returned = {json.loads(each.value or b"")["event_id"] for each in reader.to_the_end()}
    with ReadCommitted(breakable_kafka.bootstrap, NAMES["earns"]) as reader:
        earned = {json.loads(each.value or b"")["earn_id"] for each in reader.to_the_end()}
    with ReadCommitted(breakable_kafka.bootstrap, RESULTS) as reader:
        wait_until(
            lambda: returned <= {encodings.outcome(each.value)["event_id"] for each in reader.to_the_end()},
            within=SECONDS,
            what="an outcome for each return",
        )
        # A return that overtakes its earn is told of twice: at once, and when the earn is there.
        wait_until(
            lambda: 2 * len(revoked_events(reader)) > len(returned), within=SECONDS, what="most returns are revoked"
        )
        outcomes = [encodings.outcome(each.value) for each in reader.records]
    statuses = Counter(each["status"] for each in outcomes)
    assert [instance.stop() for instance in instances] == [0, 0]
    assert statuses["INVALID"] == statuses["DUPLICATE"] == 0
    # The group may give one instance all returns and the other all earns.
    assert any(map(revoked_by, instances))
    assert known_to_the_vendor(port) == earned


def vendor(port: str) -> dict[str, Any]:
    """The sandbox's state; nothing while it does not answer."""
    try:
        told: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/sandbox/state", timeout=1).json()
    except httpx.HTTPError:
        return {}
    return told


def known_to_the_vendor(port: str) -> set[str]:
    """Every earn that somebody holds or held."""
    state = vendor(port)
    return {*state["held"], *state["revoked"]}


def revoked_events(reader: ReadCommitted) -> set[object]:
    """The returns of which an outcome says that all they take is revoked."""
    outcomes = [encodings.outcome(each.value) for each in reader.to_the_end()]
    return {each["event_id"] for each in outcomes if each["status"] == "REVOKED"}


def revoked_by(instance: Instance) -> int:
    """Outcomes this instance logged as revoked."""
    return sum(each.get("status") == "REVOKED" for each in instance.events("outcome"))
