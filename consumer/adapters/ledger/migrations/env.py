"""Where Alembic finds the connection: the one that `schema.py` hands over, its lock already held."""

from alembic import context

from consumer.adapters.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
