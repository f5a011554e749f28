"""The phases of the service's life, and the legal moves between them."""

from enum import StrEnum
from typing import Literal

Hold = Literal["api", "credentials", "quota", "flood", "ledger"]
HOLDS: tuple[Hold, ...] = ("api", "credentials", "quota", "flood", "ledger")


class Phase(StrEnum):
    """Where the service is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    HOLDING = "holding"
    DRAINING = "draining"
    STOPPED = "stopped"


LEGAL_MOVES: frozenset[tuple[Phase, Phase]] = frozenset(
    {
        (Phase.STARTING, Phase.RUNNING),
        (Phase.STARTING, Phase.HOLDING),
        (Phase.STARTING, Phase.DRAINING),
        (Phase.STARTING, Phase.STOPPED),
        (Phase.RUNNING, Phase.HOLDING),
        (Phase.HOLDING, Phase.RUNNING),
        (Phase.RUNNING, Phase.DRAINING),
        (Phase.HOLDING, Phase.DRAINING),
        (Phase.DRAINING, Phase.STOPPED),
    }
)


class IllegalMoveError(Exception):
    """The service was told to go where it cannot go from here: an error of ours."""


def moved(current: Phase, to: Phase) -> Phase:
    """The phase after a legal move; staying is one."""
    if current is not to and (current, to) not in LEGAL_MOVES:
        raise IllegalMoveError(f"no way leads from {current} to {to}")
    return to
