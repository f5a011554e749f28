"""Things that happen again and again: one line of the log stands for many."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

QUIET = 60.0
"""Seconds for which a line stands for all of its kind, where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """When each kind was told last, in seconds of one clock, and how often it was left out since."""

    quiet: float = QUIET
    told: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def is_news(self, kind: str, now: float) -> bool:
        """Whether nothing of this kind was told of late."""
        return kind not in self.told or now >= self.told[kind] + self.quiet

    def after(self, kind: str, now: float) -> "Repeats":
        """This kind was told now. What is neither of late nor was left out is forgotten."""
        kept = {each: at for each, at in self.told.items() if now < at + self.quiet or each in self.left_out}
        counts = {each: count for each, count in self.left_out.items() if each != kind}
        return replace(self, told=MappingProxyType({**kept, kind: now}), left_out=MappingProxyType(counts))

    def without(self, kind: str) -> "Repeats":
        """One more of this kind was left out."""
        counts = {**self.left_out, kind: self.left_out.get(kind, 0) + 1}
        return replace(self, left_out=MappingProxyType(counts))
