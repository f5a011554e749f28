"""What a story of the demo is: who tells the shop's systems what, and how it has to end."""

from dataclasses import dataclass
from typing import Literal

from consumer.core.outcome import OutcomeCause, OutcomeStatus

Topic = Literal["returns", "earns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one record has to end.

    `verdicts` are in the words of `ending.words`: the kind, and the code or the policy's reason. `letter` is the
    `dlt-reason` of the dead letter, None where there must be none.
    """

    status: OutcomeStatus
    verdicts: tuple[str, ...]
    letter: str | None
    cause: OutcomeCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One record that somebody writes. An earn record has an ending only if it comes after its return."""

    topic: Topic
    key: bytes
    value: bytes | None
    ending: Ending | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A customer's day.

    First the earns are told, then the returns, and when those have ended what comes `late`. A story that `lingers`
    holds up nobody: the next chapter begins as soon as the vendor was asked for it. `most_calls` is the most calls it
    may take.
    """

    title: str
    earns: tuple[Told, ...] = ()
    returns: tuple[Told, ...]
    late: tuple[Told, ...] = ()
    lingers: bool = False
    most_calls: int | None = None

    @property
    def told(self) -> tuple[Told, ...]:
        """Everything that is told, in order."""
        return (*self.earns, *self.returns, *self.late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Stories that happen side by side. Where the vendor `is_down`, it is so until the service holds."""

    title: str
    note: str
    stories: tuple[Story, ...]
    is_down: bool = False
