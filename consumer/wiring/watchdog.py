"""Where every thread stands, told on stderr when the process hangs: a restart would take that knowledge away."""

import faulthandler
import sys
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from typing import TextIO

from consumer.adapters.web import Health

BLOCKED_AFTER = 30.0
"""Seconds without a turn of the event loop: a kubelet has begun to count failed probes by then."""
FEED_EVERY = 5.0


def dump_stacks(to: TextIO | None = None) -> None:
    """Write all threads' stacks."""
    file = to or sys.__stderr__
    if file is not None:
        faulthandler.dump_traceback(file, all_threads=True)


class Liveness:
    """The probe. Of each time that the process stops working, the first look dumps the stacks."""

    def __init__(self, look: Callable[[], Health], dump: Callable[[], None] = dump_stacks) -> None:
        self._look = look
        self._dump = dump
        self._was_well = True

    def __call__(self) -> Health:
        """What the look says."""
        well, details = self._look()
        if self._was_well and not well:
            self._dump()
        self._was_well = well
        return well, details


class Watchdog:
    """Dumps the stacks when the event loop itself is blocked, and so no probe is answered.

    The timer is a thread of the interpreter that needs neither the loop nor the lock of Python.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._next: TimerHandle | None = None

    def feed(self) -> None:
        """The loop turns: start to count anew, now and every few seconds."""
        if sys.__stderr__ is not None:
            faulthandler.dump_traceback_later(BLOCKED_AFTER, file=sys.__stderr__)
        self._next = self._loop.call_later(FEED_EVERY, self.feed)

    def stop(self) -> None:
        """Count no more."""
        faulthandler.cancel_dump_traceback_later()
        if self._next is not None:
            self._next.cancel()
