"""The three ledgers that one suite holds to the port's promises."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from consumer.adapters.ledger import SqlLedger, migrate, open_ledger
from consumer.adapters.ledger.database import database_at
from consumer.adapters.ledger.tables import metadata
from consumer.adapters.memory import MemoryLedger
from consumer.core.model import Millis
from tests.testbed.postgres import Databases

AnyLedger = SqlLedger | MemoryLedger
SHARED: dict[Databases, str] = {}
SQL = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


class Request(Protocol):
    """As far as pytest's own is needed here."""

    param: str

    def getfixturevalue(self, name: str) -> Databases: ...


@dataclass(slots=True)
class Clock:
    """A time of day that stands still until the test moves it."""

    now: Millis

    def __call__(self) -> Millis:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(now=Millis(1_000))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture(params=SQL)
def sql_url(request: Request, sqlite_url: str) -> str:
    """A new database with nothing in it."""
    return sqlite_url if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()


@pytest.fixture(params=SQL)
def stored_url(request: Request, sqlite_url: str) -> str:
    """A database with the tables of an empty ledger."""
    return sqlite_url if request.param == "sqlite" else emptied(request)


@pytest.fixture(params=["memory", *SQL])
def url(request: Request, sqlite_url: str) -> str | None:
    """An empty ledger's address; None in memory."""
    if request.param == "memory":
        return None
    return sqlite_url if request.param == "sqlite" else emptied(request)


def emptied(request: Request) -> str:
    """One database for all these tests, as making one takes longer than most of them."""
    databases = request.getfixturevalue("postgres")
    if databases not in SHARED:
        SHARED[databases] = databases.fresh()
        migrate(SHARED[databases])
    with database_at(SHARED[databases]).engine.connect() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
    return SHARED[databases]


Starting = Callable[[], Awaitable[AnyLedger]]


@pytest.fixture
async def another(url: str | None, clock: Clock) -> AsyncIterator[Starting]:
    """One more consumer of the same ledger."""
    opened: list[AnyLedger] = []

    async def start() -> AnyLedger:
        if url is None:
            opened.append(opened[0] if opened else MemoryLedger(clock))
        else:
            opened.append(open_ledger(url, now=clock))
            await opened[-1].start()
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture
async def ledger(another: Starting) -> AnyLedger:
    return await another()
