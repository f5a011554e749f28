"""Earns that wait are linked to the purchase that names them; whether they are late is looked up after the commit."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Update, select, update

from consumer.adapters.ledger.bulk import Bulk, Given
from consumer.adapters.ledger.naming import ALL_PROMOTIONS
from consumer.adapters.ledger.rows import Row, purchase_of, purchase_text
from consumer.adapters.ledger.tables import EARN_KEY, NAMING_KEY, earns, namings, returned_goods
from consumer.adapters.ledger.telling import RETURNED_PURCHASES
from consumer.core.linking import Asker, Linkable, Naming, link, to_tell
from consumer.core.model import Coordinates, EarnKey, EarnState

Value = TypeVar("Value")
Request = tuple[str, str]
"""Organisation and request id."""
Earned = dict[Request, Sequence[Linkable]]
Named = dict[Request, Sequence[Naming]]

PLACE = ("topic", "partition", "offset", "redrive")


class Link:
    """The stage of the second half of `Ledger.name`, and of `Ledger.tell` for earns that wait.

    All that it looks at was committed before. The earns of a request are locked first and its namings read then: of
    two who link at once, the second sees what the first did, and whatever it did not see.
    """

    def __init__(self, bulk: Bulk) -> None:
        # One order for all look-ups: they seldom wait in a circle, and where they do, the group runs again.
        self._waiting = bulk.look_up(_waiting(), [earns.c.request_id], order_by=EARN_KEY)
        self._named = bulk.look_up(_named(), [namings.c.request_id], order_by=NAMING_KEY)
        self._place = bulk.change(_place, EARN_KEY, [earns.c[name] for name in ("purchase", *PLACE)])
        self._hand_on = bulk.change(_hand_on, NAMING_KEY, [namings.c[name] for name in PLACE])
        self._returned = bulk.look_up(RETURNED_PURCHASES, [returned_goods.c.purchase])

    def write(self, connection: Connection, arguments: Sequence[Sequence[Asker]]) -> Sequence[Sequence[list[Linkable]]]:
        """Link, asker after asker; the earns of which each has to tell."""
        requests = {(asker.org_id, asker.request_id) for askers in arguments for asker in askers}
        keys = sorted({(request_id,) for _, request_id in requests})
        earned = _by_request(map(_linkable, self._waiting(connection, keys) if keys else ()))
        named = _by_request(map(_naming, self._named(connection, keys) if keys else ()))
        before = {*_all(earned), *_all(named)}
        told = [[_link(asker, earned, named) for asker in askers] for askers in arguments]
        placed = sorted(_placed(each) for each in _all(earned) if each not in before)
        if placed:
            self._place(connection, placed)
        handed_on = sorted(_handed_on(each) for each in _all(named) if each not in before)
        if handed_on:
            self._hand_on(connection, handed_on)
        return told

    def read(
        self, connection: Connection, written: Sequence[Sequence[list[Linkable]]]
    ) -> Sequence[Sequence[tuple[EarnKey, ...]]]:
        """Which of those earns are late."""
        purchases = {each.purchase for told in written for own in told for each in own if each.purchase is not None}
        keys = [(purchase_text(each),) for each in purchases]
        returned = {row[0] for row in self._returned(connection, keys)} if keys else set[str]()
        return [[tuple(each.key for each in own if _is_late(each, returned)) for own in told] for told in written]


def _link(asker: Asker, earned: Earned, named: Named) -> list[Linkable]:
    """Link in what is known; the earns of which the asker has to tell."""
    request = (asker.org_id, asker.request_id)
    linked = link(asker, earned.get(request, ()), named.get(request, ()))
    earned[request], named[request] = linked.earns, linked.namings
    return to_tell(asker, linked.earns)


def _is_late(earn: Linkable, returned: Collection[str]) -> bool:
    return earn.has_told_late or (earn.purchase is not None and purchase_text(earn.purchase) in returned)


def _by_request(found: Iterable[tuple[Request, Value]]) -> dict[Request, Sequence[Value]]:
    by_request: dict[Request, list[Value]] = {}
    for request, value in found:
        by_request.setdefault(request, []).append(value)
    return {**by_request}


def _all(by_request: Mapping[Request, Sequence[Value]]) -> Iterator[Value]:
    return chain.from_iterable(by_request.values())


def _linkable(row: Row) -> tuple[Request, Linkable]:
    org, request, earn, customer, promotion, purchase, *where, redrive, state, claim, has_told_late = row
    return (org, request), Linkable(
        key=EarnKey(org_id=org, earn_id=earn),
        customer_id=customer,
        promotion_id=promotion,
        purchase=None if purchase is None else purchase_of(purchase),
        source=Coordinates(*where),
        redrive=redrive,
        is_at_rest=state == EarnState.HELD and claim is None,
        has_told_late=bool(has_told_late),
    )


def _naming(row: Row) -> tuple[Request, Naming]:
    org, request, customer, promotion, purchase, *where, redrive = row
    return (org, request), Naming(
        request_id=request,
        customer_id=customer,
        promotion_id=None if promotion == ALL_PROMOTIONS else promotion,
        purchase=purchase_of(purchase),
        source=Coordinates(*where),
        redrive=redrive,
    )


def _placed(earn: Linkable) -> tuple[Any, ...]:
    purchase = None if earn.purchase is None else purchase_text(earn.purchase)
    return (earn.key.org_id, earn.key.earn_id, purchase, *_where(earn))


def _handed_on(naming: Naming) -> tuple[Any, ...]:
    promotion = naming.promotion_id or ALL_PROMOTIONS
    return (naming.request_id, naming.customer_id, promotion, purchase_text(naming.purchase), *_where(naming))


def _where(of: Linkable | Naming) -> tuple[str, int, int, int]:
    return (of.source.topic, of.source.partition, of.source.offset, of.redrive)


def _waiting() -> Select[Any]:
    names = ("org_id", "request_id", "earn_id", "customer_id", "promotion_id", "purchase", *PLACE, "state", "claim")
    row = earns.c
    return select(*(row[name] for name in names), row.late_outcome.is_not(None)).with_for_update(of=earns)


def _named() -> Select[Any]:
    row = namings.c
    return select(row.org_id, *NAMING_KEY, *(row[name] for name in PLACE))


def _place(given: Given) -> Update:
    """Where an earn belongs, and who has to tell of it; what was told for another record is another's."""
    values = {name: given[name] for name in ("purchase", *PLACE)}
    return update(earns).values(values | {"late_outcome": None, "late_calls": None})


def _hand_on(given: Given) -> Update:
    return update(namings).values({name: given[name] for name in PLACE})
