"""What is older than the retention goes, in small batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, tuple_

from consumer.adapters.ledger.bulk import Bulk, Given
from consumer.adapters.ledger.tables import earns, namings, returned_goods, returns
from consumer.core.model import Millis
from consumer.ports import ReturnState


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """What is recorded before a moment; at most so many events, earns and namings of earns at once."""

    before: Millis
    limit: int


class Forget:
    """The stage of `SqlLedger.forget`."""

    def __init__(self, bulk: Bulk) -> None:
        event = [returns.c.org_id, returns.c.event_id]
        self._returns = bulk.change(lambda given: delete(returns).where(_is_event(given)), event)
        self._goods = bulk.change(
            lambda given: delete(returned_goods).where(
                returned_goods.c.org_id == given["org_id"], returned_goods.c.event_id == given["event_id"]
            ),
            event,
        )

    def write(self, connection: Connection, arguments: Sequence[Old]) -> Sequence[int]:
        """Delete; how many rows each took."""
        return [self._delete(connection, old) for old in arguments]

    def read(self, connection: Connection, written: Sequence[int]) -> Sequence[int]:
        """All was seen inside the transaction."""
        del connection
        return written

    def _delete(self, connection: Connection, old: Old) -> int:
        """An event goes as a whole: none of its returns may be open, or younger."""
        other = returns.alias("other")
        still_needed = exists().where(
            other.c.org_id == returns.c.org_id,
            other.c.event_id == returns.c.event_id,
            or_(other.c.state != ReturnState.SETTLED.value, other.c.opened_at >= old.before),
        )
        events = (
            select(returns.c.org_id, returns.c.event_id)
            .where(returns.c.opened_at < old.before, ~still_needed)
            .order_by(returns.c.opened_at)
            .limit(old.limit)
        )
        found = list({(org, event) for org, event in connection.execute(events)})
        gone = 0
        if found:
            gone = self._returns(connection, found)
            self._goods(connection, found)
        return gone + _delete_earns(connection, old) + _delete_namings(connection, old)


def _is_event(given: Given) -> ColumnElement[bool]:
    return and_(returns.c.org_id == given["org_id"], returns.c.event_id == given["event_id"])


def _delete_earns(connection: Connection, old: Old) -> int:
    row = earns.c
    keys = select(row.org_id, row.earn_id).where(row.recorded_at < old.before)
    oldest = keys.order_by(row.recorded_at).limit(old.limit)
    return connection.execute(delete(earns).where(tuple_(row.org_id, row.earn_id).in_(oldest))).rowcount


def _delete_namings(connection: Connection, old: Old) -> int:
    row = namings.c
    key = (row.request_id, row.customer_id, row.promotion_id, row.purchase)
    oldest = select(*key).where(row.recorded_at < old.before).order_by(row.recorded_at).limit(old.limit)
    return connection.execute(delete(namings).where(tuple_(*key).in_(oldest))).rowcount
