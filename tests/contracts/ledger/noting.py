"""A form of many rows that knows which of the statements made in it were never run."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Select, Table, Update

from consumer.adapters.ledger.bulk import Bulk, Columns, Given, Read, Write
from consumer.adapters.ledger.rows import Row


class Noting:
    """Implements `Bulk` by another; `never_run` names what was made and not run, by its place or words."""

    def __init__(self, bulk: Bulk) -> None:
        self.begin = bulk.begin
        self.never_run: set[str] = set()
        self._run: set[str] = set()
        self._bulk = bulk

    def insert_new(self, table: Table, columns: Columns) -> Write:
        return self._noted_write(f"insert {table.name}", self._bulk.insert_new(table, columns))

    def insert_built(self, table: Table, columns: Columns, build: Callable[[Given], Given]) -> Write:
        return self._noted_write(_name(build), self._bulk.insert_built(table, columns, build))

    def change(self, build: Callable[[Given], Update | Delete], key: Columns, others: Columns = ()) -> Write:
        return self._noted_write(_name(build), self._bulk.change(build, key, others))

    def look_up(self, statement: Select[Any], key: Columns, *, order_by: Columns = ()) -> Read:
        return self._noted_read(f"{statement} by {key}", self._bulk.look_up(statement, key, order_by=order_by))

    def join(self, build: Callable[[Given], Select[Any]], key: Columns, others: Columns, *, order_by: Columns) -> Read:
        return self._noted_read(_name(build), self._bulk.join(build, key, others, order_by=order_by))

    def matches(self, key: Columns, given: Given) -> ColumnElement[bool]:
        return self._bulk.matches(key, given)

    def _noted_write(self, name: str, write: Write) -> Write:
        self._made(name)

        def run(connection: Connection, rows: Sequence[Row]) -> int:
            self._ran(name)
            return write(connection, rows)

        return run

    def _noted_read(self, name: str, read: Read) -> Read:
        self._made(name)

        def run(connection: Connection, keys: Iterable[Row]) -> Sequence[Row]:
            self._ran(name)
            return read(connection, keys)

        return run

    def _made(self, name: str) -> None:
        if name not in self._run:
            self.never_run.add(name)

    def _ran(self, name: str) -> None:
        self._run.add(name)
        self.never_run.discard(name)


def _name(build: Callable[..., object]) -> str:
    code = build.__code__
    return f"{build.__module__}:{code.co_firstlineno} {build.__name__}"
