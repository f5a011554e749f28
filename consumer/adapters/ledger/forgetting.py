"""What is older than the retention goes, in small batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, or_, select

from consumer.adapters.ledger.bulk import Bulk
from consumer.adapters.ledger.tables import earns, namings, returned_goods, returns
from consumer.core.model import Millis
from consumer.ports import ReturnState

EVENT = (returns.c.org_id, returns.c.event_id)
GOODS_EVENT = (returned_goods.c.org_id, returned_goods.c.event_id)
EARN = (earns.c.org_id, earns.c.earn_id, earns.c.recorded_at)
NAMING = tuple(namings.c[name] for name in ("request_id", "customer_id", "promotion_id", "purchase", "recorded_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """What is recorded before a moment; at most so many events, earns and namings of earns at once."""

    before: Millis
    limit: int


class Forget:
    """The stage of `SqlLedger.forget`."""

    def __init__(self, bulk: Bulk) -> None:
        self._has_key = bulk.has_key
        self._returns = bulk.change(lambda _given: delete(returns), EVENT)
        self._goods = bulk.change(lambda _given: delete(returned_goods), GOODS_EVENT)
        self._earns = bulk.change(lambda _given: delete(earns), EARN)
        self._namings = bulk.change(lambda _given: delete(namings), NAMING)

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
            self._has_key([other.c.org_id, other.c.event_id], {each.name: each for each in EVENT}),
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
        for row, remove in ((EARN, self._earns), (NAMING, self._namings)):
            recorded_at = row[-1]
            oldest = select(*row).where(recorded_at < old.before).order_by(recorded_at).limit(old.limit)
            rows = [tuple(each) for each in connection.execute(oldest)]
            gone += remove(connection, rows) if rows else 0
        return gone
