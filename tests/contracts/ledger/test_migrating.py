"""A migration of a PostgreSQL that is at work: it takes its turn, and nobody waits long behind it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from alembic import command
from sqlalchemy import Connection

from consumer.adapters.ledger import migrate, schema_is_current
from consumer.adapters.ledger.database import database_at
from consumer.adapters.ledger.schema import Patience, _config, migrate_database
from tests.testbed.postgres import Databases
from tests.testbed.waiting import wait_until

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = {database} AND relation = '{table}'::regclass"
THIS = "(SELECT oid FROM pg_database WHERE datname = current_database())"
SECONDS = 20


@pytest.fixture
def old_url(postgres: Databases) -> str:
    """A ledger before its last steps."""
    url = postgres.fresh()
    with database_at(url).engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    return url


@contextmanager
def at_work(url: str) -> Iterator[Connection]:
    """One who is in the middle of a transaction, and is told where a lock keeps it waiting for too long."""
    with database_at(url).engine.connect() as connection:
        connection.exec_driver_sql(f"SET statement_timeout = '{SECONDS}s'")
        connection.exec_driver_sql("BEGIN")
        yield connection


def wait_until_somebody_waits_for(table: str, url: str) -> None:
    asked = WAITING.format(database=THIS, table=table)
    with database_at(url).engine.connect() as watching:
        wait_until(
            lambda: watching.exec_driver_sql(asked).scalar_one() > 0, within=SECONDS, what=f"a lock wanted on {table}"
        )


@pytest.mark.postgres
def test_a_migration_does_not_stand_in_a_circle_with_one_who_writes_to_both_tables(old_url: str) -> None:
    with ThreadPoolExecutor() as threads, at_work(old_url) as connection:
        connection.exec_driver_sql("UPDATE earns SET state = state")
        migrating = threads.submit(migrate, old_url)
        wait_until_somebody_waits_for("earns", old_url)

        connection.exec_driver_sql("UPDATE returns SET state = state")
        connection.exec_driver_sql("COMMIT")
        migrating.result(timeout=SECONDS)

    assert schema_is_current(old_url)


@pytest.mark.postgres
def test_a_migration_behind_a_long_transaction_lets_the_others_go_and_ends_once_it_can(old_url: str) -> None:
    patience = Patience(lock=1_000, pause=0.1, tries=SECONDS)
    with ThreadPoolExecutor() as threads, at_work(old_url) as backup, at_work(old_url) as other:
        backup.exec_driver_sql("SELECT count(*) FROM returns")
        migrating = threads.submit(migrate_database, database_at(old_url), patience)
        wait_until_somebody_waits_for("returns", old_url)

        other.exec_driver_sql("UPDATE returns SET state = state")
        other.exec_driver_sql("COMMIT")
        is_held_up = not migrating.done() and not schema_is_current(old_url)
        backup.exec_driver_sql("COMMIT")
        migrating.result(timeout=SECONDS)

    assert is_held_up
    assert schema_is_current(old_url)


@pytest.mark.postgres
def test_a_migration_that_finds_no_gap_says_what_to_do(old_url: str) -> None:
    with at_work(old_url) as backup:
        backup.exec_driver_sql("SELECT count(*) FROM earns")

        with pytest.raises(TimeoutError, match=r"pg_dump.*returns-consumer migrate"):
            migrate_database(database_at(old_url), Patience(lock=100, pause=0, tries=2))
        backup.exec_driver_sql("COMMIT")

    migrate(old_url)
    assert schema_is_current(old_url)
