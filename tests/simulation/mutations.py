"""Plausible bugs, each put into a copy of the package and hunted by seeds: `python -m tests.simulation.mutations`."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.flow_mutants import FLOW_MUTANTS
from tests.simulation.kafka_mutants import KAFKA_MUTANTS
from tests.simulation.mutant import Mutant

MUTANTS = (*KAFKA_MUTANTS, *FLOW_MUTANTS)
ROOT = Path(__file__).parents[2]
MOST_SEEDS = 5000
PATIENCE = 600.0
"""Seconds of a hunt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """What became of a mutant: the seed that found it and what it saw, or None."""

    mutant: Mutant
    seed: int | None
    saw: str

    def __str__(self) -> str:
        found = "NOT CAUGHT" if self.seed is None else f"caught at seed {self.seed}: {self.saw}"
        return f"{self.mutant.name}: {found}"


def hunts(mutants: Sequence[Mutant], *, seeds: int) -> Iterator[Caught]:
    """Hunt each, as many at once as there are cores."""
    with ThreadPoolExecutor(int(os.environ.get("PROCESSES", os.cpu_count() or 1))) as threads:
        yield from threads.map(lambda mutant: hunt(mutant, seeds=seeds), mutants)


def hunt(mutant: Mutant, *, seeds: int) -> Caught:
    """Run seeds on a package with this bug until one sees it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree(ROOT / "consumer", place / "consumer", ignore=shutil.ignore_patterns("__pycache__"))
        (place / "tests").symlink_to(ROOT / "tests")
        patched = place / mutant.file
        patched.write_text(mutant.applied(patched.read_text("utf-8")), "utf-8")
        command = [sys.executable, "-m", "tests.simulation.hunt", str(seeds)]
        try:
            ran = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return Caught(mutant=mutant, seed=None, saw="")
    seed, _, saw = ran.stdout.strip().partition(" ")
    if not seed:
        raise RuntimeError(f"{mutant.name}: {ran.stderr}")
    return Caught(mutant=mutant, seed=None if seed == "none" else int(seed), saw=saw)


def main(names: Sequence[str]) -> int:
    """Hunt the mutants of these names, or all; 1 where one got away."""
    got_away = 0
    for caught in hunts([each for each in MUTANTS if not names or each.name in names], seeds=MOST_SEEDS):
        sys.stdout.write(f"{caught}\n")
        sys.stdout.flush()
        got_away += caught.seed is None
    return 1 if got_away else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
