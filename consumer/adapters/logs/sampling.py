"""Which lines of the log stand for many, while something that many wait for is away."""

import threading
from collections.abc import Callable, Mapping

from consumer.core.repeats import Repeats
from consumer.ports import EventName

EVERY = 10.0
"""Seconds for which a line stands for all that tell the same."""
MOST_KINDS = 1000
"""Beyond these the reasons are as many as the lines, and all begin anew."""
REPEATED = "repeated"
ALIKE_BY: Mapping[EventName, tuple[str, ...]] = {
    "registry_unavailable": ("reason",),
    "throttled": (),
    "api_unreachable": ("operation", "reason"),
    "answer_unread": ("operation", "code", "reason"),
    "credentials_rejected": ("code",),
}
"""What each partition or call may tell while something is away, with the fields in which such lines are alike."""


class Sampler:
    """Lets a line through, with the count of those left out before it, or leaves it out; any thread may ask."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._repeats = Repeats(quiet=EVERY)

    def let_through(self, kind: str) -> Mapping[str, int] | None:
        """What to add to the line; None where another stands for it."""
        with self._lock:
            now = self._clock()
            if not self._repeats.is_news(kind, now):
                self._repeats = self._repeats.without(kind)
                return None
            left_out = self._repeats.left_out.get(kind)
            before = self._repeats if len(self._repeats.told) < MOST_KINDS else Repeats(quiet=EVERY)
            self._repeats = before.after(kind, now)
            return {} if left_out is None else {REPEATED: left_out}
