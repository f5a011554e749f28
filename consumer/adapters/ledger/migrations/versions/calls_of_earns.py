"""The calls that led to the decision of a late earn, beside it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0003a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add where they are kept; of no decision so far they are known."""
    op.add_column("earns", sa.Column("late_calls", sa.Text))


def downgrade() -> None:
    """Not offered: a newer ledger is not read by an older consumer."""
    raise NotImplementedError
