"""In PostgreSQL the index of requests has all earns, so that no plan can read the whole of it for a few."""

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make it anew; SQLite keeps its own, as it never reads a whole one."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("earns_by_request", "earns")
        op.create_index("earns_by_request", "earns", ["request_id"])


def downgrade() -> None:
    """Not offered: a newer ledger is not read by an older consumer."""
    raise NotImplementedError
