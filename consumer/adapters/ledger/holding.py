"""A store that is away is waited for: the same step runs again, on a new connection, until it works."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import random
from threading import Event
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, ProgrammingError

from consumer.adapters.ledger.stage import Raced

Done = TypeVar("Done")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
CONFLICTS = frozenset({"40001", "40P01"})
"""PostgreSQL's codes of a serialization failure and a deadlock: another process was in the way, the store is there."""


class Refused(Exception):  # noqa: N818 - the store's word, which is shown alone
    """The store will never take what we ask: a fault of ours. What it says of the row is a customer's, and not told."""


class Stopped(Exception):  # noqa: N818 - asked for, so no error
    """The ledger is closed while its store is away."""


def nothing(*_: object) -> None:
    """Tell nobody."""


def pause(stopping: Event, seconds: float) -> None:
    """Wait, or stop waiting when the ledger closes."""
    stopping.wait(seconds)


def pause_after(failures: int, chance: float) -> float:
    """How long to wait after so many failures in a row, in seconds; `chance` in [0, 1) spreads the instances."""
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures, 16))
    return max(FIRST_PAUSE, longest * (0.5 + chance / 2))


def reason_of(error: DBAPIError, url: URL) -> str:
    """The first line of what the driver says, without the password of the URL."""
    words = str(error.orig).strip().partition("\n")[0] or type(error.orig).__name__
    for secret in (url.password, url.query.get("password")):
        if secret:
            words = words.replace(str(secret), "***")
    return words


def _sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's code."""
    return getattr(error.orig, "sqlstate", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Who is told how the store does, in the ledger thread.

    `on_held` is told why the store is away, once until `on_recovered` is told that it is back; `on_commit` the seconds
    and the size of each group; `on_error` which step failed: connect, write or read. `pause` waits.
    """

    on_held: Callable[[str], None] = nothing
    on_recovered: Callable[[], None] = nothing
    on_commit: Callable[[float, int], None] = nothing
    on_error: Callable[[str], None] = nothing
    pause: Callable[[Event, float], None] = pause


class Holding:
    """The connection of the ledger thread, made anew after each failure."""

    def __init__(self, engine: Engine, watcher: Watcher) -> None:
        self._engine = engine
        self._watcher = watcher
        self._stopping = Event()
        self._connection: Connection | None = None
        self._held = False

    def until_done(self, name: str, step: Callable[[Connection], Done]) -> Done:
        """Run the step until it works. Raises Stopped when the ledger closes first, Refused where no waiting mends it.

        A table or a right that is missing is waited for as well: whoever took it can give it back.
        """
        for failures in count():
            doing = "connect"
            try:
                if self._connection is None:
                    self._connection = self._engine.connect()
                doing = name
                done = step(self._connection)
            except Raced:
                self.let_go()
            except (OperationalError, InterfaceError, InternalError, ProgrammingError) as error:
                self.let_go()
                self._wait(doing, error, failures)
            except DBAPIError as error:
                raise Refused(f"{type(error.orig).__name__} {_sqlstate(error) or ''}".rstrip()) from None
            else:
                self._recovered()
                return done
        raise AssertionError("count() ends never")

    def stop(self) -> None:
        """Wait no longer; any thread may say so."""
        self._stopping.set()

    def let_go(self) -> None:
        """Give the connection up, and with it what is not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _wait(self, doing: str, error: DBAPIError, failures: int) -> None:
        self._watcher.on_error(doing)
        if self._stopping.is_set():
            raise Stopped from error
        if _sqlstate(error) not in CONFLICTS:
            self._held_by(error)
        self._watcher.pause(self._stopping, pause_after(failures, random()))  # noqa: S311 - spreads load, hides nothing
        if self._stopping.is_set():
            raise Stopped from error

    def _held_by(self, error: DBAPIError) -> None:
        if not self._held:
            self._held = True
            self._watcher.on_held(reason_of(error, self._engine.url))

    def _recovered(self) -> None:
        if self._held:
            self._held = False
            self._watcher.on_recovered()
