"""What one look found, for the person who asked."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters, as it is printed."""

    OK = "ok"
    NOTE = "note"
    """It works, and could be better."""
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found, with the remedy where something is wrong."""

    name: str
    text: str
    level: Level

    @property
    def well(self) -> bool:
        """Whether nothing has to be mended."""
        return self.level is not Level.PROBLEM


def fine(name: str, text: str) -> Finding:
    """What is as it should be."""
    return Finding(name, text, Level.OK)


def note(name: str, text: str) -> Finding:
    """What works, and could be better."""
    return Finding(name, text, Level.NOTE)


def wrong(name: str, text: str) -> Finding:
    """What is not as it should be, with its remedy."""
    return Finding(name, text, Level.PROBLEM)
