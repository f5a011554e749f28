"""Fills a ledger in bulk, as if it had been followed for years; the rows are those that its own stages write."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Subquery, Table, Text, cast, insert, literal, select

from consumer.adapters.ledger.rows import SEPARATOR
from consumer.adapters.ledger.tables import earns, returned_goods, returns
from tests.builders import BOUGHT_AT, CUSTOMER, ORG, RETURNED_AT

SPREAD, SPACE = 2_654_435_761, 2**32
"""Numbers in a row are thrown far apart, as the vendor's ids are: no page of an index is at hand by chance."""
EARLIER = 1_000
"""When all of it was recorded."""
Values = Mapping[str, ColumnElement[Any]]


def spread(number: int) -> int:
    """The number by which the ids of a return and its earn go."""
    return number * SPREAD % SPACE


def fill_earns(connection: Connection, first: int, last: int) -> None:
    """Earns that are held, each of a purchase of its own, of the numbers from `first` up to `last`."""
    numbers = _numbers(first, last)
    number = numbers.c.number
    values: Values = {
        "org_id": literal(ORG),
        "earn_id": literal("e") + cast(number, Text),
        "customer_id": literal(CUSTOMER),
        "promotion_id": literal("p1"),
        "promotion_type": literal("CUSTOMER"),
        "earned_from": literal("ACTIVITY"),
        "purchase": _purchase(number),
        "line_ids": literal('["1"]'),
        "earned_at": literal(BOUGHT_AT, BigInteger),
        "state": literal("held"),
        "topic": literal("earn-events"),
        "partition": literal(0),
        "offset": number,
        "redrive": literal(0),
        "recorded_at": literal(EARLIER, BigInteger),
    }
    _insert_sorted(connection, earns, values, numbers)


def fill_returns(connection: Connection, first: int, last: int) -> None:
    """Returns that stand open, each of a purchase without an earn, of the numbers from `first` up to `last`.

    One after another, as they come: an index made anew over all of them is not what a ledger has that grew.
    """
    numbers = _numbers(first, last)
    number = numbers.c.number
    where: Values = {
        "org_id": literal(ORG),
        "event_id": literal("r") + cast(number, Text),
        "topic": literal("return-transactions"),
        "partition": literal(0),
        "offset": number,
        "eligible": literal(True),  # noqa: FBT003 - a column's value
    }
    told: Values = {
        "redrive": literal(0),
        "customer_id": literal(CUSTOMER),
        "returned_at": literal(RETURNED_AT, BigInteger),
        "bill_numbers": literal('["B-') + cast(number, Text) + literal('"]'),
        "state": literal("open"),
        "opened_at": literal(EARLIER, BigInteger),
    }
    goods: Values = {
        "position": literal(0),
        "purchase": _purchase(number),
        "extent": literal("lines"),
        "lines": literal('[["1",1.0]]'),
    }
    _insert(connection, returns, {**where, **told}, numbers)
    _insert(connection, returned_goods, {**where, **goods}, numbers)


def _purchase(number: ColumnElement[int]) -> ColumnElement[str]:
    return literal(f"{ORG}{SEPARATOR}B-") + cast(number, Text) + literal(SEPARATOR * 2)


def _numbers(first: int, last: int) -> Subquery:
    """These numbers, spread."""
    row = select(literal(first, BigInteger).label("n")).cte("rows", recursive=True)
    row = row.union_all(select(row.c.n + 1).where(row.c.n < last - 1))
    return select((row.c.n * SPREAD % SPACE).label("number")).subquery()


def _insert(connection: Connection, table: Table, values: Values, numbers: Subquery) -> None:
    rows = select(*values.values()).select_from(numbers)
    connection.execute(insert(table).from_select(list(values), rows))


def _insert_sorted(connection: Connection, table: Table, values: Values, numbers: Subquery) -> None:
    """In the order of the ids, and with the other indexes made anew: no page is written twice."""
    names: Sequence[str] = list(values)
    rows = select(*values.values()).select_from(numbers).order_by(cast(numbers.c.number, Text))
    anew = [index for index in table.indexes if index.name is not None]
    for index in anew:
        index.drop(connection)
    connection.execute(insert(table).from_select(names, rows))
    for index in anew:
        index.create(connection)
