"""The ledger on SQLite or PostgreSQL: group commits, migrations, and the port's promises kept in SQL."""

from consumer.adapters.ledger.clock import server_time
from consumer.adapters.ledger.holding import Watcher
from consumer.adapters.ledger.ledger import SqlLedger, open_ledger
from consumer.adapters.ledger.schema import OldSchema, migrate, schema_is_current

__all__ = ["OldSchema", "SqlLedger", "Watcher", "migrate", "open_ledger", "schema_is_current", "server_time"]
