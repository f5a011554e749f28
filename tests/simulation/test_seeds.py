"""Thousands of seeds: the real core, flow and Kafka worker, and every promise kept whatever goes wrong."""

import os
import subprocess
import sys

import pytest

from tests.simulation.mutations import ROOT
from tests.simulation.seeded import run
from tests.simulation.simulate import Total, explore, main

SEEDS = 5000
WHAT_GOES_WRONG = (
    "is killed",
    "is to stop",
    "stalls for",
    "drops what it lost",
    "gives up",
    "is refused with UNKNOWN_MEMBER_ID",
    "is refused with ILLEGAL_GENERATION",
    "is refused with STALE_MEMBER_EPOCH",
    "generation 2",
    "epoch 2 of 3",
    "is not heard",
    "hears no answer",
    "cannot commit",
    "is fenced, its transaction aborted",
    "is fenced after its commit",
    "is answered 521",
    "cannot read so large an answer",
    "(503 done)",
    "(401)",
    "cannot settle",
    *(f"does again {what}" for what in ("open", "claim", "settle", "tell", "name", "late earns")),
    "is denied its claim",
    "=DUPLICATE",
    "=INVALID",
    "committed earns/",
)


def test_every_promise_holds_for_thousands_of_seeds() -> None:
    total = Total()
    for found, total in explore(SEEDS, first=0, processes=os.cpu_count() or 1):
        assert not found.failed, total

    assert total.seeds == SEEDS
    assert len(total.interleavings) > 0.99 * SEEDS


def test_a_seed_tells_the_same_story_whenever_and_wherever_it_runs() -> None:
    told = run(2)
    command = [sys.executable, "-m", "tests.simulation.seeded", "2"]
    elsewhere = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert run(2).story == told.story
    assert elsewhere.stdout.splitlines() == [*told.story, f"seed 2: {told.steps} steps, 0 wrong"]


def test_the_first_seeds_meet_everything_that_can_go_wrong() -> None:
    told = "\n".join(line for seed in range(200) for line in run(seed).story)

    assert [each for each in WHAT_GOES_WRONG if each not in told] == []


def test_as_many_seeds_as_were_asked_for_are_explored_and_their_count_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCESSES", "1")

    assert main(["103", "7"]) == 0
    assert capsys.readouterr().out.startswith("103 seeds, ")
