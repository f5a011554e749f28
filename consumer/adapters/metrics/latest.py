"""The latest outcomes, for those who look."""

from collections import deque

from consumer.core.outcome import RevokeOutcome

REMEMBERED = 20


class Latest:
    """Remembers a few outcomes; of the thread that decides them."""

    def __init__(self) -> None:
        self._outcomes: deque[RevokeOutcome] = deque(maxlen=REMEMBERED)

    def add(self, outcome: RevokeOutcome) -> None:
        """One was decided."""
        self._outcomes.append(outcome)

    def newest_first(self) -> tuple[RevokeOutcome, ...]:
        """Those remembered."""
        return tuple(reversed(self._outcomes))
