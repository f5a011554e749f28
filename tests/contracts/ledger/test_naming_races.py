"""An earn, purchases that name it and its return, all at once: it is linked by one, or to none where two name it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import combinations, combinations_with_replacement
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from consumer.adapters.ledger import migrate
from consumer.adapters.ledger.claiming import MakeClaim
from consumer.adapters.ledger.database import Database, database_at
from consumer.adapters.ledger.linking import Link
from consumer.adapters.ledger.naming import Name
from consumer.adapters.ledger.opening import Open
from consumer.adapters.ledger.stage import Stage
from consumer.adapters.ledger.telling import Tell
from consumer.core.linking import Asker
from consumer.core.model import Coordinates
from consumer.ports import Granted
from tests.contracts.ledger.conftest import Clock
from tests.contracts.ledger.values import E1, a_claim, a_purchase_told, an_opening, at, fed, waiting
from tests.testbed.postgres import Databases

FEED_STEPS = ("write", "commit", "link", "look")
"""A link locks the earns it looks at, so that two of them come one after another whatever their steps."""
RETURN_STEPS = ("open", "read")


class Side:
    """One of several consumers, driven step by step on a connection of its own."""

    def __init__(self, database: Database, clock: Clock, name: str) -> None:
        purchase = a_purchase_told("B-2", fed(101)) if name == "Q" else a_purchase_told()
        stages: dict[str, tuple[Stage[Any, Any, Any], Any, Asker | None]] = {
            "E": (Tell(database.bulk, clock), [waiting()], waiting().asker),
            "P": (Name(database.bulk, clock), [purchase], purchase.asker),
            "Q": (Name(database.bulk, clock), [purchase], purchase.asker),
            "R": (Open(database.bulk, clock), [an_opening()], None),
        }
        self.connection: Connection = database.engine.connect()
        self._begin = database.bulk.begin
        self._stage, self._told, self._asker = stages[name]
        self._link, self._claim = Link(database.bulk), MakeClaim(database.bulk)
        self.start_again()

    def start_again(self) -> None:
        self.sees_the_other = False
        self.granted = False
        self._written: Any = None
        self._steps = iter(RETURN_STEPS if self._asker is None else FEED_STEPS)

    def next_step(self) -> None:
        match next(self._steps):
            case "write":
                self.connection.exec_driver_sql(self._begin)
                self._written = self._stage.write(self.connection, [self._told])
            case "commit":
                self.connection.exec_driver_sql("COMMIT")
            case "open":
                self._written = self._committed(self._stage, self._told)
            case "link":
                self._written = self._committed(self._link, [self._asker])
            case "read":
                ((opened,),) = self._stage.read(self.connection, self._written)
                self._claim_as(at(), is_seen=bool(opened.earns))
            case _:
                ((late,),) = self._link.read(self.connection, self._written)
                assert self._asker is not None
                self._claim_as(self._asker.source, is_seen=bool(late))

    def has_to_wait(self) -> bool:
        """Whether the side's next step, which it does not take then, waits for another's."""
        try:
            self._committed(self._link, [self._asker])
        except OperationalError:
            self.connection.exec_driver_sql("ROLLBACK")
            return True
        return False

    def _committed(self, stage: Stage[Any, Any, Any], argument: object) -> Any:
        self.connection.exec_driver_sql(self._begin)
        written = stage.write(self.connection, [argument])
        self.connection.exec_driver_sql("COMMIT")
        return written

    def _claim_as(self, source: Coordinates, *, is_seen: bool) -> None:
        self.sees_the_other = is_seen
        if is_seen:
            (answer,) = self._committed(self._claim, a_claim(source, E1))
            self.granted = isinstance(answer, Granted)


class Race:
    """Runs the sides of a race in one order after another, each from an empty ledger."""

    def __init__(self, database: Database, clock: Clock, names: str, stack: ExitStack) -> None:
        self.one_writer = database.file is not None
        self.sides = {name: Side(database, clock, name) for name in names}
        for side in self.sides.values():
            stack.enter_context(closing(side.connection))
        self._connection = next(iter(self.sides.values())).connection

    def run(self, order: str) -> None:
        for table in ("earns", "returns", "returned_goods", "namings"):
            self._connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - the names stand above
        for side in self.sides.values():
            side.start_again()
        for name in order:
            self.sides[name].next_step()

    def can_be(self, order: str) -> bool:
        """Whether the database can go through the steps: SQLite lets only one write at a time."""
        places = [[place for place, each in enumerate(order) if each == name] for name in self.sides if name != "R"]
        return not self.one_writer or all(write + 1 == commit for write, commit, *_ in places)

    def purchase(self) -> str | None:
        """The purchase that the earn is linked to in the end."""
        found: str | None = self._connection.exec_driver_sql("SELECT purchase FROM earns").scalar_one()
        return found


@pytest.fixture
def database(stored_url: str) -> Iterator[Database]:
    migrate(stored_url)
    database = database_at(stored_url)
    yield database
    database.engine.dispose()


def orders(*sides: str) -> Iterator[str]:
    """All ways in which the steps of the sides, a letter each, can follow one another."""
    first, *others = sides
    if not others:
        yield first
        return
    for rest in orders(*others):
        length = len(first) + len(rest)
        for places in combinations(range(length), len(first)):
            steps = iter(rest)
            yield "".join(first[0] if place in places else next(steps) for place in range(length))


def with_a_return(order: str) -> Iterator[str]:
    for first, second in combinations_with_replacement(range(len(order) + 1), len(RETURN_STEPS)):
        yield f"{order[:first]}R{order[first:second]}R{order[second:]}"


def test_whatever_comes_first_the_earn_is_linked_told_by_one_and_called_for_once(
    database: Database, clock: Clock
) -> None:
    with ExitStack() as stack:
        race = Race(database, clock, "EPR", stack)
        tried = possible(race, [each for order in orders("EEEE", "PPPP") for each in with_a_return(order)])
        # Where writes overlap there are thousands, a third of which is enough and takes ten seconds.
        tried = tried if race.one_writer else tried[::3]
        for order in tried:
            race.run(order)

            sides = race.sides.values()
            assert race.purchase() is not None, order
            assert any(side.sees_the_other for side in sides), order
            assert not (race.sides["E"].sees_the_other and race.sides["P"].sees_the_other), order
            assert [side.granted for side in sides].count(True) == 1, order
    assert len(tried) == (560 if race.one_writer else 1050)


def test_whatever_comes_first_an_earn_that_two_purchases_name_ends_linked_to_neither(
    database: Database, clock: Clock
) -> None:
    with ExitStack() as stack:
        race = Race(database, clock, "EPQ", stack)
        tried = possible(race, orders("EEE", "PPP", "QQQ"))[:: 1 if race.one_writer else 3]
        for order in tried:
            race.run(order)

            assert race.purchase() is None, order
    assert len(tried) == (90 if race.one_writer else 560)


@pytest.mark.postgres
def test_a_purchase_that_comes_within_the_link_of_another_is_not_overlooked(postgres: Databases, clock: Clock) -> None:
    database = database_at(postgres.fresh())
    migrate(database.engine.url.render_as_string(hide_password=False))
    waits: list[bool] = []
    with ExitStack() as stack:
        race = Race(database, clock, "EPQ", stack)
        first, second = race.sides["P"], race.sides["Q"]
        second.connection.exec_driver_sql("SET lock_timeout = '100ms'")

        def within(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
            if connection is first.connection and "FROM namings" in statement:
                second.next_step()
                second.next_step()
                waits.append(second.has_to_wait())

        race.run("EEEPP")
        event.listen(database.engine, "before_cursor_execute", within)
        race.sides["P"].next_step()
        second.next_step()

        assert waits == [True]
        assert race.purchase() is None


def possible(race: Race, found: Sequence[str] | Iterator[str]) -> list[str]:
    return [order for order in found if race.can_be(order)]
