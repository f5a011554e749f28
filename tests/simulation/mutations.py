"""Plausible bugs, each put into a copy of the package and hunted by seeds, or by the ledger's contract tests."""

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
from tests.simulation.ledger_mutants import LEDGER_MUTANTS
from tests.simulation.mutant import Mutant

MUTANTS = (*KAFKA_MUTANTS, *FLOW_MUTANTS, *LEDGER_MUTANTS)
ROOT = Path(__file__).parents[2]
MOST_SEEDS = 5000
SQL_LEDGER = "consumer/adapters/ledger/"
PATIENCE = 600.0
"""Seconds of a hunt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """What became of a mutant: the seed or the test that found it, or None, and what it saw."""

    mutant: Mutant
    by: str | None
    saw: str

    def __str__(self) -> str:
        found = "NOT CAUGHT" if self.by is None else f"caught by {self.by}: {self.saw}"
        return f"{self.mutant.name}: {found}"


def hunts(mutants: Sequence[Mutant], *, seeds: int) -> Iterator[Caught]:
    """Hunt each, as many at once as there are cores."""
    with ThreadPoolExecutor(int(os.environ.get("PROCESSES", os.cpu_count() or 1))) as threads:
        yield from threads.map(lambda mutant: hunt(mutant, seeds=seeds), mutants)


def hunt(mutant: Mutant, *, seeds: int) -> Caught:
    """Run seeds or tests on a package with this bug until one sees it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree(ROOT / "consumer", place / "consumer", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("tests", "pyproject.toml"):
            (place / name).symlink_to(ROOT / name)
        patched = place / mutant.file
        patched.write_text(mutant.applied(patched.read_text("utf-8")), "utf-8")
        command = [sys.executable, "-m", *_hunter(mutant, seeds)]
        try:
            ran = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return Caught(mutant=mutant, by=None, saw="")
    by, _, saw = ran.stdout.strip().partition("\t")
    if not by:
        raise RuntimeError(f"{mutant.name}: {ran.stderr}")
    return Caught(mutant=mutant, by=None if by == "none" else by, saw=saw)


def _hunter(mutant: Mutant, seeds: int) -> Sequence[str]:
    """The simulation has its ledger in memory: that in SQL is its contract tests' to look after."""
    if mutant.file.startswith(SQL_LEDGER):
        return ("tests.simulation.hunt_ledger",)
    return ("tests.simulation.hunt", str(seeds))


def main(names: Sequence[str]) -> int:
    """Hunt the mutants of these names, or all, and count them; 1 where one got away."""
    hunted = [each for each in MUTANTS if not names or each.name in names]
    count = 0
    for caught in hunts(hunted, seeds=MOST_SEEDS):
        sys.stdout.write(f"{caught}\n")
        sys.stdout.flush()
        count += caught.by is not None
    sys.stdout.write(f"{count} of {len(hunted)} caught\n")
    return 0 if count == len(hunted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
