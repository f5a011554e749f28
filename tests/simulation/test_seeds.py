"""Thousands of seeds: the real core, flow and Kafka worker, and every promise kept whatever goes wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

import pytest

from tests.fuzz import watch
from tests.simulation import simulate
from tests.simulation.mutations import ROOT
from tests.simulation.seeded import Run, run, run_with
from tests.simulation.seeded_world import SeededWorld
from tests.simulation.simulate import Found, Total, explore, explored, main

SEEDS = 5000
REPLAYED = ".venv/bin/python -m tests.simulation.seeded"
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
    "messages that the broker has",
    "is fenced, its transaction aborted",
    "is fenced after its commit",
    "is answered 521",
    "cannot read so large an answer",
    "(503 done)",
    "(401)",
    "cannot settle",
    "cannot learn schema",
    "learns schema",
    *(f"does again {what}" for what in ("open", "claim", "settle", "tell", "name", "late earns")),
    "is denied its claim",
    "=DUPLICATE",
    "=INVALID",
    "committed earns/",
)


def test_every_promise_holds_for_thousands_of_seeds() -> None:
    total = Total()
    for found, total in explore(range(SEEDS), processes=os.cpu_count() or 1):
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
    told = "\n".join(line for seed in range(400) for line in run(seed).story)

    assert [each for each in WHAT_GOES_WRONG if each not in told] == []


def test_as_many_seeds_as_were_asked_for_are_explored_and_their_count_is_told_on_the_way_and_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCESSES", "1")
    monkeypatch.setattr(simulate, "EVERY", 0.0)

    assert main(["103", "7"]) == 0
    begins, _, goes_on, ends = capsys.readouterr().out.splitlines()
    assert begins.startswith("103 seeds from 7 on")
    assert goes_on.startswith(("so far 100 seeds, ", "so far 3 seeds, "))
    assert ends.startswith("103 seeds, ")


def seven_breaks(seed: int) -> Run:
    if seed == 7:
        raise KeyError("seven")
    return run(seed)


def test_a_seed_that_an_error_ends_has_failed_and_the_others_are_explored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "run", seven_breaks)

    found = explored([6, 7, 8])

    assert found.seeds == 3
    assert found.failed == [(7, ("KeyError: 'seven'",))]


def one_fails(*_: object, **__: object) -> list[tuple[Found, Total]]:
    found = Found(seeds=1, steps=0, failed=((7, ("KeyError: 'seven'",)),), interleavings=(), states=frozenset())
    total = Total()
    total.add(found)
    return [(found, total)]


def test_a_seed_that_fails_is_told_with_the_command_that_tells_its_story(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate, "explore", one_fails)

    assert main(["1", "7"]) == 1
    *_, failed, _ = capsys.readouterr().out.splitlines()
    assert failed == f"seed 7 failed: KeyError: 'seven'; its story: {REPLAYED} 7"
    assert f"{REPLAYED} 42" in (ROOT / "docs" / "guarantees.md").read_text("utf-8")


def for_ever() -> NoReturn:
    while True:
        pass


def in_a_callback(seed: int) -> Run:
    """An event loop catches whatever its callbacks raise."""

    def change(world: SeededWorld) -> None:
        world.tale.loop.call_later(0.0, for_ever)

    return run_with(seed, change)


@pytest.mark.parametrize("endless", [lambda _: for_ever(), in_a_callback])
def test_a_seed_that_does_not_end_is_ended(endless: Callable[[int], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "run", endless)
    monkeypatch.setattr(watch, "LONGEST", 0.05)

    ((seed, (wrong,)),) = explored([3]).failed

    assert seed == 3
    assert wrong.startswith("TimeoutError: no end")
