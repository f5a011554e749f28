"""A redrive killed at every step of its work: no dead letter sent twice, none skipped."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.dead_letters import Scene, event_ids
from tests.end_to_end.instance import ROOT, environment
from tests.testbed.parts import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]

DYING = Path(__file__).parent / "dying_redrive.py"
# The first transaction only keeps the progress alive, the second sends the first two letters, the third the next.
STEPS = (
    ("before-init", 1),
    ("after-init", 1),
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


def killed(scene: Scene, step: str, nth: int) -> None:
    done = subprocess.run(
        [sys.executable, str(DYING), step, str(nth), "redrive", "--yes", "--reason", "731"],
        env=environment({**scene.settings, "PYTHONPATH": str(ROOT)}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, f"{step} {nth}: {done.stdout}{done.stderr}"


def test_a_redrive_killed_at_every_step_sends_each_letter_once_and_in_order(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    letters = {f"r{at}": "404" if at % 3 == 1 else "731" for at in range(24)}
    scene.set_aside([scene.a_letter(event_id, reason) for event_id, reason in letters.items()])

    for step, nth in STEPS:
        killed(scene, step, nth)
    done = subprocess.run(
        [sys.executable, "-m", "consumer", "redrive", "--yes"],
        env=environment(scene.settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert "dead letters sent again." in done.stdout
    sent = event_ids(scene.sent())
    assert sorted(sent) == sorted(letters)
    assert is_in_order([event_id for event_id in sent if letters[event_id] == "731"])
    assert is_in_order([event_id for event_id in sent if letters[event_id] == "404"])


def is_in_order(event_ids: list[str]) -> bool:
    numbers = [int(event_id.removeprefix("r")) for event_id in event_ids]
    return numbers == sorted(numbers)
