"""Every statement of the hot path finds its rows by an index, however small the table was when it was planned."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from psycopg import sql
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
SOUGHT_BY = {
    "earns_pkey": ("org_id", "earn_id"),
    "earns_by_purchase": ("purchase",),
    "earns_by_request": ("request_id",),
    "earns_by_age": ("recorded_at",),
    "namings_pkey": ("request_id",),
    "namings_by_age": ("recorded_at",),
    "returns_by_event": ("org_id", "event_id"),
    "returns_by_age": ("opened_at",),
    "returned_goods_by_event": ("org_id", "event_id"),
    "returned_goods_by_purchase": ("purchase",),
    "followed_pkey": ("topic", "partition"),
}
"""The columns that a look into each index of PostgreSQL has to give, so that it finds few rows; no other is used."""
IN_SQLITE = {
    "sqlite_autoindex_earns_1": "earns_pkey",
    "sqlite_autoindex_namings_1": "namings_pkey",
    "sqlite_autoindex_returns_1": "returns_by_event",
    "sqlite_autoindex_returned_goods_1": "returned_goods_by_event",
    "sqlite_autoindex_followed_1": "followed_pkey",
}
TABLES = ("earns", "returns", "returned_goods", "namings", "followed")
BELIEVED = [(0, -1), *((pages, rows) for pages in (0, 1, 1_000) for rows in (0, 1, 3, 10, 25, 75, 1_000))]
"""What PostgreSQL wrote down of the pages and rows of each table when it looked last; (0, -1) where it never did.

By it and the file's size it guesses how many rows there are.
"""


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

    wrong = {(what, each): scan for what in believed(database) for each, scan in scanned(database, heard).items()}
    for rows in (0, 1, 60):
        await keep(ledger, rows)
        wrong |= {(f"{rows} more", each): scan for each, scan in analyzed(database, heard).items()}
    ledger.close()

    assert wrong == {}
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


async def keep(ledger: SqlLedger, rows: int) -> None:
    """So many earns, of which none waits for its purchase, and as many returns."""
    earns = [an_earn(f"more-{row}", bill=f"B-{row}") for row in range(rows)]
    await ledger.tell([told(earn, fed(1_000 + row)) for row, earn in enumerate(earns)])
    await ledger.open([an_opening(f"more-{row}", source=at(1_000 + row)) for row in range(rows)])


def believed(database: Database) -> Iterator[str]:
    """Let the server believe that its tables are so large, as they were when it last looked; SQLite never looks."""
    if database.file is not None:
        yield "SQLite"
        return
    for pages, rows in BELIEVED:
        with database.engine.connect() as connection:
            connection.exec_driver_sql(
                "UPDATE pg_class SET relpages = %(pages)s, reltuples = %(rows)s, relallvisible = %(pages)s"
                " WHERE relname = ANY(%(tables)s) OR relname = ANY(%(indexes)s)",
                {"pages": pages, "rows": rows, "tables": list(TABLES), "indexes": list(SOUGHT_BY)},
            )
        yield f"{rows} rows in {pages} pages"


def analyzed(database: Database, heard: Mapping[str, Any]) -> dict[str, list[str]]:
    """As `scanned`, just after PostgreSQL looked at what there is."""
    if database.file is not None:
        return {}
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    return scanned(database, heard)


def scanned(database: Database, heard: Mapping[str, Any]) -> dict[str, list[str]]:
    return {statement: scan for statement, given in heard.items() if (scan := scans(database, statement, given))}


def scans(database: Database, statement: str, given: Any) -> list[str]:
    """The steps of the statement's plan that may read a whole table."""
    with database.engine.connect() as connection:
        if database.file is not None:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            return [row[-1] for row in rows if is_wide_in_sqlite(row[-1])]
        return [str(node) for node in nodes(generic_plan(connection, statement, given)) if is_wide(node)]


def is_wide_in_sqlite(step: str) -> bool:
    """As `is_wide`; what is given is read whole, and what is no look into a table is none of this."""
    if not step.startswith(("SCAN", "SEARCH")) or " VIRTUAL TABLE " in step or step == "SCAN CONSTANT ROW":
        return False
    used = re.search(r" INDEX (\S+) \((.*)\)", step)
    if used is None:
        return "INTEGER PRIMARY KEY (rowid=?)" not in step
    columns = SOUGHT_BY.get(used[1]) or SOUGHT_BY[IN_SQLITE[used[1]]]
    return not all(re.search(rf"\b{column}[=<>]", used[2]) for column in columns)


def generic_plan(connection: Connection, statement: str, given: Mapping[str, Any]) -> Any:
    """The plan that PostgreSQL keeps, whatever is given."""
    names = list(given)
    text = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", statement)
    values = sql.SQL(", ").join(map(sql.Literal, given.values())).as_string(None)
    connection.exec_driver_sql(f"PREPARE kept AS {text}")
    return connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE kept({values})".replace("%", "%%")).scalar_one()


def is_wide(node: Any) -> bool:
    """Whether this step of a plan reads a table, or an index by less than what it takes to find few rows."""
    if node["Node Type"] == "Seq Scan":
        return True
    if "Index Name" not in node:
        return False
    condition = node.get("Index Cond", "")
    return not all(f"({column} " in condition for column in SOUGHT_BY.get(node["Index Name"], ("none",)))


def nodes(plan: Any) -> list[dict[str, Any]]:
    top = json.loads(plan) if isinstance(plan, str) else plan
    waiting, found = [each["Plan"] for each in top], []
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(node.get("Plans", ()))
    return found
