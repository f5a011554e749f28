"""A run that one seed decides: `python -m tests.simulation.seeded SEED` tells its story."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.flow import virtual_time
from tests.simulation.seeded_world import SeededWorld, simulated_kafka
from tests.simulation.truths import broken_truths, still_under_way
from tests.simulation.watch import Watch

AFTERMATH = 12.0
"""Seconds for what outlives the day: calls of those who were cut off, a dead producer's transaction."""
A_STOP = 40.0
"""Seconds that a process has for its end, beside a stall that it may be in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a seed. `states` are fingerprints of what outlived each step, `wrong` what must not be."""

    seed: int
    wrong: Sequence[str]
    story: Sequence[str]
    steps: int
    interleaving: int
    states: frozenset[int]


def run(seed: int) -> Run:
    """The same for the same seed, whenever and wherever."""
    return virtual_time.run(_run(seed, _as_it_is))


def run_with(seed: int, change: Callable[[SeededWorld], None]) -> Run:
    """The same, in a world that was changed before it begins."""
    return virtual_time.run(_run(seed, change))


def _as_it_is(_: SeededWorld) -> None: ...


async def _run(seed: int, change: Callable[[SeededWorld], None]) -> Run:
    loop = asyncio.get_running_loop()
    world = SeededWorld(seed, loop)
    watch = Watch(world)
    world.tale.watch = watch.look
    change(world)
    with simulated_kafka(world.baton):
        world.begin()
        await _until_settled(world)
        await asyncio.sleep(AFTERMATH)
        for what in still_under_way(world):
            world.tale.finds(what)
        await _close(world)
    watch.look()
    for what in (*watch.missing(), *broken_truths(world)):
        world.tale.finds(what)
    tale = world.tale
    return Run(
        seed=seed,
        wrong=tuple(tale.wrong),
        story=tuple(tale.lines()),
        steps=len(tale),
        interleaving=tale.interleaving(),
        states=frozenset(tale.states),
    )


async def _until_settled(world: SeededWorld) -> None:
    """Wait for the last record, or until patience ends."""
    loop = world.tale.loop
    while not world.cluster.is_settled():
        if loop.time() > world.last_strike + world.patience:
            world.tale.finds(f"open after {world.patience:.0f} s: {' '.join(map(str, world.cluster.open()))}")
            return
        await asyncio.sleep(1.0)


async def _close(world: SeededWorld) -> None:
    """Stop what still runs, as an operator would."""
    world.is_closing = True
    loop = world.tale.loop
    for instance in world.alive:
        instance.stop()
    end = loop.time() + A_STOP + world.longest_stall
    while world.alive and loop.time() < end:  # noqa: ASYNC110 - a process ends when it ends
        await asyncio.sleep(0.5)
    for instance in world.instances:
        if not instance.is_dead:
            world.tale.finds(f"{instance.name} does not stop")
            instance.kill()
    await asyncio.sleep(0.1)


def main(arguments: Sequence[str]) -> int:
    """Tell the story of one seed; 1 where something is wrong in it."""
    found = run(int(arguments[0]))
    sys.stdout.write("\n".join((*found.story, f"seed {found.seed}: {found.steps} steps, {len(found.wrong)} wrong", "")))
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
