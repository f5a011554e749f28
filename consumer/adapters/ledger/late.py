"""What the turn of a late earn needs: the earn, and the returns that came before it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from consumer.adapters.ledger.bulk import Bulk
from consumer.adapters.ledger.goods import EventKey, GoodsRow, GoodsShelf, own_goods, returned_before
from consumer.adapters.ledger.rows import EARN_COLUMNS, Row, earn_of, purchase_of, purchase_text
from consumer.adapters.ledger.tables import EARN_KEY, EVENT_KEY, earns, returns
from consumer.core.model import (
    BillNumber,
    Coordinates,
    CustomerId,
    Earn,
    EarnKey,
    EventId,
    Millis,
    OrgId,
    PurchaseKey,
)
from consumer.ports import EarlierReturn, LateEarn, ReturnState

Asked = Sequence[tuple[Coordinates, Sequence[EarnKey]]]


class _Version(NamedTuple):
    """A row of `returns`: a return, or a redrive of it."""

    org_id: str
    event_id: str
    topic: str
    partition: int
    offset: int
    customer_id: int | None
    purchased_at: int | None
    returned_at: int
    bill_numbers: str
    state: str
    outcome: bytes | None


Versions = Mapping[EventKey, Sequence[_Version]]


class EarlierReturns:
    """Looks up the returns of purchases that may take earns."""

    def __init__(self, bulk: Bulk) -> None:
        self._goods = GoodsShelf(bulk)
        self._versions = bulk.look_up(
            select(*(returns.c[name] for name in _Version._fields)),
            EVENT_KEY,
            order_by=[returns.c.id],
        )

    def of(self, connection: Connection, purchases: Iterable[str]) -> Mapping[str, tuple[EarlierReturn, ...]]:
        """By the purchase's text, oldest first."""
        goods = self._goods.of(connection, purchases)
        versions = self._versions_of(connection, {row.event for each in goods.values() for row in each if row.eligible})
        return {text: tuple(_earlier_returns(purchase_of(text), rows, versions)) for text, rows in goods.items()}

    def _versions_of(self, connection: Connection, events: Iterable[EventKey]) -> Versions:
        found: dict[EventKey, list[_Version]] = {event: [] for event in events}
        for row in self._versions(connection, found) if found else ():
            found[row[0], row[1]].append(_Version(*row))
        return found


class Late:
    """The stage of `Ledger.late_earns`: it writes nothing."""

    def __init__(self, bulk: Bulk) -> None:
        self._returns = EarlierReturns(bulk)
        self._earns = bulk.look_up(
            select(*(earns.c[name] for name in (*EARN_COLUMNS, "topic", "partition", "offset", "late_outcome"))),
            EARN_KEY,
        )

    def write(self, connection: Connection, arguments: Sequence[Asked]) -> Sequence[Asked]:
        """Nothing; only what is asked is passed on."""
        del connection
        return arguments

    def read(self, connection: Connection, written: Sequence[Asked]) -> Sequence[Sequence[LateEarn]]:
        """Read everything afresh."""
        keys = {(key.org_id, key.earn_id) for asked in written for _, each in asked for key in each}
        rows = {(row[0], row[1]): row for row in self._earns(connection, keys)} if keys else {}
        found = {key: (earn_of(row), row) for key, row in rows.items()}
        purchases = {purchase_text(earn.purchase) for earn, _ in found.values() if earn.purchase is not None}
        earlier = self._returns.of(connection, purchases)
        return [
            [_late_earn(source, [found[key.org_id, key.earn_id] for key in each], earlier) for source, each in asked]
            for asked in written
        ]


def _late_earn(
    source: Coordinates, found: Sequence[tuple[Earn, Row]], earlier: Mapping[str, tuple[EarlierReturn, ...]]
) -> LateEarn:
    purchase = next((earn.purchase for earn, _ in found if earn.purchase is not None), None)
    return LateEarn(
        earns=tuple(earn for earn, _ in found),
        settled=next((outcome for _, row in found if (outcome := _settled(source, row)) is not None), None),
        returns=() if purchase is None else earlier[purchase_text(purchase)],
    )


def _settled(source: Coordinates, row: Row) -> bytes | None:
    """The late outcome of the earn, if it is this record's."""
    topic, partition, offset, outcome = row[-4:]
    return outcome if source == Coordinates(topic, partition, offset) else None


def _earlier_returns(purchase: PurchaseKey, rows: Sequence[GoodsRow], versions: Versions) -> Iterator[EarlierReturn]:
    for row in rows:
        told = versions[row.event] if row.eligible else ()
        if not told or told[0].customer_id is None:
            continue
        first = told[0]
        source = Coordinates(first.topic, first.partition, first.offset)
        outcomes = [version.outcome for version in told if version.outcome is not None]
        yield EarlierReturn(
            source=source,
            org_id=OrgId(first.org_id),
            event_id=EventId(first.event_id),
            customer_id=CustomerId(told[0].customer_id),
            purchased_at=None if first.purchased_at is None else Millis(first.purchased_at),
            returned_at=Millis(first.returned_at),
            bill_numbers=tuple(BillNumber(bill) for bill in json.loads(first.bill_numbers)),
            returned=(*returned_before(rows, purchase, row.event, source), *own_goods(rows, purchase, row.event)),
            state=ReturnState(told[-1].state),
            outcome=outcomes[-1] if outcomes else None,
        )
