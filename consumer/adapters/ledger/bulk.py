"""One statement for many rows: written once, run in the form that each database takes fastest.

SQLite runs a write once for each row, without leaving the process; PostgreSQL gets all rows as one JSON text and makes
a table of them. SQLite looks keys up from one JSON text too. So the number of rows changes no statement, and each is
compiled once.

PostgreSQL plans a statement once and keeps the plan while the table grows. While a table is small, it may find it
cheaper to walk a whole index in order, to merge it with the rows given or to save a sort; on the grown table that reads
everything. Two forms take this plan away: the first column of a key is compared as `column = ANY (ARRAY[given])`, which
no merge can use, and rows are sorted by `column || ''` or `column + 0`, which no index is sorted by. The values are the
same as with `column = given` and `ORDER BY column`.
What is left besides, to read the table itself, `enable_seqscan` forbids.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Delete,
    Dialect,
    LargeBinary,
    Select,
    Table,
    Text,
    Update,
    and_,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import JSON

from consumer.adapters.ledger.rows import Row

GIVEN = "given"
Given = Mapping[str, ColumnElement[Any]]
Columns = Sequence[Column[Any]]


class Write(Protocol):
    """A compiled change."""

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Change what the rows say; how many rows of the table that met."""
        ...


class Read(Protocol):
    """A compiled look-up."""

    def __call__(self, connection: Connection, keys: Iterable[Row]) -> Sequence[Row]:
        """The rows that are found."""
        ...


class Bulk(Protocol):
    """How a database takes many rows at once."""

    @property
    def begin(self) -> str:
        """The words that start a write transaction."""
        ...

    def insert_new(self, table: Table, columns: Columns) -> Write:
        """Insert rows of these columns; one that breaks a unique key is passed over."""
        ...

    def insert_built(self, table: Table, columns: Columns, build: Callable[[Given], Given]) -> Write:
        """As `insert_new`, of the values that are built from what is given."""
        ...

    def change(self, build: Callable[[Given], Update | Delete], key: Columns, others: Columns = ()) -> Write:
        """Change the rows with these keys; each row given has further columns, which are no part of the key.

        The statement may use all that is given; the key's condition is added here.
        """
        ...

    def look_up(self, statement: Select[Any], key: Columns, *, order_by: Columns = ()) -> Read:
        """Look up the rows with these keys, of which each is given once; the key's condition is added here."""
        ...

    def join(self, build: Callable[[Given], Select[Any]], key: Columns, others: Columns, *, order_by: Columns) -> Read:
        """One result for each pair of a row given and a table's row with its key; else as `change` and `look_up`."""
        ...

    def matches(self, key: Columns, given: Given) -> ColumnElement[bool]:
        """The condition that these columns equal the values of the same names."""
        ...


@dataclass(frozen=True, slots=True)
class ForSqlite:
    """Rows go in one by one, within the process; keys come out of a JSON array."""

    dialect: Dialect
    begin: str = "BEGIN IMMEDIATE"

    def insert_new(self, table: Table, columns: Columns) -> Write:
        """As in Bulk."""
        return self.insert_built(table, columns, _as_given)

    def insert_built(self, table: Table, columns: Columns, build: Callable[[Given], Given]) -> Write:
        """As in Bulk."""
        values = build(_parameters(columns))
        return self._write(sqlite.insert(table).values(values).on_conflict_do_nothing(), columns)

    def change(self, build: Callable[[Given], Update | Delete], key: Columns, others: Columns = ()) -> Write:
        """As in Bulk."""
        given = _parameters([*key, *others])
        return self._write(build(given).where(self.matches(key, given)), [*key, *others])

    def look_up(self, statement: Select[Any], key: Columns, *, order_by: Columns = ()) -> Read:
        """As in Bulk."""
        keys = select(*_json_array(key).values())
        return self._read(statement.where(tuple_(*key).in_(keys)).order_by(*order_by), is_single=len(key) == 1)

    def join(self, build: Callable[[Given], Select[Any]], key: Columns, others: Columns, *, order_by: Columns) -> Read:
        """As in Bulk."""
        columns = [*key, *others]
        given = _json_array(columns)
        found = build(given).where(self.matches(key, given)).order_by(*order_by)
        return self._read(found, is_single=len(columns) == 1)

    def matches(self, key: Columns, given: Given) -> ColumnElement[bool]:
        """As in Bulk."""
        return and_(*(each == given[each.name] for each in key))

    def _read(self, statement: Select[Any], *, is_single: bool) -> Read:
        compiled = _compiled(statement, self.dialect)
        sql = str(compiled)
        constants = [(name, compiled.params[name]) for name in compiled.positiontup or ()]

        def run(connection: Connection, keys: Iterable[Row]) -> Sequence[Row]:
            given = json.dumps([key for (key,) in keys] if is_single else list(keys))
            parameters = tuple(given if name == GIVEN else constant for name, constant in constants)
            return connection.exec_driver_sql(sql, parameters).all()

        return run

    def _write(self, statement: sqlite.Insert | Update | Delete, columns: Columns) -> Write:
        compiled = _compiled(statement, self.dialect)
        sql = str(compiled)
        names = [_parameter(each) for each in columns]
        constants = {name: value for name, value in compiled.params.items() if name not in names}
        places = {name: place for place, name in enumerate([*names, *constants])}
        in_order = itemgetter(*(places[name] for name in compiled.positiontup or ()))
        values = tuple(constants.values())

        def run(connection: Connection, rows: Sequence[Row]) -> int:
            return connection.exec_driver_sql(sql, [in_order((*row, *values)) for row in rows]).rowcount

        return run


