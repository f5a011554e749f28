"""Where Alembic finds the connection: the one that `schema.py` hands over, the turn already taken."""

from alembic import context

from consumer.adapters.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # On SQLite, whose tables nobody shares meanwhile, all steps are one: the transaction that was handed over.
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
