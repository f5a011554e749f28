"""How long mishaps last, whom they hit, and who dies meanwhile."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.chaos.setting import CLAIM_LEASE, Setting
from tests.end_to_end.instance import Instance

Mishap = Callable[[Setting], AbstractContextManager[float]]
"""Yields the moment, of the wall clock, since when recovery counts; clears up after it."""
COMPANY = 0.3
"""How often an instance is killed while something else is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Seconds that things last, and the longest calm between two of them; `joins` is a number.

    `rest`: how long the service may take, after a recovery, to come to the end of all it was told by then.
    """

    away: float
    mood: float
    line: float
    joins: int
    between_joins: float
    calm: float
    rest: float


FULL = Lengths(away=30.0, mood=120.0, line=20.0, joins=12, between_joins=5.0, calm=4.0, rest=120.0)
SHORT = Lengths(away=4.0, mood=3.0, line=3.0, joins=4, between_joins=1.5, calm=0.3, rest=20.0)


def lengths(at: Setting) -> Lengths:
    return FULL if at.plan.full else SHORT


def longest_wait(at: Setting) -> float:
    """Seconds, from its writing on, for which a record may go unsettled at most."""
    return CLAIM_LEASE + lengths(at).rest


def somebody(at: Setting) -> Instance:
    """An instance, by chance; one that has partitions if there is any. One that waits for some is ready, too."""
    at.crew.look_after()
    owners = [instance for instance in at.crew.staying if instance.metric("assigned_partitions")]
    return at.chance.choice(owners or at.crew.staying)


def live_through(at: Setting, seconds: float) -> None:
    """Let it last; by chance somebody dies meanwhile."""
    at.crew.rest(seconds / 2)
    if at.chance.random() < COMPANY:
        at.crew.kill(somebody(at))
    at.crew.rest(seconds / 2)
