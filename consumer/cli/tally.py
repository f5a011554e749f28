"""What a redrive did or would do, counted, as a person reads it."""

from collections import Counter
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from consumer.cli.console import plain
from consumer.cli.moment import shown
from consumer.core.dead_letter import REASONS
from consumer.core.model import Millis
from consumer.core.redrive import Fate, Letter

WORDS = {
    Fate.SENT_BEFORE: "sent again by an earlier redrive",
    Fate.NOT_WANTED: "left out by the selection",
    Fate.OFTEN_ENOUGH: "sent again as often as --max-redrives allows",
    Fate.FOREIGN: "without a dlt-topic that this service reads",
    Fate.OVER_LIMIT: "more than --limit allows",
    Fate.NO_ROOM: "that could not be remembered as sent, so many before them were left out; redrive older ones first",
}

IN_VAIN = frozenset({"729", "730", "undecodable", "invalid", "tombstone"})
"""Reasons for which the record itself, or the business, has to change."""
WHY = "In vain: these come back as they are; undecodable and invalid unless limits, schemas or mapping were changed."


@dataclass(slots=True)
class Row:
    """The letters of one reason that go to one topic."""

    count: int
    oldest: Millis
    newest: Millis


class Tally:
    """Counts letters by their fate."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Row] = {}
        self._left: Counter[Fate] = Counter()

    def note(self, letter: Letter, fate: Fate) -> None:
        """One letter more."""
        if fate is not Fate.CHOSEN:
            self._left[fate] += 1
            return
        at = letter.record.timestamp
        row = self._rows.setdefault((letter.reason, letter.topic), Row(0, at, at))
        row.count += 1
        row.oldest, row.newest = min(row.oldest, at), max(row.newest, at)

    @property
    def chosen(self) -> int:
        """How many letters are, or would be, sent."""
        return sum(row.count for row in self._rows.values())

    @property
    def is_cut_short(self) -> bool:
        """Whether letters that were wanted could not be sent."""
        return self._left[Fate.NO_ROOM] > 0

    @property
    def in_vain(self) -> str | None:
        """What is to be said of letters that a redrive does not help, if there are such."""
        return WHY if any(reason in IN_VAIN for reason, _ in self._rows) else None

    def table(self) -> Table:
        """The letters by reason, the most frequent topic of each first."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("Reason")
        table.add_column("Letters", justify="right")
        table.add_column("Back to")
        table.add_column("Oldest (UTC)", no_wrap=True)
        table.add_column("Newest (UTC)", no_wrap=True)
        for (reason, topic), row in sorted(self._rows.items(), key=lambda item: _rank(item[0])):
            name = f"{reason}, in vain" if reason in IN_VAIN else plain(reason)
            table.add_row(Text(name), str(row.count), Text(topic), shown(row.oldest), shown(row.newest))
        return table

    def left(self) -> list[str]:
        """A line for each kind of letter that stays."""
        return [f"{self._left[fate]} {words}" for fate, words in WORDS.items() if self._left[fate]]


def _rank(of: tuple[str, str]) -> tuple[int, str, str]:
    reason, topic = of
    return (REASONS.index(reason) if reason in REASONS else len(REASONS), reason, topic)
