"""Records of the earn feed: written to the ledger; one that comes after its return goes through its lane."""

from collections.abc import Sequence
from typing import assert_never

from consumer.core.breach import Breach
from consumer.core.model import Coordinates, EarnKey, NamingPurchase, Record
from consumer.core.notification import Foreign
from consumer.core.reading_feed import Feeding, read_feed
from consumer.flow.item import LateItem, redrives
from consumer.flow.lane import LaneKey
from consumer.flow.lanes import Lanes
from consumer.flow.reader import Read, Reader
from consumer.flow.settle import letter_of_breach
from consumer.flow.world import World
from consumer.ports import TellResult, Told, ToldPurchase

Late = dict[Coordinates, tuple[LaneKey, tuple[EarnKey, ...]]]
"""Where records stand whose earns must go through a lane."""


class Feed:
    """Takes batches of earn records."""

    def __init__(self, reader: Reader, lanes: Lanes, world: World) -> None:
        self._reader = reader
        self._lanes = lanes
        self._world = world

    async def __call__(self, records: Sequence[Record]) -> None:
        """Write what the records tell, in order; what comes too late for its return goes to its customer's lane."""
        started = self._world.loop.time()
        read: list[tuple[Record, Feeding]] = []
        for record, fields in zip(records, await self._reader.fields(records, self._world.is_ours), strict=True):
            what = self._feeding(fields)
            if isinstance(what, Breach):
                self._world.outlet.dead_letter(record, letter_of_breach(what))
            elif what is not None:
                read.append((record, what))
        late = await self._tell(read) | await self._name(read)
        noted: list[Record] = []
        for record, _ in read:
            if record.source in late:
                key, earns = late[record.source]
                item = LateItem(record=record, started=started, redrive=redrives(record), earns=earns)
                self._lanes.push(key, item, self._world)
            else:
                noted.append(record)
        if noted:
            self._world.outlet.nothing(noted)

    def _feeding(self, fields: Read) -> Feeding | Breach | None:
        if fields is None or isinstance(fields, Breach):
            return fields
        if isinstance(fields, Foreign):
            return ()
        rules = self._world.rules
        return read_feed(fields, rules.scope, rules.default_org, rules.max_lines)

    async def _tell(self, read: Sequence[tuple[Record, Feeding]]) -> Late:
        """The late ones among the records that tell of earns."""
        told = [
            Told(source=record.source, redrive=redrives(record), event=event)
            for record, what in read
            if not isinstance(what, NamingPurchase)
            for event in what
        ]
        results = await self._world.ledger.tell(told) if told else ()
        return {
            each.source: ((each.event.key.org_id, each.event.customer_id), (each.event.key,))
            for each, result in zip(told, results, strict=True)
            if _is_late(result)
        }

    async def _name(self, read: Sequence[tuple[Record, Feeding]]) -> Late:
        """Those of purchases whose earns waited for them, and so come late."""
        told = [
            ToldPurchase(source=record.source, redrive=redrives(record), event=what)
            for record, what in read
            if isinstance(what, NamingPurchase)
        ]
        results = await self._world.ledger.name(told) if told else ()
        return {
            each.source: ((each.event.purchase.org_id, each.event.customer_id), earns)
            for each, earns in zip(told, results, strict=True)
            if earns
        }


def _is_late(result: TellResult) -> bool:
    match result:
        case TellResult.NOTED:
            return False
        case TellResult.LATE:
            return True
        case _:
            assert_never(result)
