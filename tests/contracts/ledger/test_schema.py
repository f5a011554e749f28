"""The tables: made from nothing, by one of many who start together, and never read in an old shape."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from consumer.adapters.ledger import OldSchema, migrate, open_ledger, schema_is_current
from consumer.adapters.ledger.database import database_at
from consumer.adapters.ledger.rows import purchase_text
from consumer.adapters.ledger.schema import _config
from consumer.adapters.ledger.tables import metadata
from tests.builders import a_purchase
from tests.contracts.ledger.conftest import Clock
from tests.contracts.ledger.values import a_purchase_told, earns_of, fed, made_by_a_newer_version, waiting
from tests.testbed.postgres import Databases

START = """
import asyncio, sys
from consumer.adapters.ledger import migrate, open_ledger
async def main():
    url = sys.argv[1]
    if not url.startswith("sqlite"):
        migrate(url)
    ledger = open_ledger(url)
    await ledger.start()
    print(ledger.identity, ledger.created_now)
    ledger.close()
asyncio.run(main())
"""


def test_an_empty_database_is_not_current_and_is_after_migrating(sql_url: str) -> None:
    assert not schema_is_current(sql_url)

    migrate(sql_url)
    migrate(sql_url)

    assert schema_is_current(sql_url)


def test_looking_at_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    assert not schema_is_current(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


def test_the_migrations_end_at_the_tables_that_are_used(sql_url: str) -> None:
    migrate(sql_url)

    with database_at(sql_url).engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


FIRST_EARN = """
INSERT INTO earns (org_id, earn_id, customer_id, purchase, state, redrive, recorded_at)
VALUES ('org-1', 'e1', 4711, 'PURCHASE', 'held', 0, 1)
"""


async def test_a_ledger_of_the_first_shape_keeps_what_it_knows(sql_url: str, clock: Clock) -> None:
    database = database_at(sql_url)
    with database.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(FIRST_EARN.replace("PURCHASE", purchase_text(a_purchase())))

    migrate(sql_url)

    ledger = open_ledger(sql_url, now=clock)
    await ledger.start()
    assert await earns_of(ledger) == ["e1"]
    await ledger.tell([waiting("e2", fed(1))])
    await ledger.name([a_purchase_told()])
    assert await earns_of(ledger) == ["e1", "e2"]
    await asyncio.to_thread(ledger.close)


def test_consumers_that_start_together_make_one_ledger(sql_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", START, sql_url]
    count = 8 if sql_url.startswith("sqlite") else 3
    together = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]

    told = [process.communicate(timeout=300)[0].split() for process in together]

    assert [process.returncode for process in together] == [0] * count
    assert len({identity for identity, _ in told}) == 1
    assert sorted(created for _, created in told) == ["False"] * (count - 1) + ["True"]


async def test_sqlite_is_migrated_by_starting(sqlite_url: str) -> None:
    ledger = open_ledger(sqlite_url)
    await ledger.start()
    ledger.close()

    assert ledger.created_now
    assert schema_is_current(sqlite_url)


@pytest.mark.postgres
async def test_an_old_postgres_schema_is_refused_with_the_command_to_run(postgres: Databases) -> None:
    ledger = open_ledger(postgres.fresh())

    with pytest.raises(OldSchema, match="returns-consumer migrate"):
        await ledger.start()
    with pytest.raises(OldSchema):
        await ledger.open([])

    await asyncio.to_thread(ledger.close)


async def test_a_schema_of_a_newer_version_is_refused_with_that_remedy(sql_url: str) -> None:
    ledger = open_ledger(made_by_a_newer_version(sql_url))

    with pytest.raises(OldSchema, match="deploy the newer version"):
        await ledger.start()

    await asyncio.to_thread(ledger.close)


def test_a_schema_of_a_newer_version_is_not_migrated(sql_url: str) -> None:
    made_by_a_newer_version(sql_url)

    with pytest.raises(OldSchema, match="deploy the newer version"):
        migrate(sql_url)
    assert not schema_is_current(sql_url)


def test_sqlite_promises_that_a_commit_outlives_a_power_cut(sqlite_url: str) -> None:
    migrate(sqlite_url)

    with database_at(sqlite_url).engine.connect() as connection:
        asked = ("journal_mode", "synchronous")
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked] == ["wal", 2]


@pytest.mark.postgres
def test_postgres_promises_it_even_where_the_server_does_not(postgres: Databases) -> None:
    address = postgres.fresh()
    lazy = f"{address}{'&' if '?' in address else '?'}options=-csynchronous_commit%3Doff"

    with database_at(lazy).engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


def test_a_ledger_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="name a file"):
        open_ledger("sqlite://")
