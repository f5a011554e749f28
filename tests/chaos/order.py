"""Which mishap comes next where there is no time for all of them."""

import random
from collections import Counter
from collections.abc import Sequence

from tests.chaos.moods import OF_THE_VENDOR
from tests.chaos.rows import ROWS

BETWEEN_MOODS = 3
"""A mood is long: with so many mishaps of other parts between two, those have all been before the last mood comes."""


def drawn(possible: Sequence[str], suffered: Sequence[str], chance: random.Random) -> str:
    """One of the kind that came least often, of these by chance; a kind is a row of the guarantees."""
    kinds, times = Counter(ROWS[name] for name in suffered), Counter(suffered)
    least = min(kinds[ROWS[name]] for name in possible)
    due = [name for name in possible if kinds[ROWS[name]] == least]
    others = [name for name in due if name not in OF_THE_VENDOR]
    if others and not OF_THE_VENDOR.keys().isdisjoint(suffered[-BETWEEN_MOODS:]):
        due = others
    fewest = min(times[name] for name in due)
    return chance.choice([name for name in due if times[name] == fewest])
