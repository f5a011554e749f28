"""What a storm tells while it lasts: lines with the time of day, and first how to read them."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
TENTHS = 10
LEGEND = (
    "The seed decides the returns, and which mishaps come in which order; when these come, and whom they hit, is up to",
    "time as well, so no storm is played again exactly.",
    "A line after each mishap: the seconds to the first outcome, and to one of each partition; then",
    "  at rest ... later  how long after that all that was written was settled, the load being held meanwhile",
    "  judged             returns that the oracle judged now, all that belongs to them being settled",
    "  wait               returns that it judges later; what is not settled in time is a breach",
    "  allowed            calls asked again whose fate nobody could know, as docs/guarantees.md has it",
    "  breaches           what is wrong and was not told before; with any, the exit code is 1",
    "  limit              of a recovery; a BROKEN one ends in exit code 1, too, as does a load that was too slow,",
    "                     or a mishap of which no instance says then all that it must",
)


def tell(line: str) -> None:
    """Print it with the time of day, at once."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


def by_tenths(items: Iterable[Item], count: int, what: str, tell: Callable[[str], None] = tell) -> Iterator[Item]:
    """These items, of which there are so many; each time another tenth of them has come, it is told."""
    for number, item in enumerate(items, 1):
        yield item
        if number * TENTHS // count > (number - 1) * TENTHS // count:
            tell(f"{what}: {number * 100 // count} %")
