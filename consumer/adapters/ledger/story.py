"""What the ledger remembers, for a person who asks: read only, one question at a time."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from consumer.adapters.ledger.calls import calls_of
from consumer.adapters.ledger.goods import EXTENTS
from consumer.adapters.ledger.rows import EARN_COLUMNS, SEPARATOR, Row, earn_of, lines_of, purchase_of, purchase_text
from consumer.adapters.ledger.schema import to_read
from consumer.adapters.ledger.tables import earns, returned_goods, returns
from consumer.core.model import (
    BillNumber,
    Coordinates,
    CustomerId,
    EarnId,
    EventId,
    Millis,
    OrgId,
    PurchaseKey,
    ReturnedGoods,
)
from consumer.core.outcome import RevokeOutcome
from consumer.core.story import Account, BroughtBack, ToldEarn, ToldReturn

Event = tuple[str, str]
Decode = Callable[[bytes], RevokeOutcome]
RETURN_COLUMNS = (
    "event_id",
    "org_id",
    "redrive",
    "topic",
    "partition",
    "offset",
    "customer_id",
    "returned_at",
    "bill_numbers",
    "outcome",
    "calls",
    "opened_at",
)
TOLD_COLUMNS = ("topic", "partition", "offset", "redrive", "late_outcome", "late_calls", "recorded_at")
GOODS_COLUMNS = ("org_id", "event_id", "purchase", "extent", "lines", "purchase_lines")


class StoryBook:
    """Answers from the ledger at a URL. What is sought is sought in the default organisation first, then in all."""

    def __init__(self, url: str, default_org: OrgId, decode: Decode) -> None:
        """Look that it is there. Raises OldSchema, or FileNotFoundError where there is no ledger."""
        self._engine = to_read(url).engine
        self._org = default_org
        self._decode = decode

    def of_return(self, event_id: EventId) -> Account:
        """A return, its purchases and their other returns."""
        with self._engine.connect() as connection:
            row = returns.c
            events = self._sought(connection, select(row.org_id, row.event_id), row.org_id, row.event_id == event_id)
            return self._account(connection, events=events)

    def of_bill(self, bill: BillNumber) -> Account:
        """The purchase of a bill; of several where stores or tills share its number."""
        with self._engine.connect() as connection:
            return self._account(connection, purchases=self._purchases(connection, bill))

    def of_earn(self, earn_id: EarnId) -> Account:
        """An earn, and its purchase."""
        with self._engine.connect() as connection:
            row = earns.c
            found = self._sought(connection, _earns(), row.org_id, row.earn_id == earn_id)
            return self._account(connection, earn_rows=found)

    def of_customer(self, customer_id: CustomerId) -> Account:
        """All of a customer. Looks through the whole ledger."""
        with self._engine.connect() as connection:
            row = returns.c
            own = connection.execute(select(row.org_id, row.event_id).where(row.customer_id == customer_id)).all()
            found = connection.execute(_earns().where(earns.c.customer_id == customer_id)).all()
            return self._account(connection, events=own, earn_rows=found)

    def _sought(
        self, connection: Connection, query: Select[Any], org: ColumnElement[str], is_it: ColumnElement[bool]
    ) -> Sequence[Row]:
        ours = [tuple(row) for row in connection.execute(query.where(is_it, org == self._org))]
        return ours or [tuple(row) for row in connection.execute(query.where(is_it))]

    def _purchases(self, connection: Connection, bill: BillNumber) -> set[str]:
        exact = purchase_text(PurchaseKey(org_id=self._org, bill_number=bill))
        columns = (returned_goods.c.purchase, earns.c.purchase)
        if any(connection.execute(select(each).where(each == exact).limit(1)).first() for each in columns):
            return {exact}
        part = f"{SEPARATOR}{exact.split(SEPARATOR)[1]}{SEPARATOR}"
        found = {
            text
            for each in columns
            for (text,) in connection.execute(select(each).where(each.contains(part, autoescape=True)))
        }
        return {text for text in found if purchase_of(text).bill_number == bill}

    def _account(
        self,
        connection: Connection,
        *,
        events: Iterable[Row] = (),
        purchases: Iterable[str] = (),
        earn_rows: Iterable[Row] = (),
    ) -> Account:
        """What belongs together: the purchases of the events and the earns, all their returns, all their earns."""
        wanted: set[Event] = {(row[0], row[1]) for row in events}
        goods = {tuple(row) for event in wanted for row in connection.execute(_goods_of_event(event))}
        earned = {(row[0], row[1]): tuple(row) for row in earn_rows}
        texts = {*purchases, *(row[2] for row in goods), *(row[6] for row in earned.values() if row[6] is not None)}
        for text in sorted(texts):
            goods |= {tuple(row) for row in connection.execute(_goods_of_purchase(text))}
            earned |= {
                (row[0], row[1]): tuple(row) for row in connection.execute(_earns().where(earns.c.purchase == text))
            }
        wanted |= {(row[0], row[1]) for row in goods}
        told = [tuple(row) for event in sorted(wanted) for row in connection.execute(_returns(event))]
        return Account(
            returns=tuple(self._return(row) for row in told),
            goods=tuple(_goods(row) for row in sorted(goods, key=lambda row: row[:3])),
            earns=tuple(self._earn(earned[key]) for key in sorted(earned)),
        )

    def _return(self, row: Row) -> ToldReturn:
        event, org, redrive, topic, partition, offset, customer, returned_at, bills, outcome, calls, opened_at = row
        return ToldReturn(
            event_id=EventId(event),
            org_id=OrgId(org),
            redrive=redrive,
            source=Coordinates(topic, partition, offset),
            customer_id=None if customer is None else CustomerId(customer),
            returned_at=Millis(returned_at),
            bill_numbers=tuple(BillNumber(bill) for bill in json.loads(bills)),
            outcome=None if outcome is None else self._decode(outcome),
            calls=calls_of(calls),
            opened_at=Millis(opened_at),
        )

    def _earn(self, row: Row) -> ToldEarn:
        topic, partition, offset, redrive, late, calls, recorded_at = row[len(EARN_COLUMNS) :]
        return ToldEarn(
            earn=earn_of(row),
            source=None if topic is None else Coordinates(topic, partition, offset),
            redrive=redrive,
            late=None if late is None else self._decode(late),
            late_calls=calls_of(calls),
            recorded_at=Millis(recorded_at),
        )


def _goods(row: Row) -> BroughtBack:
    org, event, purchase, extent, lines, purchase_lines = row
    goods = ReturnedGoods(
        purchase=purchase_of(purchase),
        extent=EXTENTS[extent],
        lines=lines_of(lines),
        purchase_lines=lines_of(purchase_lines),
    )
    return BroughtBack(org_id=OrgId(org), event_id=EventId(event), goods=goods)


def _earns() -> Select[Any]:
    return select(*(earns.c[name] for name in (*EARN_COLUMNS, *TOLD_COLUMNS)))


def _returns(event: Event) -> Select[Any]:
    row = returns.c
    is_it = (row.org_id == event[0], row.event_id == event[1])
    return select(*(row[name] for name in RETURN_COLUMNS)).where(*is_it).order_by(row.id)


def _goods_of_event(event: Event) -> Select[Any]:
    row = returned_goods.c
    return select(*(row[name] for name in GOODS_COLUMNS)).where(row.org_id == event[0], row.event_id == event[1])


def _goods_of_purchase(text: str) -> Select[Any]:
    row = returned_goods.c
    return select(*(row[name] for name in GOODS_COLUMNS)).where(row.purchase == text)