@dataclass(frozen=True, slots=True)
class ForPostgres:
    """All rows travel as one JSON text, which the server makes a table of."""

    dialect: Dialect
    begin: str = "BEGIN"

    def insert_new(self, table: Table, columns: Columns) -> Write:
        """As in Bulk."""
        return self.insert_built(table, columns, _as_given)

    def insert_built(self, table: Table, columns: Columns, build: Callable[[Given], Given]) -> Write:
        """As in Bulk."""
        values = build(_recordset(columns))
        insert = postgresql.insert(table).from_select(list(values), select(*values.values()))
        return self._write(insert.on_conflict_do_nothing(), columns)

    def change(self, build: Callable[[Given], Update | Delete], key: Columns, others: Columns = ()) -> Write:
        """As in Bulk."""
        given = _recordset([*key, *others])
        return self._write(build(given).where(self.matches(key, given)), [*key, *others])

    def look_up(self, statement: Select[Any], key: Columns, *, order_by: Columns = ()) -> Read:
        """As in Bulk."""
        return self.join(lambda _given: statement, key, (), order_by=order_by)

    def join(self, build: Callable[[Given], Select[Any]], key: Columns, others: Columns, *, order_by: Columns) -> Read:
        """As in Bulk."""
        given = _recordset([*key, *others])
        found = build(given).where(self.matches(key, given))
        return self._read(found.order_by(*map(_sorted_by_no_index, order_by)), [*key, *others])

    def matches(self, key: Columns, given: Given) -> ColumnElement[bool]:
        """As in Bulk."""
        # Not the others: before PostgreSQL 17 an array keeps a column from narrowing the walk of an index.
        first, *others = key
        same = (each == given[each.name] for each in others)
        return and_(first == any_(postgresql.array([given[first.name]])), *same)

    def _read(self, statement: Select[Any], columns: Columns) -> Read:
        compiled = _compiled(statement, self.dialect)
        sql, constants = str(compiled), dict(compiled.params)
        names = [each.name for each in columns]

        def run(connection: Connection, keys: Iterable[Row]) -> Sequence[Row]:
            return connection.exec_driver_sql(sql, constants | {GIVEN: _json_of(names, keys)}).all()

        return run

    def _write(self, statement: postgresql.Insert | Update | Delete, columns: Columns) -> Write:
        compiled = _compiled(statement, self.dialect)
        sql, constants = str(compiled), dict(compiled.params)
        names = [each.name for each in columns]

        def run(connection: Connection, rows: Sequence[Row]) -> int:
            return connection.exec_driver_sql(sql, constants | {GIVEN: _json_of(names, rows)}).rowcount

        return run


def _as_given(given: Given) -> Given:
    return given


def _parameter(of: Column[Any]) -> str:
    # A bare column's name is reserved by SQLAlchemy for the value it is set to.
    return f"given_{of.name}"


def _parameters(columns: Columns) -> dict[str, ColumnElement[Any]]:
    return {each.name: bindparam(_parameter(each), type_=each.type) for each in columns}


def _json_array(columns: Columns) -> dict[str, ColumnElement[Any]]:
    value = func.json_each(bindparam(GIVEN)).table_valued("value").c.value
    if len(columns) == 1:
        return {columns[0].name: value}
    return {each.name: func.json_extract(value, f"$[{place}]") for place, each in enumerate(columns)}


def _recordset(columns: Columns) -> dict[str, ColumnElement[Any]]:
    text = cast(bindparam(GIVEN, type_=Text), JSON)
    told = [column(each.name, Text() if _is_bytes(each) else each.type) for each in columns]
    rows = func.json_to_recordset(text).table_valued(*told).render_derived(name=GIVEN, with_types=True)
    return {
        each.name: func.decode(rows.c[each.name], "hex") if _is_bytes(each) else rows.c[each.name] for each in columns
    }


def _sorted_by_no_index(of: Column[Any]) -> ColumnElement[Any]:
    """The same value, as an expression."""
    return of + literal("" if isinstance(of.type, Text) else 0)


def _is_bytes(of: Column[Any]) -> bool:
    return isinstance(of.type, LargeBinary)


def _json_of(names: Sequence[str], rows: Iterable[Row]) -> str:
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=bytes.hex)


def _compiled(
    statement: sqlite.Insert | postgresql.Insert | Update | Delete | Select[Any], dialect: Dialect
) -> SQLCompiler:
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{statement} is not a statement")
    return compiled
