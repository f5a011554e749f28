"""What an instance is to say of a mishap, and whether a line of its log says it in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.losses import LATE
from tests.end_to_end.truth import Spell


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One of these events, of `holding` with this reason. One line stands for all of so many seconds after it."""

    events: tuple[str, ...]
    reason: str = ""
    stands_for: float = 0.0

    def __str__(self) -> str:
        reason = f" with reason {self.reason}" if self.reason else ""
        return f"{' or '.join(self.events)}{reason}"

    def is_said(self, told: Mapping[str, Any], at: float, during: Spell) -> bool:
        """Whether this line, of that moment, tells what happened then; an instance may learn of it a little later."""
        in_time = during.began - self.stands_for <= at <= during.ended + LATE
        reasons: Sequence[str] = told.get("reasons", ())
        return in_time and told["event"] in self.events and (not self.reason or self.reason in reasons)
