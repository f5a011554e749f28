"""The first of so many seeds that sees something wrong in a package that has a bug: it, a tab and what it saw."""

import sys
from collections.abc import Sequence

from tests.flow.virtual_time import StuckError
from tests.simulation.seeded import run


def first_wrong(seeds: int) -> str:
    for seed in range(seeds):
        try:
            found = run(seed)
        except StuckError as stuck:
            return f"seed {seed}\t{stuck}"
        if found.wrong:
            return f"seed {seed}\t{found.wrong[0]}"
    return "none"


def main(arguments: Sequence[str]) -> int:
    sys.stdout.write(f"{first_wrong(int(arguments[0]))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
