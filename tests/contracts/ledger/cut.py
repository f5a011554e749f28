"""A store that breaks at a statement of the test's choice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, OperationalError

from consumer.adapters.ledger import SqlLedger, Watcher
from consumer.adapters.ledger.database import database_at
from tests.contracts.ledger.conftest import Clock

AWAY = "the store is away"
BACK = "back"


@dataclass(slots=True)
class Cut:
    """Breaks at statements that start so, before they run or after they worked, as often as it is told."""

    when: str = "never"
    words: str = ""
    times: int = 0
    kind: type[DBAPIError] = OperationalError
    heard: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    doing: dict[str, Callable[[], object]] = field(default_factory=dict)

    def before(self, words: str, times: int = 1) -> None:
        self.when, self.words, self.times = "before", words, times

    def after(self, words: str, times: int = 1) -> None:
        self.when, self.words, self.times = "after", words, times

    def on(self, words: str, do: Callable[[], object]) -> None:
        """Do something before statements that start so."""
        self.doing[words] = do

    def strike(self, when: str, statement: str) -> None:
        if when == "before":
            self.heard.append(statement)
            self.doing.get(statement.partition(" ")[0], int)()
        if self.times and when == self.when and statement.startswith(self.words):
            self.times -= 1
            raise self.kind(statement, None, OSError(AWAY))

    def pause(self, stopping: Event, seconds: float) -> None:
        del stopping
        self.pauses.append(seconds)

    def watcher(self) -> Watcher:
        return Watcher(
            on_held=self.held.append,
            on_recovered=lambda: self.held.append(BACK),
            on_commit=lambda _, size: self.groups.append(size),
            on_error=self.errors.append,
            pause=self.pause,
        )


def breakable_ledger(url: str, cut: Cut, clock: Clock) -> SqlLedger:
    """A ledger that the cut can break."""
    database = database_at(url)

    def before(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        cut.strike("before", statement)

    def after(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        cut.strike("after", statement)

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    return SqlLedger(database, cut.watcher(), clock)
