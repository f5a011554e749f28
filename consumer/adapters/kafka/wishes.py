"""What the operator wants of the worker."""

from threading import Event


class Wishes:
    """Set from any thread, read by the Kafka thread."""

    def __init__(self) -> None:
        self._stop = Event()
        self._now = Event()

    def stop(self, *, now: bool) -> None:
        """End: once what is under way is published, or at once."""
        if now:
            self._now.set()
        self._stop.set()

    def stopping(self) -> bool:
        """Whether the end is wanted."""
        return self._stop.is_set()

    def now(self) -> bool:
        """Whether it is wanted without any wait."""
        return self._now.is_set()

    def rest(self, seconds: float) -> bool:
        """Sleep, or wake because the end is wanted; whether it is."""
        return self._stop.wait(seconds)
