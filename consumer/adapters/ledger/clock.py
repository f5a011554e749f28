"""The clock of the database's server: the one that all instances can be compared with."""

from consumer.adapters.ledger.database import database_at


def server_time(url: str) -> float | None:
    """Seconds since 1970 by PostgreSQL's clock; None where the ledger is a file, and the clock ours."""
    database = database_at(url)
    if database.file is not None:
        return None
    with database.engine.connect() as connection:
        return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())
