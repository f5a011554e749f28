"""What must hold after each step is seen to be broken at the very step that breaks it."""

from asyncio import Task
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import cast

import pytest

from consumer.adapters.kafka.assignment import Held
from consumer.core.model import EarnId, EarnState, PromotionId
from consumer.core.outcome import Verdict, VerdictKind
from tests.flow.fakes import RETURNS
from tests.simulation import seeded_world
from tests.simulation.cluster import Letter
from tests.simulation.instance import Instance
from tests.simulation.seeded import run_with
from tests.simulation.seeded_world import SeededWorld
from tests.simulation.truths import broken_truths

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


def forget(world: SeededWorld, instance: Instance) -> None:
    held, offset = next(at_work(world, instance))
    del held.progress._open[offset]


def miscount(_: SeededWorld, instance: Instance) -> None:
    instance.counts.open[RETURNS] += 1


def narrow(_: SeededWorld, instance: Instance) -> None:
    instance.window = 0


def leave_a_claim(world: SeededWorld, _: Instance) -> None:
    shelf, by = world.ledger.shelf, str(world.cluster.outcomes[0].source)
    key, held = next(iter(shelf.earns.items()))
    shelf.earns[key] = replace(held, earn=replace(held.earn, state=EarnState.HELD, claim=by))


def leave_a_claim_beside_an_outcast(world: SeededWorld, instance: Instance) -> None:
    world.vendor.history.outcast(by="another")
    leave_a_claim(world, instance)


def leave_an_outcast_s_claim(world: SeededWorld, instance: Instance) -> None:
    earn = next(iter(world.ledger.shelf.earns)).earn_id
    world.vendor.history.claimed([earn], by="another", since=0)
    leave_a_claim_beside_an_outcast(world, instance)


def take_a_refusal_for_a_revoke(world: SeededWorld, _: Instance) -> None:
    day, history = world.day, world.vendor.history
    earn = min(day.asked_back - day.held - day.redeemed - day.gone - history.ever_doubtful - history.left)
    verdict = Verdict(promotion_id=PromotionId("p1"), earn_id=EarnId(earn), kind=VerdictKind.ALREADY_REVOKED)
    history.died(by="another")
    history.outcast(by="another")
    world.cluster.outcomes.append(replace(world.cluster.outcomes[-1], verdicts=(verdict,)))


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


def at_work(world: SeededWorld, instance: Instance) -> Iterator[tuple[Held, int]]:
    """What it holds open that is not committed: of what is, it may not know yet."""
    for held in instance.worker._assignment:
        yield from ((held, each) for each in held.progress._open if each not in world.cluster.published[held.partition])


def broken_once(seed: int, do: Break) -> tuple[int, list[str]]:
    """The number of the step at which it was broken, with nothing else going wrong, and the story."""
    broken: list[int] = []

    def change(world: SeededWorld) -> None:
        def strike(_: str) -> None:
            busy = [each for each in world.alive if any(at_work(world, each))]
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


def test_one_who_lost_its_work_excuses_the_claims_that_it_had_and_no_others() -> None:
    step, other_story = broken_once(2, leave_a_claim_beside_an_outcast)
    _, own_story = broken_once(2, leave_an_outcast_s_claim)

    assert "which is published" in other_story[step]
    assert not [line for line in own_story if "which is published" in line]


def test_one_who_lost_its_work_excuses_no_revoke_of_another_that_nobody_tells() -> None:
    worlds: list[SeededWorld] = []
    run_with(1, worlds.append)
    (world,) = worlds
    world.vendor.history.outcast(by="another")
    world.cluster.outcomes.clear()

    broken = list(broken_truths(world))

    revoked = set(world.vendor.revoked) - world.vendor.history.ever_doubtful
    assert revoked
    assert {f"{earn} is never REVOKED" for earn in revoked} <= set(broken)


def test_one_who_died_excuses_no_refusal_of_another_that_is_taken_for_a_revoke() -> None:
    step, story = broken_once(10, take_a_refusal_for_a_revoke)

    assert [line for line in story[step : step + 5] if "is ALREADY_REVOKED" in line]
