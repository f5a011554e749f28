"""What must hold after each step is seen to be broken at the very step that breaks it."""

from asyncio import Task
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import pytest

from consumer.core.model import EarnState
from tests.flow.fakes import RETURNS
from tests.simulation import seeded_world
from tests.simulation.cluster import Letter
from tests.simulation.instance import Instance
from tests.simulation.seeded import run_with
from tests.simulation.seeded_world import SeededWorld

LONGEST = 5000
"""Steps of a run."""
Break = Callable[[SeededWorld, Instance], None]


def publish_twice(world: SeededWorld, _: Instance) -> None:
    world.cluster.outcomes.append(world.cluster.outcomes[0])


def set_aside(world: SeededWorld, _: Instance) -> None:
    source = next(each.source for each in world.cluster.outcomes if each.source not in world.day.invalid)
    world.cluster.letters.append(Letter(source=source, reason="none"))


def call_it_revoked(world: SeededWorld, _: Instance) -> None:
    world.vendor.revoked.append("e99")


def ask_again(world: SeededWorld, _: Instance) -> None:
    world.vendor.history.wrong_repeats.append("e1")


def forget(_: SeededWorld, instance: Instance) -> None:
    held = next(each for each in instance.worker._assignment if each.progress.open)
    held.progress._open.popitem()


def miscount(_: SeededWorld, instance: Instance) -> None:
    instance.counts.open[RETURNS] += 1


def narrow(_: SeededWorld, instance: Instance) -> None:
    instance.window = 0


def leave_a_claim(world: SeededWorld, _: Instance) -> None:
    shelf, by = world.ledger.shelf, str(world.cluster.outcomes[0].source)
    key, held = next(iter(shelf.earns.items()))
    shelf.earns[key] = replace(held, earn=replace(held.earn, state=EarnState.HELD, claim=by))


def fail_a_lane(world: SeededWorld, instance: Instance) -> None:
    failed = world.tale.loop.create_future()
    failed.set_exception(KeyError("a lane"))
    instance.made.tasks.append(cast("Task[None]", failed))


def stop_a_lane(world: SeededWorld, instance: Instance) -> None:
    stopped = world.tale.loop.create_future()
    stopped.cancel()
    instance.made.tasks.append(cast("Task[None]", stopped))


BROKEN: Mapping[str, Break] = {
    "2 outcomes of": publish_twice,
    "a dead letter of": set_aside,
    "is revoked": call_it_revoked,
    "asked for again": ask_again,
    "which is neither published nor open": forget,
    "are open by count": miscount,
    "than its window": narrow,
    "which is published": leave_a_claim,
    "KeyError('a lane')": fail_a_lane,
    "a task is gone": stop_a_lane,
}


def broken_once(seed: int, do: Break) -> tuple[int, list[str]]:
    """The number of the step at which it was broken, with nothing else going wrong, and the story."""
    broken: list[int] = []

    def change(world: SeededWorld) -> None:
        def strike(_: str) -> None:
            busy = [each for each in world.alive if each.worker._assignment.open]
            if not broken and busy and world.cluster.outcomes and world.ledger.shelf.earns:
                broken.append(len(world.tale))
                do(world, busy[0])

        world.tale.strikes = dict.fromkeys(range(LONGEST), strike)

    story = run_with(seed, change).story
    return broken[0], list(story)


@pytest.mark.parametrize("saying", BROKEN)
def test_what_is_broken_at_a_step_is_seen_at_that_step(saying: str) -> None:
    step, story = broken_once(2, BROKEN[saying])

    assert not [line for line in story[:step] if " ! " in line]
    assert " ! " in story[step]
    assert saying in story[step]


def test_what_stands_still_for_longer_than_anything_takes_is_seen_at_the_step_at_which_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step, story = broken_once(2, lambda *_: monkeypatch.setattr(seeded_world, "PATIENCE", -1e6))

    assert "stands still at" in story[step]
