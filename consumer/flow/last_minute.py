"""What was sent within the last minute: the same window in which the vendor counts."""

from collections import deque

MINUTE = 60.0


class LastMinute:
    """The times of the latest requests, oldest first; what is older than a minute goes."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def note(self, now: float) -> None:
        """A request goes."""
        self._times.append(now)
        self._forget(now)

    def take_back(self, at: float) -> None:
        """The request noted at this time was not sent after all."""
        if at in self._times:
            self._times.remove(at)

    def count(self, now: float) -> int:
        """The requests of the minute that ends now."""
        self._forget(now)
        return len(self._times)

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] <= now - MINUTE:
            self._times.popleft()
