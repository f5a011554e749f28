"""The ledger's tables, as the newest migration leaves them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# SQLite numbers rows by itself only where the type is exactly INTEGER.
_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

ledger = Table(
    "ledger",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("identity", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
"""One row: which ledger this is, and since when."""

followed = Table(
    "followed",
    metadata,
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    PrimaryKeyConstraint("topic", "partition"),
)
"""Partitions of the earn feed that this ledger has followed from their beginning."""

earns = Table(
    "earns",
    metadata,
    Column("org_id", Text, nullable=False),
    Column("earn_id", Text, nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("promotion_id", Text),
    Column("promotion_type", Text),
    Column("earned_from", Text),
    Column("purchase", Text),
    Column("line_ids", Text),
    Column("earned_at", BigInteger),
    Column("request_id", Text),
    Column("state", Text, nullable=False),
    Column("claim", Text),
    Column("claimed_at", BigInteger),
    Column("topic", Text),
    Column("partition", Integer),
    Column("offset", BigInteger),
    Column("redrive", Integer, nullable=False),
    Column("late_outcome", LargeBinary),
    Column("late_calls", Text),
    Column("recorded_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("org_id", "earn_id"),
    Index("earns_by_purchase", "purchase"),
    Index("earns_by_age", "recorded_at"),
)
"""One row an earn. Without coordinates it is a stub: its end was told before the earn itself.

Only an earn that was told without its purchase has a request: one without a purchase waits for the one that names it.
"""
# Most earns have none. In SQLite they cost this index nothing; PostgreSQL may read the whole of such an index, however
# large it has become, while it believes that few earns have one.
Index(
    "earns_by_request",
    earns.c.request_id,
    sqlite_where=earns.c.request_id.is_not(None),
)

namings = Table(
    "namings",
    metadata,
    Column("request_id", Text, nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("promotion_id", Text, nullable=False),
    Column("purchase", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("redrive", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("request_id", "customer_id", "promotion_id", "purchase"),
    Index("namings_by_age", "recorded_at"),
)
"""One row for each promotion that a purchase names as earned by a request; with an empty one it names them all."""

returns = Table(
    "returns",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("redrive", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("customer_id", BigInteger),
    Column("eligible", Boolean, nullable=False),
    Column("purchased_at", BigInteger),
    Column("returned_at", BigInteger, nullable=False),
    Column("bill_numbers", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", LargeBinary),
    Column("calls", Text),
    Column("opened_at", BigInteger, nullable=False),
    UniqueConstraint("org_id", "event_id", "redrive", name="returns_by_event"),
    Index("returns_by_age", "opened_at"),
)
"""One row a return, and one more for each redrive of it."""

returned_goods = Table(
    "returned_goods",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("org_id", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("purchase", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("eligible", Boolean, nullable=False),
    Column("extent", Text, nullable=False),
    Column("lines", Text),
    Column("purchase_lines", Text),
    UniqueConstraint("org_id", "event_id", "purchase", name="returned_goods_by_event"),
    Index("returned_goods_by_purchase", "purchase"),
)
"""What the first record of each event brought back of each purchase; a redrive adds nothing."""

EARN_KEY = (earns.c.org_id, earns.c.earn_id)
EVENT_KEY = (returns.c.org_id, returns.c.event_id)
NAMING_KEY = (namings.c.request_id, namings.c.customer_id, namings.c.promotion_id, namings.c.purchase)
