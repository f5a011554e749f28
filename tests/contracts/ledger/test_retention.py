"""What is older than the retention goes, and nothing that is still needed."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event

from consumer.adapters.ledger import migrate
from consumer.adapters.ledger.database import Database, database_at
from consumer.adapters.ledger.forgetting import Forget, Old
from consumer.adapters.ledger.opening import Open
from consumer.adapters.ledger.settling import Settle
from consumer.adapters.ledger.stage import Stage
from consumer.core.model import EarnKind, Millis
from consumer.ports import Opened, Settled
from tests.builders import an_earn, goods
from tests.contracts.ledger.conftest import AnyLedger, Clock
from tests.contracts.ledger.values import an_opening, at, earn_now, fed, open_one, opened, settled, told
from tests.testbed.postgres import Databases
from tests.testbed.waiting import wait_until


async def test_old_settled_returns_go_with_their_goods(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])
    await ledger.settle(settled(an_opening()))

    assert await ledger.forget(Millis(1_001), 10) == 1

    assert (await opened(ledger, an_opening("r2", at(1)))).returned == ((goods({"1": 1.0}),),)
    assert isinstance(await open_one(ledger, an_opening(source=at(5))), Opened)


async def test_what_is_younger_or_open_stays(ledger: AnyLedger, clock: Clock) -> None:
    young, still_open = an_opening("r1", at(1)), an_opening("r2", at(2))
    await ledger.open([still_open])
    clock.now = Millis(5_000)
    await ledger.open([young])
    await ledger.tell([told()])
    await ledger.settle(settled(young))

    assert await ledger.forget(Millis(5_000), 10) == 0

    assert isinstance(await open_one(ledger, young), Settled)
    assert isinstance(await open_one(ledger, still_open), Opened)
    assert await earn_now(ledger) == an_earn()


async def test_an_event_stays_whole_while_its_redrive_is_needed(ledger: AnyLedger, clock: Clock) -> None:
    await ledger.open([an_opening()])
    await ledger.settle(settled(an_opening()))
    clock.now = Millis(5_000)
    await ledger.open([an_opening(source=at(7), redrive=1)])

    assert await ledger.forget(Millis(9_000), 10) == 0
    await ledger.settle(settled(an_opening(source=at(7), redrive=1)))
    assert await ledger.forget(Millis(5_000), 10) == 0
    assert await ledger.forget(Millis(5_001), 10) == 2


async def test_old_earns_go_whatever_their_state(ledger: AnyLedger) -> None:
    await ledger.tell([told(), told(an_earn("e2"), fed(1)), told(an_earn("e3"), fed(2), kind=EarnKind.REVOKED)])

    assert await ledger.forget(Millis(1_001), 10) == 3

    assert (await opened(ledger, an_opening())).earns == ()


async def test_forgetting_goes_in_batches(ledger: AnyLedger) -> None:
    openings = [an_opening(f"r{n}", at(n)) for n in range(5)]
    await ledger.open(openings)
    for each in openings:
        await ledger.settle(settled(each))
    await ledger.tell([told(an_earn(f"e{n}"), fed(n)) for n in range(3)])

    assert [await ledger.forget(Millis(1_001), 2) for _ in range(4)] == [4, 3, 1, 0]


@pytest.mark.postgres
def test_a_redrive_that_comes_while_its_event_is_forgotten_stays_with_its_goods(
    postgres: Databases, clock: Clock
) -> None:
    url = postgres.fresh()
    migrate(url)
    mine, foreign = database_at(url), database_at(url)
    redriven = an_opening(source=at(7), redrive=1)
    carried_out(mine, Open(mine.bulk, clock), (an_opening(),))
    carried_out(mine, Settle(mine.bulk), settled(an_opening()))
    clock.now = Millis(5_000)
    others = [redriven]

    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM returns ") and others:
            carried_out(foreign, Open(foreign.bulk, clock), (others.pop(),))

    event.listen(mine.engine, "before_cursor_execute", meanwhile)
    gone = carried_out(mine, Forget(mine.bulk), Old(before=Millis(1_001), limit=10))

    assert (gone, others) == (1, [])
    (arrival,) = carried_out(mine, Open(mine.bulk, clock), (an_opening("r2", at(8)),))
    assert arrival.returned == ((goods({"1": 1.0}), goods({"1": 1.0})),)
    assert isinstance(carried_out(mine, Open(mine.bulk, clock), (redriven,))[0], Opened)


@pytest.mark.postgres
@pytest.mark.parametrize("first", ["redrive", "forgetting"])
def test_a_redrive_and_the_forgetting_of_its_event_wait_for_each_other(
    postgres: Databases, clock: Clock, first: str
) -> None:
    url = postgres.fresh()
    migrate(url)
    database = database_at(url)
    carried_out(database, Open(database.bulk, clock), (an_opening(),))
    carried_out(database, Settle(database.bulk), settled(an_opening()))
    clock.now = Millis(5_000)
    works: list[tuple[Stage[Any, Any, Any], object]] = [
        (Open(database.bulk, clock), (an_opening(source=at(7), redrive=1),)),
        (Forget(database.bulk), Old(before=Millis(1_001), limit=10)),
    ]
    (early, its), (late, own) = works if first == "redrive" else works[::-1]

    with ThreadPoolExecutor(1) as beside, database.engine.connect() as connection:
        connection.exec_driver_sql(database.bulk.begin)
        early.write(connection, [its])
        waiting = beside.submit(carried_out, database, late, own)
        wait_until(lambda: is_waiting(database) or waiting.done(), within=30, what="the other waits")
        assert not waiting.done()
        connection.exec_driver_sql("COMMIT")
        waiting.result(30)
        kept = connection.exec_driver_sql("SELECT redrive, state FROM returns").all()

    (arrival,) = carried_out(database, Open(database.bulk, clock), (an_opening("r2", at(8)),))
    assert [tuple(row) for row in kept] == [(1, "open")]
    assert arrival.returned == ((goods({"1": 1.0}), goods({"1": 1.0})),)


def is_waiting(database: Database) -> bool:
    """Whether a connection to the database waits for a lock."""
    asked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(asked).first() is not None


def carried_out(database: Database, stage: Stage[Any, Any, Any], argument: object) -> Any:
    """What one operation of a group of its own gives."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql(database.bulk.begin)
        written = stage.write(connection, [argument])
        connection.exec_driver_sql("COMMIT")
        (result,) = stage.read(connection, written)
        return result
