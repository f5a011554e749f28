"""The first shape of the ledger."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _ledger()
    _earns()
    _returns()
    _returned_goods()


def downgrade() -> None:
    """Not offered: a newer ledger is not read by an older consumer."""
    raise NotImplementedError


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "followed",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )


def _earns() -> None:
    op.create_table(
        "earns",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("earn_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("promotion_id", sa.Text),
        sa.Column("promotion_type", sa.Text),
        sa.Column("earned_from", sa.Text),
        sa.Column("purchase", sa.Text),
        sa.Column("line_ids", sa.Text),
        sa.Column("earned_at", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("claim", sa.Text),
        sa.Column("claimed_at", sa.BigInteger),
        sa.Column("topic", sa.Text),
        sa.Column("partition", sa.Integer),
        sa.Column("offset", sa.BigInteger),
        sa.Column("redrive", sa.Integer, nullable=False),
        sa.Column("late_outcome", sa.LargeBinary),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "earn_id"),
    )
    op.create_index("earns_by_purchase", "earns", ["purchase"])
    op.create_index("earns_by_age", "earns", ["recorded_at"])


def _returns() -> None:
    op.create_table(
        "returns",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("redrive", sa.Integer, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("customer_id", sa.BigInteger),
        sa.Column("eligible", sa.Boolean, nullable=False),
        sa.Column("purchased_at", sa.BigInteger),
        sa.Column("returned_at", sa.BigInteger, nullable=False),
        sa.Column("bill_numbers", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.LargeBinary),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("org_id", "event_id", "redrive", name="returns_by_event"),
    )
    op.create_index("returns_by_age", "returns", ["opened_at"])


def _returned_goods() -> None:
    op.create_table(
        "returned_goods",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("purchase", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("eligible", sa.Boolean, nullable=False),
        sa.Column("extent", sa.Text, nullable=False),
        sa.Column("lines", sa.Text),
        sa.Column("purchase_lines", sa.Text),
        sa.UniqueConstraint("org_id", "event_id", "purchase", name="returned_goods_by_event"),
    )
    op.create_index("returned_goods_by_purchase", "returned_goods", ["purchase"])
