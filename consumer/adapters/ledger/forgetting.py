"""What is older than the retention goes, in small batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Delete, delete, exists, or_, select

from consumer.adapters.ledger.bulk import Bulk, Columns, Given
from consumer.adapters.ledger.tables import EARN_KEY, EVENT_KEY, NAMING_KEY, earns, namings, returned_goods, returns
from consumer.core.model import Millis
from consumer.ports import ReturnState

GOODS_KEY = (returned_goods.c.org_id, returned_goods.c.event_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """What is recorded before a moment; at most so many events, earns and namings of earns at once."""

    before: Millis
    limit: int


class Forget:
    """The stage of `SqlLedger.forget`."""

    def __init__(self, bulk: Bulk) -> None:
        self._matches = bulk.matches
        self._returns = bulk.change(_old_returns, EVENT_KEY, [returns.c.opened_at])
        # The goods' own columns are what a return that is left would have as its key.
        is_left = exists().where(bulk.matches(EVENT_KEY, _by_name(GOODS_KEY)))
        self._goods = bulk.change(lambda _given: delete(returned_goods).where(~is_left), GOODS_KEY)
        self._earns = bulk.change(lambda _given: delete(earns), EARN_KEY)
        self._namings = bulk.change(lambda _given: delete(namings), NAMING_KEY)

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
            self._matches([other.c.org_id, other.c.event_id], _by_name(EVENT_KEY)),
            or_(other.c.state != ReturnState.SETTLED.value, other.c.opened_at >= old.before),
        )
        events = (
            select(returns.c.org_id, returns.c.event_id)
            .where(returns.c.opened_at < old.before, ~still_needed)
            .order_by(returns.c.opened_at)
            .limit(old.limit)
        )
        found = sorted({(org, event) for org, event in connection.execute(events)})
        gone = 0
        if found:
            gone = self._returns(connection, [(*event, old.before) for event in found])
            self._goods(connection, found)
        for table, key, remove in ((earns, EARN_KEY, self._earns), (namings, NAMING_KEY, self._namings)):
            recorded_at = table.c.recorded_at
            oldest = select(*key).where(recorded_at < old.before).order_by(recorded_at).limit(old.limit)
            keys = sorted(tuple(row) for row in connection.execute(oldest.with_for_update()))
            gone += remove(connection, keys) if keys else 0
        return gone


def _by_name(columns: Columns) -> Given:
    return {each.name: each for each in columns}


def _old_returns(given: Given) -> Delete:
    """A redrive that came meanwhile stays, and with it the goods of its event."""
    return delete(returns).where(returns.c.state == ReturnState.SETTLED.value, returns.c.opened_at < given["opened_at"])
