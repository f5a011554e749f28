"""The results as they come: when each partition of the returns had an outcome."""

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from contextlib import suppress
from typing import Any, cast

from tests.end_to_end import encodings
from tests.testbed.reader import ReadCommitted, Stored

PAUSE = 0.1
PATIENCE = 5.0
MILLISECONDS = 1000.0


class Tail:
    """Reads on a thread of its own, as any reader of what is committed does. Times are seconds of the wall clock."""

    def __init__(self, bootstrap: str, results: str, returns: str) -> None:
        self._reader = ReadCommitted(bootstrap, results)
        self._returns = returns
        self._times: dict[int, list[tuple[float, float]]] = defaultdict(list)
        """Of each partition, when each outcome was read, and when it was written."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        self._thread.join()
        self._reader.close()

    def count(self, partition: int) -> int:
        """The outcomes of this partition of the returns."""
        return len(self._times[partition])

    def first_since(self, moment: float, partition: int) -> float | None:
        """When the first outcome that was written after this moment could be read."""
        times = self._times[partition]
        later = times[bisect_left(times, (moment, 0.0)) :]
        return next((read for read, written in later if written > moment), None)

    def _run(self) -> None:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                self._reader.to_the_end(within=PATIENCE)
            for stored in self._reader.taken():
                self._keep(stored)
            time.sleep(PAUSE)

    def _keep(self, stored: Stored) -> None:
        source = cast("dict[str, Any]", encodings.outcome(stored.value)["source"])
        if source["topic"] == self._returns:
            self._times[source["partition"]].append((time.time(), stored.timestamp / MILLISECONDS))
