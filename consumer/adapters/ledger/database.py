"""The two databases a ledger can live in: how to reach them, and what a connection must promise."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url

from consumer.adapters.ledger.bulk import Bulk
from consumer.adapters.ledger.for_postgres import ForPostgres
from consumer.adapters.ledger.for_sqlite import ForSqlite

POSTGRES_DRIVER = "postgresql+psycopg"
BUSY_MILLISECONDS = 10_000
CONNECT_SECONDS = 5
SILENCE_MILLISECONDS = 15_000
"""After so long without an acknowledgement a connection to PostgreSQL counts as lost."""

SQLITE_PROMISES = (
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    # A commit must outlive a power cut, which NORMAL does not promise in WAL mode.
    "PRAGMA synchronous = FULL",
)
POSTGRES_PROMISES = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    # Every statement looks up a handful of keys. A plan made while a table was small must not scan it when it is large.
    "SET enable_seqscan = off",
    "SET jit = off",
    # The plan does not depend on which keys are asked for: plan once.
    "SET plan_cache_mode = force_generic_plan",
)


class Cursor(Protocol):
    """A cursor of either driver."""

    def execute(self, sql: str, /) -> object:
        """Run a statement."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class DriverConnection(Protocol):
    """A connection of either driver."""

    def cursor(self) -> Cursor:
        """A new cursor."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An engine whose connections commit when they are told to in words, and the form it takes many rows in."""

    engine: Engine
    bulk: Bulk
    file: Path | None
    """SQLite's file."""


def database_at(address: str) -> Database:
    """The database of a URL; `postgresql://` means psycopg 3. Nothing is opened yet."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return _postgres(url.set(drivername=POSTGRES_DRIVER))


def _sqlite(url: URL) -> Database:
    if url.database is None or url.database in {"", ":memory:"}:
        raise ValueError("a ledger in memory forgets everything: name a file, as in sqlite:///ledger.db")
    engine = _engine(url)
    event.listen(engine, "connect", _promising(SQLITE_PROMISES))
    return Database(engine=engine, bulk=ForSqlite(engine.dialect), file=Path(url.database))


def _postgres(url: URL) -> Database:
    patience: dict[str, int | str] = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": CONNECT_SECONDS,
        "tcp_user_timeout": SILENCE_MILLISECONDS,
        "application_name": "returns-consumer",
    }
    ours = {name: value for name, value in patience.items() if name not in url.query}
    engine = _engine(url, **ours)
    event.listen(engine, "connect", _promising(POSTGRES_PROMISES))
    return Database(engine=engine, bulk=ForPostgres(engine.dialect), file=None)


def _engine(url: URL, **options: int | str) -> Engine:
    # What a statement is given is customers' data, which no traceback may show.
    return create_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args=options
    )


def _promising(statements: tuple[str, ...]) -> Callable[[DriverConnection, object], None]:
    def promise(connection: DriverConnection, record: object) -> None:
        del record
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    return promise
