"""Threads that take turns: one runs at a time, and each of its waits is a wait of the simulated clock."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
A_CENTURY = 100 * 365 * 24 * 3600.0


class Killed(BaseException):
    """The process of this thread is gone: nothing of it has any effect any more."""


class Fibre:
    """Looks like a `Thread` to its owner, and runs only while the event loop waits for it."""

    def __init__(self, baton: "Baton", target: Callable[[], None]) -> None:
        self._baton = baton
        self._target = target
        self._mine = Lock()
        self._theirs = Lock()
        self._mine.acquire()
        self._theirs.acquire()
        self._thread = Thread(target=self._run, daemon=True)
        self._timer: TimerHandle | None = None
        self._may_be_poked = False
        self._poked = False
        self._killed = False
        self._stall = 0.0
        self.was_stalled = False
        self.ended = False
        self.crashed = False
        self.on_end: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin soon."""
        self._thread.start()
        self._timer = self._baton.loop.call_later(0.0, self._resume)

    def is_alive(self) -> bool:
        return not self.ended

    def kill(self) -> None:
        """Unwind it, from outside or from within, without any further effect."""
        self._killed = True
        if self._baton.current is self:
            raise Killed
        if not self.ended and self._thread.ident is not None:
            self._wake_in(0.0)

    def sleep(self, seconds: float) -> None:
        """Let so much time pass for everybody."""
        self._suspend(seconds)

    def wait(self, seconds: float) -> None:
        """Sleep, or wake when poked; a poke that came before counts."""
        if self._poked:
            seconds = 0.0
        self._may_be_poked = True
        self._suspend(seconds)
        self._may_be_poked = self._poked = False

    def poke(self, seconds: float = 0.0) -> None:
        """End its wait, or its next one, so much later at the latest."""
        self._poked = True
        if self._may_be_poked and self._timer is not None:
            self._wake_in(min(seconds, max(0.0, self._timer.when() - self._baton.loop.time())))

    def stall(self, seconds: float) -> None:
        """Let its next wait last so much longer, whatever happens meanwhile."""
        self._stall = seconds
        self.was_stalled = True

    def check(self) -> None:
        """Go no further where the process is gone."""
        if self._killed:
            raise Killed

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = self._baton.loop.call_later(seconds, self._resume)

    def _suspend(self, seconds: float) -> None:
        self.check()
        if self._stall:
            seconds, self._stall, self._may_be_poked = seconds + self._stall, 0.0, False
        self._timer = self._baton.loop.call_later(seconds, self._resume)
        self._theirs.release()
        self._mine.acquire()
        self.check()

    def _resume(self) -> None:
        self._timer = None
        self._baton.current = self
        self._mine.release()
        self._theirs.acquire()
        self._baton.current = None
        if self.ended:
            self._thread.join()
            self.on_end()

    def _run(self) -> None:
        self._mine.acquire()
        self.crashed = True
        try:
            with suppress(Killed):
                self.check()
                self._target()
            self.crashed = False
        finally:
            self.ended = True
            self._theirs.release()


class Baton:
    """Who runs: a fibre, or the event loop's own thread. Stands in for the modules `time` and `threading`."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self.current: Fibre | None = None
        self.made: list[Fibre] = []

    @property
    def fibre(self) -> Fibre:
        """The one that runs."""
        assert self.current is not None
        return self.current

    def thread(self, *, target: Callable[[], None], name: str, daemon: bool) -> Fibre:
        """As `threading.Thread`."""
        del name, daemon
        self.made.append(Fibre(self, target))
        return self.made[-1]

    def monotonic(self) -> float:
        return self.loop.time()

    def time(self) -> float:
        return self.loop.time()

    def sleep(self, seconds: float) -> None:
        self.fibre.sleep(seconds)


class Promise(Generic[T]):
    """Stands in for `concurrent.futures.Future` where a fibre waits for the event loop."""

    def __init__(self, fibre: Fibre) -> None:
        self._fibre = fibre
        self._result: list[T] = []

    def set_result(self, result: T) -> None:
        self._result.append(result)
        self._fibre.poke()

    def done(self) -> bool:
        return bool(self._result)

    def result(self, seconds: float = A_CENTURY) -> T:
        if not self._result:
            self._fibre.wait(seconds)
        if not self._result:
            raise TimeoutError
        return self._result[0]
