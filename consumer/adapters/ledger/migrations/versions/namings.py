"""Earns that wait for the purchase that names them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

HAS_REQUEST = sa.text("request_id IS NOT NULL")


def upgrade() -> None:
    """Add what purchases name, and to earns the request by which they are named; no earn so far has one."""
    op.add_column("earns", sa.Column("request_id", sa.Text))
    op.create_index("earns_by_request", "earns", ["request_id"], sqlite_where=HAS_REQUEST, postgresql_where=HAS_REQUEST)
    op.create_table(
        "namings",
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("promotion_id", sa.Text, nullable=False),
        sa.Column("purchase", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("redrive", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "customer_id", "promotion_id", "purchase"),
    )
    op.create_index("namings_by_age", "namings", ["recorded_at"])


def downgrade() -> None:
    """Not offered: a newer ledger is not read by an older consumer."""
    raise NotImplementedError
