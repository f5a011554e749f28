"""The shape of the tables: what it is, and the way to the newest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from consumer.adapters.ledger.database import BUSY_MILLISECONDS, Database, database_at
from consumer.adapters.ledger.tables import ledger
from consumer.core.model import Millis

MIGRATION_LOCK = 7_301_729_731
"""The key of PostgreSQL's advisory lock; any number that nobody else takes."""
LOCK_PAUSE = 0.02
NOT_NOW = frozenset({"55P03", "40P01"})
"""PostgreSQL's codes where a lock was not had in time, or was waited for in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a step waits for its table, for as long all others wait behind it, and how often it comes back."""

    lock: int
    """Milliseconds."""
    pause: float
    """Seconds, for the others."""
    tries: int


PATIENCE = Patience(lock=3_000, pause=2.0, tries=10)


class OldSchema(Exception):  # noqa: N818 - the message is the remedy, and is shown alone
    """The ledger's tables are not of the shape that this version needs."""


def migrate(url: str) -> None:
    """Bring the ledger to the newest shape; those who come at the same time wait for the first.

    Raises OldSchema where a newer version made the tables, TimeoutError where somebody else holds one for too long.
    """
    migrate_database(database_at(url), PATIENCE)


def schema_is_current(url: str) -> bool:
    """Whether the ledger has the newest shape."""
    return is_current(database_at(url))


def migrate_database(database: Database, patience: Patience) -> None:
    """As `migrate`."""
    current = _revision(database)
    if current == newest():
        return
    _refuse_newer(current)
    if database.file is not None:
        with _sqlite_lock(database) as connection:
            _upgrade(connection)
    else:
        with _postgres_lock(database) as connection:
            _upgrade_between_others(connection, patience)


def is_current(database: Database) -> bool:
    """As `schema_is_current`. A file that is not there is not made."""
    return _revision(database) == newest()


def to_read(url: str) -> Database:
    """The ledger of a URL, for one who only reads. Raises OldSchema, or FileNotFoundError where there is no ledger."""
    database = database_at(url)
    if database.file is not None and not database.file.exists():
        raise FileNotFoundError(f"there is no ledger in {database.file}")
    require_current(database)
    return database


def newest() -> str | None:
    """The revision that this version needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def require_current(database: Database) -> None:
    """Raise OldSchema, with the remedy, where the shape is another."""
    current = _revision(database)
    _refuse_newer(current)
    if current != newest():
        raise OldSchema(
            f"the ledger's schema is not the one this version needs ({newest()}): run `returns-consumer migrate`"
        )


def identify(connection: Connection, now: Millis) -> tuple[str, bool]:
    """The ledger's identity, and whether it was given just now."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    ours = uuid4().hex
    row = {"id": 1, "identity": ours, "created_at": now}
    connection.execute(insert(ledger).values(row).on_conflict_do_nothing())
    identity = connection.execute(select(ledger.c.identity)).scalar_one()
    return identity, identity == ours


def _revision(database: Database) -> str | None:
    if database.file is not None and not database.file.exists():
        return None
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(current: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise OldSchema(
            f"this version is older than the ledger's schema ({current}; it knows {newest()}): deploy the newer version"
        )


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _upgrade_between_others(connection: Connection, patience: Patience) -> None:
    """Whoever waits for a table to itself holds up all who come after: rather give up, let them go, and come back."""
    connection.exec_driver_sql(f"SET lock_timeout = {patience.lock}")
    connection.commit()
    for tries_left in reversed(range(patience.tries)):
        try:
            _upgrade(connection)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in NOT_NOW:
                raise
            if not tries_left:
                raise TimeoutError(
                    "the ledger's tables are held by a long transaction, such as a backup by pg_dump: "
                    "run `returns-consumer migrate` again once it is over; what it has done so far stands"
                ) from error
            sleep(patience.pause)
        else:
            return


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "consumer.adapters.ledger:migrations")
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _sqlite_lock(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        _write_ahead(connection)
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        yield connection
        connection.exec_driver_sql("COMMIT")


def _write_ahead(connection: Connection) -> None:
    """Switch to WAL. SQLite does not wait for others here, whatever its busy timeout, so we do."""
    end = monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError:
            if monotonic() > end:
                raise
            sleep(LOCK_PAUSE)
        else:
            return


@contextmanager
def _postgres_lock(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="READ COMMITTED")
        # Held by the connection until it is closed, as each step is a transaction of its own.
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        connection.commit()
        yield connection
