"""What happens in one run, step by step: every step is a boundary at which something can go wrong."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from hashlib import blake2b
from random import Random

Strike = Callable[[str], None]
"""Does what is to go wrong; told whose step it was."""


class Wrong(Exception):  # noqa: N818 - a finding, not an error of the simulation
    """An invariant does not hold."""


class Tale:
    """The steps so far, with their times; the strikes that are still to come, by the number of their step."""

    def __init__(self, chance: Random, loop: AbstractEventLoop) -> None:
        self.chance = chance
        self.loop = loop
        self.strikes: Mapping[int, Strike] = {}
        self.watch: Callable[[], None] = lambda: None
        """Looks at what must hold after each step."""
        self.fingerprint: Callable[[], int] = lambda: 0
        self.states: set[int] = set()
        self.wrong: list[str] = []
        self._steps: list[tuple[float, str, str]] = []

    def step(self, who: str, what: str) -> None:
        """Come by a boundary."""
        self._steps.append((self.loop.time(), who, what))
        strike = self.strikes.get(len(self._steps))
        if strike is not None:
            strike(who)
        self.watch()

    def changed(self) -> None:
        """Something that outlives a process is not what it was."""
        self.states.add(self.fingerprint())

    def finds(self, what: str) -> None:
        """Something is wrong; the story goes on, for what else there is to see."""
        self._steps.append((self.loop.time(), "!", what))
        self.wrong.append(what)

    def delay(self, longest: float = 0.004) -> float:
        """A short while, of any length."""
        return self.chance.random() * longest

    def odds(self, ratio: float) -> bool:
        """Whether something happens that does so in this share of cases."""
        return ratio > 0 and self.chance.random() < ratio

    def __len__(self) -> int:
        return len(self._steps)

    def lines(self) -> list[str]:
        """The story, as a person reads it."""
        return [f"{at:12.4f}  {who:4} {what}" for at, who, what in self._steps]

    def interleaving(self) -> int:
        """The order of the steps, whatever the time between them."""
        told = "\n".join(f"{who} {what}" for _, who, what in self._steps)
        return int.from_bytes(blake2b(told.encode(), digest_size=8).digest())
