"""A return and its earn that come at once: whatever the order of their steps, one call takes the earn."""

from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Connection

from consumer.adapters.ledger import migrate
from consumer.adapters.ledger.claiming import MakeClaim
from consumer.adapters.ledger.database import Database, database_at
from consumer.adapters.ledger.opening import Open
from consumer.adapters.ledger.telling import Tell
from consumer.core.model import Coordinates
from consumer.ports import Granted, Opened, TellResult
from tests.contracts.ledger.conftest import Clock
from tests.contracts.ledger.values import E1, a_claim, an_opening, at, fed, told

STEPS = ("begin", "write", "commit", "read", "claim")
ORDERS = [
    "".join("R" if place in places else "E" for place in range(2 * len(STEPS)))
    for places in combinations(range(2 * len(STEPS)), len(STEPS))
]
"""All ways in which the five steps of a return and the five of its earn can follow one another."""


class Side:
    """One of two consumers, driven step by step on a connection of its own."""

    def __init__(self, database: Database, stage: Open | Tell, argument: Any, claims_as: Coordinates) -> None:
        self.connection: Connection = database.engine.connect()
        self._begin = database.bulk.begin
        self._stage: Any = stage
        self._claim = MakeClaim(database.bulk)
        self._argument = argument
        self._claims_as = claims_as
        self.start_again()

    def start_again(self) -> None:
        self.sees_the_other = False
        self.granted = False
        self._written: Any = None
        self._steps = iter(STEPS)

    def next_step(self) -> str:
        step = next(self._steps)
        match step:
            case "begin":
                self.connection.exec_driver_sql(self._begin)
            case "write":
                self._written = self._stage.write(self.connection, [self._argument])
            case "commit":
                self.connection.exec_driver_sql("COMMIT")
            case "read":
                ((result,),) = self._stage.read(self.connection, self._written)
                self.sees_the_other = bool(result.earns) if isinstance(result, Opened) else result is TellResult.LATE
            case _:
                self._claim_if_seen()
        return step

    def _claim_if_seen(self) -> None:
        if not self.sees_the_other:
            return
        self.connection.exec_driver_sql(self._begin)
        (answer,) = self._claim.write(self.connection, [a_claim(self._claims_as, E1)])
        self.connection.exec_driver_sql("COMMIT")
        self.granted = isinstance(answer, Granted)


@pytest.fixture
def database(stored_url: str) -> Iterator[Database]:
    migrate(stored_url)
    database = database_at(stored_url)
    yield database
    database.engine.dispose()


def emptied(side: Side) -> None:
    for table in ("earns", "returns", "returned_goods"):
        side.connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - the names stand above


def writes_overlap(order: str) -> bool:
    """Whether one side begins to write while the other has not committed: SQLite lets only one write at a time."""
    places = {side: [place for place, each in enumerate(order) if each == side] for side in "RE"}
    (begin_1, commit_1), (begin_2, commit_2) = ((each[0], each[2]) for each in places.values())
    return begin_1 < commit_2 and begin_2 < commit_1


def test_whichever_step_comes_first_one_side_sees_the_other_and_one_call_is_made(
    database: Database, clock: Clock
) -> None:
    is_sqlite = database.file is not None
    tried = [order for order in ORDERS if not (is_sqlite and writes_overlap(order))]
    returned = Side(database, Open(database.bulk, clock), (an_opening(),), at())
    earned = Side(database, Tell(database.bulk, clock), (told(),), fed())
    with closing(returned.connection), closing(earned.connection):
        for order in tried:
            emptied(returned)
            for side in (returned, earned):
                side.start_again()

            for letter in order:
                (returned if letter == "R" else earned).next_step()

            assert returned.sees_the_other or earned.sees_the_other, order
            assert [returned.granted, earned.granted].count(True) == 1, order
    assert len(tried) >= (30 if is_sqlite else 252)
