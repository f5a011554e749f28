"""What the earn feed tells is written down; whether an earn comes late is looked up after the commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Select, Update, case, select, update

from consumer.adapters.ledger.bulk import Bulk, Given
from consumer.adapters.ledger.rows import EARN_COLUMNS, Row, line_ids_text, purchase_text
from consumer.adapters.ledger.stage import Raced
from consumer.adapters.ledger.tables import EARN_KEY, earns, returned_goods
from consumer.core.model import Coordinates, Earn, EarnKind, EarnState
from consumer.ports import TellResult, Told, WallClock

Key = tuple[str, str]
"""Organisation and earn id."""

TOLD_STATES = {EarnKind.REDEEMED: EarnState.REDEEMED, EarnKind.REVOKED: EarnState.REVOKED}
SOURCE_COLUMNS = ("topic", "partition", "offset", "redrive")
FILLED_COLUMNS = (*EARN_COLUMNS[:9], "request_id", *SOURCE_COLUMNS)
INSERTED_COLUMNS = (*FILLED_COLUMNS, "state", "recorded_at")
RETURNED_PURCHASES = select(returned_goods.c.purchase).where(returned_goods.c.eligible)
"""Purchases of which a return is known that may take late earns."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A row of `earns`, as far as the feed looks at it. A stub has no source."""

    source: Coordinates | None
    redrive: int
    state: EarnState
    purchase: str | None
    has_told_late: bool


@dataclass(slots=True)
class _Pages:
    """What is known, and the rows to write, in the order in which the statements run."""

    known: dict[Key, _Known]
    inserted: list[Row] = field(default_factory=list)
    filled: dict[Key, Row] = field(default_factory=dict)
    sent_again: dict[Key, Row] = field(default_factory=dict)
    ended: list[Row] = field(default_factory=list)


Look = _Known | None
"""The earn that must be looked at for returns that came before it."""


class Tell:
    """The stage of `Ledger.tell`."""

    def __init__(self, bulk: Bulk, now: WallClock) -> None:
        self._now = now
        # One order for all look-ups: they seldom wait in a circle, and where they do, the group runs again.
        self._known = bulk.look_up(_known(), EARN_KEY, order_by=EARN_KEY)
        self._insert = bulk.insert_new(earns, [earns.c[name] for name in INSERTED_COLUMNS])
        self._fill = bulk.change(_fill, EARN_KEY, [earns.c[name] for name in FILLED_COLUMNS[len(EARN_KEY) :]])
        self._send_again = bulk.change(_send_again, EARN_KEY, [earns.c[name] for name in SOURCE_COLUMNS])
        self._end = bulk.change(_end, EARN_KEY, [earns.c.state])
        self._returned = bulk.look_up(RETURNED_PURCHASES, [returned_goods.c.purchase])

    def write(self, connection: Connection, arguments: Sequence[Sequence[Told]]) -> Sequence[Sequence[Look]]:
        """Write in the order told."""
        keys = {_key(told) for batch in arguments for told in batch}
        pages = _Pages(known=dict(map(_row_known, self._known(connection, keys))) if keys else {})
        now = self._now()
        looks = [[_note(pages, told, now) for told in batch] for batch in arguments]
        if pages.inserted and self._insert(connection, pages.inserted) < len(pages.inserted):
            raise Raced
        if pages.filled:
            self._fill(connection, list(pages.filled.values()))
        if pages.sent_again:
            self._send_again(connection, list(pages.sent_again.values()))
        if pages.ended:
            self._end(connection, pages.ended)
        return looks

    def read(self, connection: Connection, written: Sequence[Sequence[Look]]) -> Sequence[Sequence[TellResult]]:
        """Late is what was late before, and what finds a return of its purchase."""
        purchases = {look.purchase for looks in written for look in looks if look is not None} - {None}
        returned = {row[0] for row in self._returned(connection, [(each,) for each in purchases])} if purchases else ()
        return [
            [
                TellResult.LATE if look and (look.has_told_late or look.purchase in returned) else TellResult.NOTED
                for look in looks
            ]
            for looks in written
        ]


def _note(pages: _Pages, told: Told, now: int) -> Look:
    if told.event.earn is None:
        _note_end(pages, told, TOLD_STATES[told.event.kind], now)
        return None
    key = _key(told)
    known = pages.known.get(key)
    if known is None or known.source is None or (known.purchase is None and told.event.earn.purchase is not None):
        state = EarnState.HELD if known is None else known.state
        filled = _filled(told.event.earn, told)
        if known is None:
            pages.inserted.append((*filled, state.value, now))
        else:
            pages.filled[key] = filled
            if key in pages.sent_again:
                pages.sent_again[key] = (*key, *_where(told))
        changed = _Known(told.source, told.redrive, state, filled[6], has_told_late=False)
    elif known.source == told.source:
        return known
    elif told.redrive > known.redrive:
        pages.sent_again[key] = (*key, *_where(told))
        changed = replace(known, source=told.source, redrive=told.redrive, has_told_late=False)
    else:
        return None
    pages.known[key] = changed
    return changed


def _note_end(pages: _Pages, told: Told, state: EarnState, now: int) -> None:
    key = _key(told)
    known = pages.known.get(key)
    if known is None:
        empty = (None,) * (len(INSERTED_COLUMNS) - 6)
        pages.inserted.append((*key, told.event.customer_id, *empty, 0, state.value, now))
        pages.known[key] = _Known(None, 0, state, None, has_told_late=False)
    elif known.state is EarnState.HELD:
        pages.ended.append((*key, state.value))
        pages.known[key] = replace(known, state=state)


def _filled(earn: Earn, told: Told) -> Row:
    return (
        earn.key.org_id,
        earn.key.earn_id,
        earn.customer_id,
        earn.promotion_id,
        None if earn.promotion_type is None else earn.promotion_type.value,
        earn.earned_from.value,
        None if earn.purchase is None else purchase_text(earn.purchase),
        line_ids_text(earn.line_ids),
        earn.earned_at,
        told.event.request_id,
        *_where(told),
    )


def _where(told: Told) -> tuple[str, int, int, int]:
    return (told.source.topic, told.source.partition, told.source.offset, told.redrive)


def _key(told: Told) -> Key:
    return (told.event.key.org_id, told.event.key.earn_id)


def _row_known(row: Row) -> tuple[Key, _Known]:
    org, earn, topic, partition, offset, redrive, state, purchase, has_told_late = row
    source = None if topic is None else Coordinates(topic, partition, offset)
    return (org, earn), _Known(source, redrive, EarnState(state), purchase, has_told_late=bool(has_told_late))


def _known() -> Select[Any]:
    columns = [earns.c[name] for name in ("org_id", "earn_id", *SOURCE_COLUMNS, "state", "purchase")]
    told_late = earns.c.late_outcome.is_not(None)
    return select(*columns, told_late).with_for_update(of=earns)


def _fill(given: Given) -> Update:
    return update(earns).values({name: given[name] for name in FILLED_COLUMNS[len(EARN_KEY) :]})


def _send_again(given: Given) -> Update:
    anew = {name: given[name] for name in SOURCE_COLUMNS}
    return update(earns).values(anew | {"late_outcome": None, "late_calls": None})


def _end(given: Given) -> Update:
    # A claim under way outlives the feed's word that the earn is gone: its record may be the one that did it.
    claim = case((given["state"] == EarnState.REVOKED.value, earns.c.claim), else_=None)
    is_held = earns.c.state == EarnState.HELD.value
    return update(earns).where(is_held).values(state=given["state"], claim=claim)
