"""Many rows in SQLite: a write runs once for each, within the process; keys are looked up from one JSON text."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Delete,
    Dialect,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects import sqlite

from consumer.adapters.ledger.bulk import GIVEN, Columns, Given, Read, Write, as_given, compiled_for
from consumer.adapters.ledger.rows import Row


@dataclass(frozen=True, slots=True)
class ForSqlite:
    """Rows go in one by one, within the process; keys come out of a JSON array."""

    dialect: Dialect
    begin: str = "BEGIN IMMEDIATE"

    def insert_new(self, table: Table, columns: Columns) -> Write:
        """As in Bulk."""
        return self.insert_built(table, columns, as_given)

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
        compiled = compiled_for(statement, self.dialect)
        sql = str(compiled)
        constants = [(name, compiled.params[name]) for name in compiled.positiontup or ()]

        def run(connection: Connection, keys: Iterable[Row]) -> Sequence[Row]:
            given = json.dumps([key for (key,) in keys] if is_single else list(keys))
            parameters = tuple(given if name == GIVEN else constant for name, constant in constants)
            return connection.exec_driver_sql(sql, parameters).all()

        return run

    def _write(self, statement: sqlite.Insert | Update | Delete, columns: Columns) -> Write:
        compiled = compiled_for(statement, self.dialect)
        sql = str(compiled)
        names = [_parameter(each) for each in columns]
        constants = {name: value for name, value in compiled.params.items() if name not in names}
        places = {name: place for place, name in enumerate([*names, *constants])}
        in_order = itemgetter(*(places[name] for name in compiled.positiontup or ()))
        values = tuple(constants.values())

        def run(connection: Connection, rows: Sequence[Row]) -> int:
            return connection.exec_driver_sql(sql, [in_order((*row, *values)) for row in rows]).rowcount

        return run


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
