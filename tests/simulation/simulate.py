"""Many seeds, in worker processes: `python -m tests.simulation.simulate SEEDS [FIRST]` counts what they reach."""

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.fuzz.watch import not_hanging
from tests.simulation.seeded import Run, run

CHUNK = 100
EVERY = 20.0
"""Seconds between two words on how far it is."""
ONE_STATE_IN = 16
"""Of the distinct states only a sample is kept, by their fingerprints: the count is this many times as large."""
REPLAY = ".venv/bin/python -m tests.simulation.seeded {seed}"
WORDS = "interleavings: orders of all steps; states: all that ledger, commits, vendor and group hold, after any step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a chunk of seeds."""

    seeds: int
    steps: int
    failed: Sequence[tuple[int, Sequence[str]]]
    interleavings: Sequence[int]
    states: frozenset[int]


@dataclass(slots=True)
class Total:
    """What came of all chunks so far."""

    seeds: int = 0
    steps: int = 0
    failed: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    interleavings: set[int] = field(default_factory=set)
    states: set[int] = field(default_factory=set)

    def add(self, found: Found) -> None:
        """Count a chunk."""
        self.seeds += found.seeds
        self.steps += found.steps
        self.failed += found.failed
        self.interleavings.update(found.interleavings)
        self.states.update(found.states)

    def __str__(self) -> str:
        return (
            f"{self.seeds:,} seeds, {self.steps:,} steps, {len(self.interleavings):,} interleavings, "
            f"some {len(self.states) * ONE_STATE_IN:,} states, {len(self.failed)} failed"
        )


def explored(seeds: Sequence[int]) -> Found:
    """A chunk of seeds."""
    runs = [played(seed) for seed in seeds]
    return Found(
        seeds=len(runs),
        steps=sum(each.steps for each in runs),
        failed=[(each.seed, each.wrong) for each in runs if each.wrong],
        interleavings=[each.interleaving for each in runs],
        states=frozenset(state for each in runs for state in each.states if state % ONE_STATE_IN == 0),
    )


def played(seed: int) -> Run:
    """What came of a seed; one that an error ends, or that does not end, has failed."""
    try:
        with not_hanging() as begin:
            begin()
            return run(seed)
    except Exception as error:  # noqa: BLE001 - whatever ends it, the seed is told
        wrong = (f"{type(error).__name__}: {error}",)
        return Run(seed=seed, wrong=wrong, story=(), steps=0, interleaving=0, states=frozenset())


def explore(seeds: range, *, processes: int) -> Iterator[tuple[Found, Total]]:
    """Each chunk as it comes, and the total with it."""
    total, chunks = Total(), [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
    # Spawned, so that nothing that traces this process slows the others down.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for found in pool.imap_unordered(explored, chunks):
            total.add(found)
            yield found, total


def main(arguments: Sequence[str]) -> int:
    """Tell the progress, each seed that fails with the way to its story, and the total; 1 where one failed."""
    seeds, first = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0
    processes = int(os.environ.get("PROCESSES", os.cpu_count() or 1))
    _say(f"{seeds:,} seeds from {first} on, in {processes} processes\n({WORDS})")
    total, said = Total(), time.monotonic()
    for found, total in explore(range(first, first + seeds), processes=processes):
        for seed, wrong in found.failed:
            _say(f"seed {seed} failed: {wrong[0]}; its story: {REPLAY.format(seed=seed)}")
        if time.monotonic() - said >= EVERY and total.seeds < seeds:
            said = time.monotonic()
            _say(f"so far {total}")
    _say(str(total))
    return 1 if total.failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
