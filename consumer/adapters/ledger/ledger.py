"""The port `Ledger` on SQLite or PostgreSQL."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from time import time
from typing import cast

from sqlalchemy import Connection

from consumer.adapters.ledger.database import Database, database_at
from consumer.adapters.ledger.forgetting import Old
from consumer.adapters.ledger.group import GroupCommit
from consumer.adapters.ledger.holding import Holding, Watcher
from consumer.adapters.ledger.schema import PATIENCE, identify, migrate_database, require_current
from consumer.adapters.ledger.stages import Kind, stages_of
from consumer.core.linking import Asker
from consumer.core.model import Coordinates, EarnKey, Millis
from consumer.ports import (
    Arrival,
    Claim,
    Denied,
    Granted,
    LateEarn,
    Opening,
    Partition,
    Settlement,
    TellResult,
    Told,
    ToldPurchase,
    WallClock,
)


def wall_clock() -> Millis:
    """The time of day of this machine."""
    return Millis(int(time() * 1000))


def open_ledger(url: str, *, watcher: Watcher | None = None, now: WallClock = wall_clock) -> "SqlLedger":
    """The ledger at a URL. Nothing is opened before `start`."""
    return SqlLedger(database_at(url), watcher or Watcher(), now)


class SqlLedger:
    """A ledger that lives in a database. A call waits while the store is away; after `close` it is cancelled."""

    def __init__(self, database: Database, watcher: Watcher, now: WallClock) -> None:
        self.identity = ""
        self.created_now = False
        self._database = database
        self._now = now
        self._group = GroupCommit(
            begin=database.bulk.begin,
            stages=stages_of(database.bulk, now),
            holding=Holding(database.engine, watcher),
            on_commit=watcher.on_commit,
        )

    async def start(self) -> None:
        """Start the ledger thread and wait for the store: SQLite gets the newest schema.

        Raises OldSchema where PostgreSQL's is another, or SQLite's is newer than this version.
        """
        ready: Future[tuple[str, bool]] = Future()
        self._group.start(self._prepare, ready)
        self.identity, self.created_now = await asyncio.wrap_future(ready)

    def close(self) -> None:
        """End the ledger thread after the group it is at, or give it up after a few seconds without an answer."""
        self._group.close()
        self._database.engine.dispose()

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        """As in Ledger."""
        return cast("Sequence[Arrival]", await self._group.ask(Kind.OPEN, openings))

    async def claim(self, claim: Claim) -> Granted | Denied:
        """As in Ledger."""
        return cast("Granted | Denied", await self._group.ask(Kind.CLAIM, claim))

    async def settle(self, settlement: Settlement) -> Mapping[Coordinates, bytes]:
        """As in Ledger."""
        return cast("Mapping[Coordinates, bytes]", await self._group.ask(Kind.SETTLE, settlement))

    async def tell(self, told: Sequence[Told]) -> Sequence[TellResult]:
        """As in Ledger."""
        results = cast("Sequence[TellResult]", await self._group.ask(Kind.TELL, told))
        askers = [asker for each in told if (asker := each.asker) is not None]
        if not askers:
            return results
        linked = zip(askers, await self._link(askers), strict=True)
        late = {asker.source for asker, earns in linked if earns}
        return [TellResult.LATE if each.source in late else result for each, result in zip(told, results, strict=True)]

    async def name(self, told: Sequence[ToldPurchase]) -> Sequence[tuple[EarnKey, ...]]:
        """As in Ledger."""
        await self._group.ask(Kind.NAME, told)
        return await self._link([each.asker for each in told])

    async def late_earns(self, asked: Sequence[tuple[Coordinates, Sequence[EarnKey]]]) -> Sequence[LateEarn]:
        """As in Ledger."""
        return cast("Sequence[LateEarn]", await self._group.ask(Kind.LATE_EARNS, asked))

    async def forget(self, before: Millis, limit: int) -> int:
        """Delete settled returns and earns recorded before a moment, at most `limit` events and `limit` earns.

        How many rows that were: ask again until it is 0.
        """
        return cast("int", await self._group.ask(Kind.FORGET, Old(before=before, limit=limit)))

    def is_followed(self, topic: str, partition: int, *, seconds: float) -> bool:
        """Whether this ledger has followed the partition from its beginning. Blocks; not for the event loop.

        Raises TimeoutError after so many seconds without an answer.
        """
        return cast("bool", self._group.ask_and_wait(Kind.IS_FOLLOWED, Partition(topic, partition), seconds))

    def follow(self, partitions: Iterable[Partition], *, seconds: float) -> None:
        """Remember that these are followed from their beginning. Blocks and raises as `is_followed`."""
        self._group.ask_and_wait(Kind.FOLLOW, tuple(partitions), seconds)

    async def _link(self, askers: Sequence[Asker]) -> Sequence[tuple[EarnKey, ...]]:
        """In a commit of its own: of an earn and its purchase at once, each is on disk before either looks."""
        return cast("Sequence[tuple[EarnKey, ...]]", await self._group.ask(Kind.LINK, askers))

    def _prepare(self, connection: Connection) -> tuple[str, bool]:
        if self._database.file is not None:
            migrate_database(self._database, PATIENCE)
        else:
            require_current(self._database)
        return identify(connection, self._now())
