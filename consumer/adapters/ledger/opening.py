"""Returns are written down; what their plans need is read after the commit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from consumer.adapters.ledger.bulk import Bulk, Given
from consumer.adapters.ledger.goods import EventKey, GoodsShelf, OthersGoods, returned_before
from consumer.adapters.ledger.rows import EARN_COLUMNS, Row, earn_of, lines_text, purchase_text, texts_json
from consumer.adapters.ledger.stage import Raced
from consumer.adapters.ledger.tables import EVENT_KEY, earns, returned_goods, returns
from consumer.core.model import Coordinates, Earn
from consumer.ports import Arrival, Duplicate, Opened, Opening, ReturnState, Settled, WallClock

RETURN_COLUMNS = (
    "org_id",
    "event_id",
    "redrive",
    "topic",
    "partition",
    "offset",
    "customer_id",
    "eligible",
    "purchased_at",
    "returned_at",
    "bill_numbers",
    "state",
    "opened_at",
)
GOODS_COLUMNS = (
    "org_id",
    "event_id",
    "position",
    "purchase",
    "topic",
    "partition",
    "offset",
    "eligible",
    "extent",
    "lines",
    "purchase_lines",
)

PURCHASE = EARN_COLUMNS.index("purchase")
EARNS = select(*(earns.c[name] for name in EARN_COLUMNS))
"""Earns as `earn_of` takes them."""

Openings = Sequence[Opening]


@dataclass(frozen=True, slots=True)
class _Version:
    """A row of `returns`, as far as an opening looks at it."""

    redrive: int
    source: Coordinates
    outcome: bytes | None


@dataclass(slots=True)
class _Pages:
    """What is to be inserted, and what was known before."""

    known: dict[EventKey, list[_Version]]
    returns: list[Row] = field(default_factory=list)
    goods: list[Row] = field(default_factory=list)


EarnsOf = Mapping[str, Sequence[Earn]]
"""By the purchase's text; nothing where it has none."""

Entered = Sequence[tuple[Opening, Settled | Duplicate | None]]
"""Each opening with its arrival; None where it stands open."""


class Open:
    """The stage of `Ledger.open`."""

    def __init__(self, bulk: Bulk, now: WallClock) -> None:
        self._now = now
        self._goods = GoodsShelf(bulk)
        columns = [returns.c[name] for name in RETURN_COLUMNS]
        self._insert_first = bulk.insert_built(returns, columns, _unless_known)
        self._known = bulk.look_up(_known(), EVENT_KEY, order_by=[returns.c.id])
        self._insert = bulk.insert_new(returns, columns)
        self._insert_goods = bulk.insert_new(returned_goods, [returned_goods.c[name] for name in GOODS_COLUMNS])
        self._earns = bulk.look_up(EARNS, [earns.c.purchase])

    def write(self, connection: Connection, arguments: Sequence[Openings]) -> Sequence[Entered]:
        """Insert what is new, in the order given. Where all of it is, as it mostly is, nothing is looked up."""
        now = self._now()
        if any(opening.redrive for openings in arguments for opening in openings):
            return self._enter(connection, arguments, now)
        firsts: dict[EventKey, Opening] = {}
        for openings in arguments:
            for opening in openings:
                firsts.setdefault(_event(opening), opening)
        rows = [_return_row(opening, now) for opening in firsts.values()]
        inserted = self._insert_first(connection, rows) if rows else 0
        if inserted < sum(map(len, arguments)):
            return self._enter(connection, arguments, now)
        self._keep_goods(connection, [row for opening in firsts.values() for row in _goods_rows(opening)])
        return [[(opening, None) for opening in openings] for openings in arguments]

    def read(self, connection: Connection, written: Sequence[Entered]) -> Sequence[Sequence[Arrival]]:
        """Read the goods and the earns of the purchases of what stands open."""
        seen_by = {
            (purchase_text(goods.purchase), opening.event_id)
            for entered in written
            for opening, arrival in entered
            if arrival is None
            for goods in opening.goods
        }
        others = self._goods.of_others(connection, seen_by)
        found = self._earns_of(connection, {purchase for purchase, _ in seen_by})
        return [
            [_opened(opening, others, found) if arrival is None else arrival for opening, arrival in entered]
            for entered in written
        ]

    def _enter(self, connection: Connection, arguments: Sequence[Openings], now: int) -> Sequence[Entered]:
        """Tell apart what is new and what was known, in the order given."""
        known: dict[EventKey, list[_Version]] = {_event(each): [] for openings in arguments for each in openings}
        for org, event, redrive, topic, partition, offset, outcome in self._known(connection, known) if known else ():
            source = Coordinates(topic, partition, offset)
            known[org, event].append(_Version(redrive=redrive, source=source, outcome=outcome))
        pages = _Pages(known=known)
        entered = [[(opening, _enter(pages, opening, now)) for opening in openings] for openings in arguments]
        if pages.returns and self._insert(connection, pages.returns) < len(pages.returns):
            raise Raced
        self._keep_goods(connection, pages.goods)
        return entered

    def _keep_goods(self, connection: Connection, rows: Sequence[Row]) -> None:
        if rows:
            self._insert_goods(connection, rows)

    def _earns_of(self, connection: Connection, purchases: Collection[str]) -> EarnsOf:
        found: dict[str, list[Earn]] = {}
        for row in self._earns(connection, [(purchase,) for purchase in purchases]) if purchases else ():
            found.setdefault(row[PURCHASE], []).append(earn_of(row))
        return found


