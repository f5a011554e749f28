"""Which partitions of the earn feed this ledger has followed from their beginning."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from consumer.adapters.ledger.bulk import Bulk
from consumer.adapters.ledger.tables import followed
from consumer.ports import Partition


class Follow:
    """The stage of `SqlLedger.follow`."""

    def __init__(self, bulk: Bulk) -> None:
        self._insert = bulk.insert_new(followed, [followed.c.topic, followed.c.partition])

    def write(self, connection: Connection, arguments: Sequence[Sequence[Partition]]) -> Sequence[None]:
        """Remember them; those known already stay."""
        rows = [(each.topic, each.partition) for partitions in arguments for each in partitions]
        if rows:
            self._insert(connection, rows)
        return [None] * len(arguments)

    def read(self, connection: Connection, written: Sequence[None]) -> Sequence[None]:
        """Nothing is left to read."""
        del connection
        return written


class IsFollowed:
    """The stage of `SqlLedger.is_followed`: it writes nothing."""

    def write(self, connection: Connection, arguments: Sequence[Partition]) -> Sequence[Partition]:
        """Nothing; only what is asked is passed on."""
        del connection
        return arguments

    def read(self, connection: Connection, written: Sequence[Partition]) -> Sequence[bool]:
        """Whether each is remembered."""
        return [
            connection.execute(
                select(followed.c.topic).where(followed.c.topic == each.topic, followed.c.partition == each.partition)
            ).first()
            is not None
            for each in written
        ]
