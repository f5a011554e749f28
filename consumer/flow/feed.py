"""Records of the earn feed: written to the ledger; one that comes after its return goes through its lane."""

from collections.abc import Sequence
from typing import assert_never

from consumer.core.breach import Breach
from consumer.core.model import Record
from consumer.core.reading_earn import read_earn
from consumer.flow.item import LateItem, redrives
from consumer.flow.lanes import Lanes
from consumer.flow.reader import Reader
from consumer.flow.settle import letter_of_breach
from consumer.flow.world import World
from consumer.ports import TellResult, Told


class Feed:
    """Takes batches of earn records."""

    def __init__(self, reader: Reader, lanes: Lanes, world: World) -> None:
        self._reader = reader
        self._lanes = lanes
        self._world = world

    async def __call__(self, records: Sequence[Record]) -> None:
        """Write what the records tell, in order; what comes too late for its return goes to its customer's lane."""
        started = self._world.loop.time()
        told: list[tuple[Record, Told]] = []
        for record in records:
            what = await self._read(record)
            if isinstance(what, Breach):
                self._world.outlet.dead_letter(record, letter_of_breach(what))
            elif what is not None:
                told.append((record, what))
        results = await self._world.ledger.tell([each for _, each in told]) if told else ()
        noted: list[Record] = []
        for (record, each), result in zip(told, results, strict=True):
            match result:
                case TellResult.NOTED:
                    noted.append(record)
                case TellResult.LATE:
                    key = (each.event.key.org_id, each.event.customer_id)
                    self._lanes.push(key, LateItem(record=record, started=started, told=each), self._world)
                case _:
                    assert_never(result)
        if noted:
            self._world.outlet.nothing(noted)

    async def _read(self, record: Record) -> Told | Breach | None:
        fields = await self._reader.fields(record, self._world.is_ours)
        if fields is None or isinstance(fields, Breach):
            return fields
        event = read_earn(fields, self._world.rules.scope, self._world.rules.default_org)
        if isinstance(event, Breach):
            return event
        return Told(source=record.source, redrive=redrives(record), event=event)
