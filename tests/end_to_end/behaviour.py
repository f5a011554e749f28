"""How the vendor of the proofs behaves: its moods, its ways of answering, and what it does to an answer on its way."""

import random
from dataclasses import dataclass
from typing import Literal

from tests.end_to_end.answers import VARIANTS, Variant

Mood = Literal["well", "down", "strangers"]
"""`down` answers 503 to all, `strangers` takes no credentials."""
Spoiling = Literal["cut", "truncated", "nonsense"]
"""Nothing of the answer, half of it, or something else."""
Refusal = tuple[int, int | None]
"""HTTP's status, and the code that the body has, if there is one."""


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """How the vendor behaves; a test may change it while it runs.

    `among`: where there are any, each answer is one of these variants. `unavailable` and `refusing` are what it says,
    one or another, when it can do nothing for anybody and when it takes no credentials; `retry_after`: what half of
    its answers to too many requests say of waiting, in seconds.
    """

    variant: Variant = VARIANTS[0]
    among: tuple[Variant, ...] = ()
    latency: float = 0.02
    mood: Mood = "well"
    hanging: frozenset[int] = frozenset()
    hang: float = 60.0
    quota_per_minute: int = 0
    retry_after: int = 0
    unavailable_share: float = 0.0
    unavailable: tuple[Refusal, ...] = ((503, None),)
    refusing: tuple[Refusal, ...] = ((401, 401),)
    cut_share: float = 0.0
    truncated_share: float = 0.0
    nonsense_share: float = 0.0

    def spoiling(self, chance: random.Random) -> Spoiling | None:
        """What is done to this answer; most are left alone."""
        shares: dict[Spoiling, float] = {
            "cut": self.cut_share,
            "truncated": self.truncated_share,
            "nonsense": self.nonsense_share,
        }
        return next((kind for kind, share in shares.items() if chance.random() < share), None)