def _enter(pages: _Pages, opening: Opening, now: int) -> Settled | Duplicate | None:
    versions = pages.known[_event(opening)]
    for version in versions:
        if version.source == opening.source:
            if version.outcome is not None:
                return Settled(outcome=version.outcome)
            if version is versions[0]:
                # Perhaps inserted just now; goods that stand there already are passed over.
                pages.goods.extend(_goods_rows(opening))
            return None
    if versions and opening.redrive <= max(version.redrive for version in versions):
        return Duplicate(first=versions[0].source)
    if not versions:
        pages.goods.extend(_goods_rows(opening))
    versions.append(_Version(redrive=opening.redrive, source=opening.source, outcome=None))
    pages.returns.append(_return_row(opening, now))
    return None


def _return_row(opening: Opening, now: int) -> Row:
    source = opening.source
    return (
        opening.org_id,
        opening.event_id,
        opening.redrive,
        source.topic,
        source.partition,
        source.offset,
        opening.customer_id,
        opening.eligible,
        opening.purchased_at,
        opening.returned_at,
        texts_json(opening.bill_numbers),
        ReturnState.OPEN.value,
        now,
    )


def _goods_rows(opening: Opening) -> list[Row]:
    source = opening.source
    return [
        (
            opening.org_id,
            opening.event_id,
            position,
            purchase_text(goods.purchase),
            source.topic,
            source.partition,
            source.offset,
            opening.eligible,
            goods.extent.value,
            lines_text(goods.lines),
            lines_text(goods.purchase_lines),
        )
        for position, goods in enumerate(opening.goods)
    ]


def _opened(opening: Opening, others: OthersGoods, earns_of: EarnsOf) -> Opened:
    event = _event(opening)
    returned, found = [], {}
    for own in opening.goods:
        text = purchase_text(own.purchase)
        rows = others.get((text, opening.event_id), ())
        returned.append((*returned_before(rows, own.purchase, event, opening.source), own))
        found[text] = earns_of.get(text, ())
    earns_now = [earn for each in found.values() for earn in each]
    if len(earns_now) > 1:
        earns_now.sort(key=lambda earn: (earn.earned_at, earn.key.earn_id))
    return Opened(returned=tuple(returned), earns=tuple(earns_now))


def _event(opening: Opening) -> EventKey:
    return (opening.org_id, opening.event_id)


def _unless_known(given: Given) -> Given:
    """The row as given; where its event is known, under a redrive that stands already, so that it is passed over."""
    row = returns.c
    is_event = and_(row.org_id == given["org_id"], row.event_id == given["event_id"])
    # In SQLite this takes half the time of a condition on the row: an insert that selects from its own table copies it.
    standing = select(row.redrive).where(is_event).limit(1).scalar_subquery()
    return {**given, "redrive": func.coalesce(standing, given["redrive"])}


def _known() -> Select[Any]:
    """Kept from being forgotten, with their goods, until what is opened beside them is committed."""
    row = returns.c
    columns = (row.org_id, row.event_id, row.redrive, row.topic, row.partition, row.offset, row.outcome)
    return select(*columns).with_for_update(read=True, key_share=True, of=returns)
