"""One statement for many rows: written once, run in the form that each database takes fastest.

The number of rows changes no statement, and each is compiled once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Connection, Delete, Dialect, Select, Table, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

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


def as_given(given: Given) -> Given:
    """The values, unchanged."""
    return given


def compiled_for(
    statement: sqlite.Insert | postgresql.Insert | Update | Delete | Select[Any], dialect: Dialect
) -> SQLCompiler:
    """The statement in the words of a database."""
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{statement} is not a statement")
    return compiled
