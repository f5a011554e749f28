"""What came back of a purchase, return by return."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from consumer.adapters.ledger.bulk import Bulk, Given, Read
from consumer.adapters.ledger.rows import lines_of
from consumer.adapters.ledger.tables import returned_goods
from consumer.core.model import Coordinates, Extent, PurchaseKey, ReturnedGoods

EventKey = tuple[str, str]
"""Organisation and event id."""

EXTENTS = {extent.value: extent for extent in Extent}


class GoodsRow(NamedTuple):
    """A row of `returned_goods`; a tuple, as there are many."""

    purchase: str
    org_id: str
    event_id: str
    topic: str
    partition: int
    offset: int
    eligible: bool
    extent: str
    lines: str | None
    purchase_lines: str | None

    @property
    def event(self) -> EventKey:
        """The return's event."""
        return (self.org_id, self.event_id)

    def goods_of(self, purchase: PurchaseKey) -> ReturnedGoods:
        """The goods, of the purchase whose row this is."""
        return ReturnedGoods(
            purchase=purchase,
            extent=EXTENTS[self.extent],
            lines=lines_of(self.lines),
            purchase_lines=lines_of(self.purchase_lines),
        )


_COLUMNS = [returned_goods.c[name] for name in GoodsRow._fields]

Goods = Mapping[str, Sequence[GoodsRow]]
"""By the purchase's text, oldest first."""

OthersGoods = Mapping[tuple[str, str], Sequence[GoodsRow]]
"""By the purchase's text and the id of the event that looks, oldest first; nothing where there are no others."""


class GoodsShelf:
    """Looks up what came back of purchases."""

    def __init__(self, bulk: Bulk) -> None:
        row = returned_goods.c
        self._of_purchases: Read = bulk.look_up(select(*_COLUMNS), [row.purchase], order_by=[row.id])
        self._of_others: Read = bulk.join(_of_others, [row.purchase], [row.event_id], order_by=[row.id])

    def of(self, connection: Connection, purchases: Iterable[str]) -> Goods:
        """The goods of these purchases."""
        found: dict[str, list[GoodsRow]] = {purchase: [] for purchase in purchases}
        if found:
            for row in self._of_purchases(connection, [(purchase,) for purchase in found]):
                found[row[0]].append(GoodsRow(*row))
        return found

    def of_others(self, connection: Connection, seen_by: Collection[tuple[str, str]]) -> OthersGoods:
        """The goods of these purchases; for each purchase and event id, those of all other events."""
        found: dict[tuple[str, str], list[GoodsRow]] = {}
        for row in self._of_others(connection, seen_by) if seen_by else ():
            found.setdefault((row[0], row[-1]), []).append(GoodsRow(*row[:-1]))
        return found


def returned_before(
    rows: Sequence[GoodsRow], purchase: PurchaseKey, event: EventKey, seen_from: Coordinates
) -> tuple[ReturnedGoods, ...]:
    """What other returns brought back before the event's return at these coordinates."""
    return tuple(row.goods_of(purchase) for row in rows if row.event != event and not _is_later(row, seen_from))


def own_goods(rows: Sequence[GoodsRow], purchase: PurchaseKey, event: EventKey) -> tuple[ReturnedGoods, ...]:
    """What the event itself brought back; nothing once it was forgotten."""
    return tuple(row.goods_of(purchase) for row in rows if row.event == event)


def _is_later(row: GoodsRow, than: Coordinates) -> bool:
    return row.offset > than.offset and row.partition == than.partition and row.topic == than.topic


def _of_others(given: Given) -> Select[Any]:
    seen_by = given["event_id"]
    return select(*_COLUMNS, seen_by.label("seen_by")).where(returned_goods.c.event_id != seen_by)
