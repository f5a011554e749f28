"""Things that happen again and again: one line of the log stands for many."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

QUIET = 60.0
"""Seconds for which a line stands for all of its kind."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """When each kind was told last, in seconds of one clock."""

    told: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def is_news(self, kind: str, now: float) -> bool:
        """Whether nothing of this kind was told of late."""
        return kind not in self.told or now >= self.told[kind] + QUIET

    def after(self, kind: str, now: float) -> "Repeats":
        """This kind was told now."""
        return Repeats(MappingProxyType({**self.told, kind: now}))
