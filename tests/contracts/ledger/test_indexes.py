"""Every statement of the hot path finds its rows by an index, however small the table was when it was planned."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, event

from consumer.adapters.ledger import SqlLedger, migrate
from consumer.adapters.ledger.database import Database, database_at
from consumer.adapters.ledger.holding import Watcher
from consumer.core.model import EarnKind, EarnState, Millis
from consumer.ports import Partition, Settlement
from tests.builders import an_earn
from tests.contracts.ledger.conftest import Clock
from tests.contracts.ledger.noting import Noting
from tests.contracts.ledger.values import (
    E1,
    NOW,
    a_claim,
    a_purchase_told,
    an_opening,
    at,
    fed,
    late_earn,
    settled,
    settled_late,
    tell_one,
    told,
    waiting,
)

PATIENCE = 30.0
TABLES = ("earns", "returns", "returned_goods", "namings", "followed")
SIZES = (-1, 0, 1, 3, 10, 25, 100, 10_000)
"""How many rows a server believes that there are; -1 where it was never told."""


async def test_every_statement_of_the_hot_path_uses_an_index(stored_url: str, clock: Clock) -> None:
    migrate(stored_url)
    bare = database_at(stored_url)
    noting = Noting(bare.bulk)
    database = replace(bare, bulk=noting)
    heard: dict[str, Any] = {}

    def note(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE")):
            heard[statement] = parameters[0] if isinstance(parameters, list) else parameters

    ledger = SqlLedger(database, Watcher(), clock)
    await ledger.start()
    event.listen(database.engine, "before_cursor_execute", note)
    await everything(ledger)
    event.remove(database.engine, "before_cursor_execute", note)
    ledger.close()

    scanning = {(size, each): scan for size in believed(database) for each, scan in scanned(database, heard).items()}
    assert scanning == {}
    assert noting.never_run == set()


async def everything(ledger: SqlLedger) -> None:
    held, redriven = an_earn("e3"), an_opening(source=at(9), redrive=1)
    await ledger.tell([told(kind=EarnKind.REDEEMED)])
    await ledger.tell([told(source=fed(1)), told(source=fed(2), kind=EarnKind.REVOKED)])
    await tell_one(ledger, told(source=fed(3), redrive=1))
    await ledger.open([an_opening()])
    await ledger.open([an_opening(), redriven])
    await ledger.forget(Millis(0), 5)
    await ledger.tell([told(held, fed(5))])
    await ledger.claim(a_claim(at(), held.key))
    await ledger.tell([told(held, fed(6), kind=EarnKind.REVOKED)])
    await ledger.settle(Settlement(states=((E1, EarnState.REVOKED, None),), release=((E1, NOW),)))
    for _ in range(2):
        await ledger.settle(settled(an_opening()))
        await ledger.settle(settled_late(told(source=fed(3))))
    await ledger.settle(settled(redriven))
    await late_earn(ledger, told(source=fed(3)))
    await ledger.tell([waiting("e2", fed(4))])
    await ledger.name([a_purchase_told()])
    await ledger.name([a_purchase_told(source=fed(101), redrive=1)])
    ledger.follow([Partition("earn-events", 0)], seconds=PATIENCE)
    assert ledger.is_followed("earn-events", 0, seconds=PATIENCE)
    await ledger.forget(Millis(2_000), 5)


def believed(database: Database) -> Iterator[int | None]:
    """Let the server believe that its tables are small, as they were when it last looked; SQLite never looks."""
    if database.file is not None:
        yield None
        return
    for size in SIZES:
        with database.engine.connect() as connection:
            connection.exec_driver_sql(
                "UPDATE pg_class SET relpages = %(pages)s, reltuples = %(rows)s WHERE relname = ANY(%(tables)s)",
                {"pages": max(0, min(size, 1)), "rows": size, "tables": list(TABLES)},
            )
        yield size
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    yield None


def scanned(database: Database, heard: Mapping[str, Any]) -> dict[str, list[str]]:
    return {statement: scan for statement, given in heard.items() if (scan := scans(database, statement, given))}


def scans(database: Database, statement: str, given: Any) -> list[str]:
    """The steps of the statement's plan that read a whole table."""
    with database.engine.connect() as connection:
        if database.file is not None:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            return [row[-1] for row in rows if row[-1].startswith(tuple(f"SCAN {table}" for table in TABLES))]
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar_one()
        return [str(node.get("Relation Name") or node["Index Name"]) for node in nodes(plan) if is_whole(node)]


def is_whole(node: Any) -> bool:
    """Whether this step of a plan of PostgreSQL reads a whole table, or a whole index but a partial one."""
    if node["Node Type"] == "Seq Scan":
        return True
    return "Index Cond" not in node and node.get("Index Name") not in {None, "earns_by_request"}


def nodes(plan: Any) -> list[dict[str, Any]]:
    top = json.loads(plan) if isinstance(plan, str) else plan
    waiting, found = [each["Plan"] for each in top], []
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(node.get("Plans", ()))
    return found
