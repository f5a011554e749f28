"""Dead letters sent again: chosen by a person, each once, in the order of their customer."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from consumer.core.model import CustomerId, Record
from consumer.core.redrive import Again, Fate, Letter, Selection, Stretch, again, fate_of, letter_of
from consumer.core.redriven import Redriven

LARGEST_BATCH = 500


class DeadLetters(Protocol):
    """The dead-letter topic."""

    def stretches(self) -> Sequence[Stretch]:
        """What is there to look at; each partition with what earlier redrives have sent."""
        ...

    def read(self, stretch: Stretch, batch: int) -> Iterator[tuple[Sequence[Record], int]]:
        """The letters in their order, at most `batch` at once, each time with the offset to go on from."""
        ...


class Sender(Protocol):
    """Where letters go again."""

    def start(self) -> None:
        """End what an earlier redrive may have left half done; the progress is read after that."""
        ...

    def send(self, letters: Sequence[Again], progress: Sequence[tuple[Stretch, Redriven]]) -> None:
        """Send these and remember the progress of the stretches, all or nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks for. `rate` is in letters a second."""

    selection: Selection
    limit: int | None
    rate: float | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What else happens as letters are sent.

    `ahead` hears of each letter before it is sent. `pause` is told after each batch how many are sent so far, and waits
    as long as the rate asks.
    """

    ahead: Callable[[Letter], None]
    pause: Callable[[int], None]


Looked = tuple[Letter, Fate]
CustomerOf = Callable[[Record], CustomerId | None]


class Redrive:
    """One redrive; `tell` hears of each letter once its fate stands."""

    def __init__(
        self, letters: DeadLetters, wish: Wish, customer_of: CustomerOf, tell: Callable[[Letter, Fate], None]
    ) -> None:
        self._letters = letters
        self._wish = wish
        self._customer_of = customer_of
        self._tell = tell
        self._chosen = 0

    def look(self) -> bool:
        """Say what would be sent; send nothing. Whether any earlier redrive is remembered."""
        stretches = self._letters.stretches()
        for stretch in stretches:
            for looked, _ in self._batches(stretch, LARGEST_BATCH):
                self._note(looked)
        return any(stretch.is_remembered for stretch in stretches)

    def send(self, sender: Sender, steps: Steps) -> None:
        """Send what is chosen."""
        sender.start()
        stretches = self._letters.stretches()
        # Brokers forget the progress of a group that commits nothing for days: each redrive says it all anew.
        sender.send((), [(each, each.redriven) for each in stretches])
        for stretch in stretches:
            for looked, progress in self._batches(stretch, self._batch):
                chosen = [letter for letter, fate in looked if fate is Fate.CHOSEN]
                for letter in chosen:
                    steps.ahead(letter)
                if chosen:
                    sender.send([again(letter, self._wish.note) for letter in chosen], [(stretch, progress)])
                self._note(looked)
                if chosen:
                    steps.pause(self._chosen)

    @property
    def _batch(self) -> int:
        rate = self._wish.rate
        return LARGEST_BATCH if rate is None else min(LARGEST_BATCH, math.ceil(rate))

    def _batches(self, stretch: Stretch, most: int) -> Iterator[tuple[list[Looked], Redriven]]:
        """The letters with their fates, and the progress once what is chosen of them is sent."""
        progress, has_room = stretch.redriven, True
        for records, position in self._letters.read(stretch, most):
            looked = self._looked(records, progress)
            if not has_room:
                # A later letter may be of the same customer as one that had no room.
                looked = [(letter, Fate.NO_ROOM if fate is Fate.CHOSEN else fate) for letter, fate in looked]
            looked, progress = _fitting(looked, progress, position)
            has_room = has_room and all(fate is not Fate.NO_ROOM for _, fate in looked)
            yield looked, progress

    def _looked(self, records: Sequence[Record], progress: Redriven) -> list[Looked]:
        limit = math.inf if self._wish.limit is None else self._wish.limit
        room = limit - self._chosen
        looked = []
        for record in records:
            letter = letter_of(record)
            fate = Fate.SENT_BEFORE if progress.is_sent(record.source.offset) else self._fate(letter)
            if fate is Fate.CHOSEN and room <= 0:
                fate = Fate.OVER_LIMIT
            room -= fate is Fate.CHOSEN
            looked.append((letter, fate))
        return looked

    def _fate(self, letter: Letter) -> Fate:
        selection = self._wish.selection
        customer = self._customer_of(letter.record) if selection.customer is not None else None
        return fate_of(letter, customer, selection)

    def _note(self, looked: list[Looked]) -> None:
        for letter, fate in looked:
            self._chosen += fate is Fate.CHOSEN
            self._tell(letter, fate)


def _fitting(looked: list[Looked], progress: Redriven, position: int) -> tuple[list[Looked], Redriven]:
    """As many of the chosen as the map has room for, the earliest first, and the progress once they are sent."""
    while True:
        after = progress.after([(_offset(letter), _is_done(fate)) for letter, fate in looked], position)
        chosen = [at for at, (_, fate) in enumerate(looked) if fate is Fate.CHOSEN]
        if not chosen or after.snapshot().used_ratio <= 1:
            return looked, after
        for at in chosen[len(chosen) // 2 :]:
            looked[at] = (looked[at][0], Fate.NO_ROOM)


def _offset(letter: Letter) -> int:
    return letter.record.source.offset


def _is_done(fate: Fate) -> bool:
    return fate in {Fate.CHOSEN, Fate.SENT_BEFORE}
