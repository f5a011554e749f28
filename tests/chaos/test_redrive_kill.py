"""A redrive killed at every step of its work: no dead letter sent twice, none skipped."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.cli.dead_letters import Scene, event_ids
from tests.end_to_end.instance import ROOT, environment
from tests.testbed.parts import Broker
from tests.testbed.topics import ToProduce

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]

DYING = Path(__file__).parent / "dying_redrive.py"
STARTING = (("before-init", 1), ("after-init", 1))
# The first transaction only keeps the progress alive, the second sends the first two letters, the third the next.
STEPS = (
    ("before-begin", 2),
    ("before-produce", 2),
    ("after-produce", 1),
    ("before-offsets", 2),
    ("after-offsets", 2),
    ("before-commit", 2),
    ("after-commit", 2),
    ("before-commit", 3),
    ("after-commit", 3),
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """The letter of one of four customers, who share two partitions; in each, two by two have the same reason."""

    at: int

    @property
    def event_id(self) -> str:
        return f"r{self.at}"

    @property
    def partition(self) -> int:
        return self.at % 2

    @property
    def customer(self) -> int:
        return 4711 + self.at % 4

    @property
    def reason(self) -> str:
        return "404" if self.at // 4 % 2 else "731"

    def letter(self, scene: Scene) -> ToProduce:
        return scene.a_letter(self.event_id, self.reason, customer=self.customer, partition=self.partition)


LETTERS = tuple(map(SetAside, range(28)))


def killed(scene: Scene, step: str, nth: int, export: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(DYING), step, str(nth), "redrive", "--yes", "--reason", "731", "--export", str(export)],
        env=environment({**scene.settings, "PYTHONPATH": str(ROOT)}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, f"{step} {nth}: {done.stdout}{done.stderr}"


def asked_for(*partitions: int) -> list[str]:
    return sorted(each.event_id for each in LETTERS if each.reason == "731" and each.partition in partitions)


def test_a_redrive_killed_at_every_step_sends_each_letter_once_and_in_order(kafka: Broker, tmp_path: Path) -> None:
    """The first kills empty one partition of what is asked for, and so the others happen in the other."""
    exports = (tmp_path / f"{number}.jsonl" for number in count())
    scene = Scene(kafka.bootstrap, partitions=2)
    scene.set_aside([each.letter(scene) for each in LETTERS])

    for step, nth in (*STARTING, *STEPS):
        killed(scene, step, nth, next(exports))
    half = event_ids(scene.sent())
    for step, nth in STEPS:
        killed(scene, step, nth, next(exports))
    all_asked_for = event_ids(scene.sent())
    lines = [line for export in tmp_path.iterdir() for line in export.read_text().splitlines()]
    done = subprocess.run(
        [sys.executable, "-m", "consumer", "redrive", "--yes"],
        env=environment(scene.settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert (sorted(half), sorted(all_asked_for)) == (asked_for(0), asked_for(0, 1))
    assert {json.loads(line)["event_id"] for line in lines} == set(all_asked_for)
    assert "dead letters sent again." in done.stdout
    sent = scene.sent()
    assert len(sent) == len(LETTERS)
    for customer in {each.customer for each in LETTERS}:
        own = sorted((each for each in LETTERS if each.customer == customer), key=lambda each: each.reason != "731")
        again = [each for each in sent if each.key == str(customer).encode()]
        assert event_ids(again) == [each.event_id for each in own]
        assert {each.partition for each in again} == {each.partition for each in own}
