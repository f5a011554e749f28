"""The simulated vendor's quota: so many requests in any 60 seconds."""

from collections import deque
from dataclasses import dataclass, field

MINUTE = 60.0


@dataclass(slots=True)
class Quota:
    """A sliding minute of one key. `violations` are the requests refused; `largest_minute` counts them too."""

    violations: int = 0
    largest_minute: int = 0
    _admitted: deque[float] = field(default_factory=deque)
    _asked: deque[float] = field(default_factory=deque)

    def ask(self, now: float, per_minute: int) -> float | None:
        """None when the request is within the quota, else the seconds until one will be."""
        for times in (self._admitted, self._asked):
            while times and times[0] <= now - MINUTE:
                times.popleft()
        self._asked.append(now)
        self.largest_minute = max(self.largest_minute, len(self._asked))
        if per_minute and len(self._admitted) >= per_minute:
            self.violations += 1
            return self._admitted[0] + MINUTE - now
        self._admitted.append(now)
        return None
