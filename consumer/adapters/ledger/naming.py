"""What purchases name is written down; the link itself is made after the commit."""

from collections.abc import Sequence

from sqlalchemy import Connection

from consumer.adapters.ledger.bulk import Bulk
from consumer.adapters.ledger.rows import Row, purchase_text
from consumer.adapters.ledger.tables import namings
from consumer.ports import ToldPurchase, WallClock

COLUMNS = (
    "request_id",
    "customer_id",
    "promotion_id",
    "purchase",
    "org_id",
    "topic",
    "partition",
    "offset",
    "redrive",
    "recorded_at",
)
ALL_PROMOTIONS = ""


class Name:
    """The stage of the first half of `Ledger.name`."""

    def __init__(self, bulk: Bulk, now: WallClock) -> None:
        self._now = now
        self._insert = bulk.insert_new(namings, [namings.c[name] for name in COLUMNS])

    def write(self, connection: Connection, arguments: Sequence[Sequence[ToldPurchase]]) -> Sequence[None]:
        """Write what is new; what is known stays, with the record that said it first."""
        now = self._now()
        rows = [row for batch in arguments for told in batch for row in _rows(told, now)]
        if rows:
            self._insert(connection, rows)
        return [None] * len(arguments)

    def read(self, connection: Connection, written: Sequence[None]) -> Sequence[None]:
        """Nothing is left to read."""
        del connection
        return written


def _rows(told: ToldPurchase, now: int) -> list[Row]:
    event, source = told.event, told.source
    promotions = [ALL_PROMOTIONS] if event.promotions is None else sorted(event.promotions)
    said = (purchase_text(event.purchase), event.purchase.org_id)
    where = (source.topic, source.partition, source.offset, told.redrive)
    return [(event.request_id, event.customer_id, promotion, *said, *where, now) for promotion in promotions]
