"""Many rows in PostgreSQL: all travel as one JSON text, of which the server makes a table.

PostgreSQL plans a statement once and keeps the plan while the table grows. While a table is small, it may find it
cheaper to walk a whole index in order, to merge it with the rows given or to save a sort; on the grown table that reads
everything. Two forms take this plan away: the first column of a key is compared as `column = ANY (ARRAY[given])`, which
no merge can use, and rows are sorted by `column || ''` or `column + 0`, which no index is sorted by. The values are the
same as with `column = given` and `ORDER BY column`. What is left besides, to read the table itself, is forbidden by
`enable_seqscan`.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import JSON

from consumer.adapters.ledger.bulk import GIVEN, Columns, Given, Read, Write, as_given, compiled_for
from consumer.adapters.ledger.rows import Row


@dataclass(frozen=True, slots=True)
class ForPostgres:
    """All rows travel as one JSON text, which the server makes a table of."""

    dialect: Dialect
    begin: str = "BEGIN"

    def insert_new(self, table: Table, columns: Columns) -> Write:
        """As in Bulk."""
        return self.insert_built(table, columns, as_given)

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
        compiled = compiled_for(statement, self.dialect)
        sql, constants = str(compiled), dict(compiled.params)
        names = [each.name for each in columns]

        def run(connection: Connection, keys: Iterable[Row]) -> Sequence[Row]:
            return connection.exec_driver_sql(sql, constants | {GIVEN: _json_of(names, keys)}).all()

        return run

    def _write(self, statement: postgresql.Insert | Update | Delete, columns: Columns) -> Write:
        compiled = compiled_for(statement, self.dialect)
        sql, constants = str(compiled), dict(compiled.params)
        names = [each.name for each in columns]

        def run(connection: Connection, rows: Sequence[Row]) -> int:
            return connection.exec_driver_sql(sql, constants | {GIVEN: _json_of(names, rows)}).rowcount

        return run


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
