"""How instances ended, and which of it nothing that was done to them explains."""

import signal
from collections.abc import Iterable
from dataclasses import dataclass

from tests.chaos.losses import unaware_since
from tests.end_to_end.instance import Instance
from tests.end_to_end.truth import Spell

AS_ASKED = frozenset({0, -signal.SIGTERM})
"""After a SIGTERM; Python itself ends by it while there is no service yet to take it."""
WANTS_A_RESTART = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An instance's, and when its supervisor saw it, by the vendor's clock; `was_asked` and `was_killed`: by us."""

    instance: Instance
    code: int
    at: float
    was_asked: bool
    was_killed: bool

    def is_explained(self, died: Iterable[float], losing: Iterable[Spell]) -> bool:
        """Whether it was our wish; or the instance told, at such a moment, that it `died` of what was done just then.

        A kill takes no time, and costs nobody else more than partitions.
        """
        if self.code == WANTS_A_RESTART:
            lasting = [spell for spell in losing if spell.began < spell.ended]
            return any(unaware_since(moment, lasting) is not None for moment in died)
        return (self.was_asked and self.code in AS_ASKED) or (self.was_killed and self.code == -signal.SIGKILL)
