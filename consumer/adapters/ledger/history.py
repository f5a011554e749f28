"""The past of each purchase, for one who plays it again: read only, a page of purchases at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from consumer.adapters.ledger.late import EarlierReturns
from consumer.adapters.ledger.opening import EARNS
from consumer.adapters.ledger.rows import EARN_COLUMNS, earn_of
from consumer.adapters.ledger.schema import to_read
from consumer.adapters.ledger.tables import earns, returned_goods, returns
from consumer.core.comparison import Past, PastReturn
from consumer.core.model import Earn, Millis
from consumer.ports import EarlierReturn

PAGE = 500
PURCHASE = EARN_COLUMNS.index("purchase")


class HistoryBook:
    """Answers from the ledger at a URL."""

    def __init__(self, url: str) -> None:
        """Look that it is there. Raises OldSchema, or FileNotFoundError where there is no ledger."""
        database = to_read(url)
        self._engine = database.engine
        self._returns = EarlierReturns(database.bulk)
        self._earns = database.bulk.look_up(EARNS, [earns.c.purchase])

    def since(self, moment: Millis) -> Iterator[Past]:
        """The whole past of each purchase of which a return that may take earns reached us since then."""
        last = ""
        with self._engine.connect() as connection:
            while page := [text for (text,) in connection.execute(_page(moment, last))]:
                yield from self._pasts(connection, page)
                last = page[-1]

    def _pasts(self, connection: Connection, page: Sequence[str]) -> Iterator[Past]:
        found: dict[str, list[Earn]] = {text: [] for text in page}
        for row in self._earns(connection, [(text,) for text in page]):
            found[row[PURCHASE]].append(earn_of(row))
        for text, earlier in self._returns.of(connection, page).items():
            told = sorted(found[text], key=lambda earn: (earn.earned_at, earn.key.earn_id))
            yield Past(returns=tuple(map(_past_return, earlier)), earns=tuple(told))


def _past_return(earlier: EarlierReturn) -> PastReturn:
    return PastReturn(
        event_id=earlier.event_id,
        source=earlier.source,
        customer_id=earlier.customer_id,
        purchased_at=earlier.purchased_at,
        returned_at=earlier.returned_at,
        returned=earlier.returned,
    )


def _page(since: Millis, last: str) -> Select[Any]:
    """The next purchases in the order of their texts, so that no page holds what another has."""
    goods, told = returned_goods.c, returns.c
    is_its = and_(told.org_id == goods.org_id, told.event_id == goods.event_id)
    return (
        select(goods.purchase)
        .distinct()
        .join_from(returned_goods, returns, is_its)
        .where(told.opened_at >= since, goods.eligible, goods.purchase > last)
        .order_by(goods.purchase)
        .limit(PAGE)
    )
