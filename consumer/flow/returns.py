"""Records of the returns topic: read, opened in the ledger, sent to their customer's lane."""

from collections.abc import Sequence
from typing import assert_never

from consumer.core.breach import Breach
from consumer.core.model import Record, ReturnEventType, ReturnTransaction
from consumer.core.notification import Foreign
from consumer.core.plan import returned_purchase
from consumer.core.purchase import bill_numbers, returned_goods
from consumer.core.reading import read_return
from consumer.flow.item import Decided, Item, OpenReturn, redrives
from consumer.flow.lanes import Lanes, lane_key
from consumer.flow.reader import Read, Reader
from consumer.flow.settle import (
    letter_of,
    letter_of_breach,
    outcome_of_breach,
    outcome_of_duplicate,
    outcome_of_foreign,
)
from consumer.flow.world import World
from consumer.ports import Arrival, Duplicate, Opened, Opening, Settled


class Returns:
    """Takes batches of return records."""

    def __init__(self, reader: Reader, lanes: Lanes, world: World) -> None:
        self._reader = reader
        self._lanes = lanes
        self._world = world

    async def __call__(self, records: Sequence[Record]) -> None:
        """Send the records on their way, in order; all that can be read are opened in one go."""
        started = self._world.loop.time()
        read: list[tuple[Record, Opening | Foreign | Breach]] = []
        for record, fields in zip(records, await self._reader.fields(records, self._world.is_ours), strict=True):
            what = self._opening(record, fields)
            if what is not None:
                read.append((record, what))
        openings = [opening for _, opening in read if isinstance(opening, Opening)]
        arrivals = iter(await self._world.ledger.open(openings) if openings else ())
        for record, what in read:
            if isinstance(what, Foreign):
                item: Item = self._passed_over(record, what, started)
                key = lane_key(record, self._world.rules.default_org, None)
            elif isinstance(what, Breach):
                item = self._broken(record, what, started)
                key = lane_key(record, what.org_id or self._world.rules.default_org, what.customer_id)
            else:
                item = self._arrived(record, what, next(arrivals), started)
                key = lane_key(record, what.org_id, what.customer_id)
            self._lanes.push(key, item, self._world)

    def _opening(self, record: Record, fields: Read) -> Opening | Foreign | Breach | None:
        if fields is None or isinstance(fields, Foreign | Breach):
            return fields
        returned = read_return(fields, self._world.rules.default_org, self._world.rules.max_lines)
        if isinstance(returned, Breach):
            return returned
        return Opening(
            source=record.source,
            org_id=returned.org_id,
            event_id=returned.event_id,
            redrive=redrives(record),
            customer_id=returned.customer_id,
            eligible=_may_take(returned),
            purchased_at=returned.purchased_at,
            returned_at=returned.returned_at,
            bill_numbers=bill_numbers(returned),
            goods=returned_goods(returned, self._world.rules.scope),
        )

    def _broken(self, record: Record, breach: Breach, started: float) -> Decided:
        outcome = outcome_of_breach(record, breach, self._world.now())
        return Decided(
            record=record,
            started=started,
            outcome=outcome,
            stored=self._world.encoder.encode(outcome),
            letter=letter_of_breach(breach),
        )

    def _passed_over(self, record: Record, foreign: Foreign, started: float) -> Decided:
        outcome = outcome_of_foreign(record, foreign, self._world.now())
        stored = self._world.encoder.encode(outcome)
        return Decided(record=record, started=started, outcome=outcome, stored=stored, letter=None)

    def _arrived(self, record: Record, opening: Opening, arrival: Arrival, started: float) -> Item:
        match arrival:
            case Opened():
                return _open_return(record, opening, arrival, started)
            case Settled(outcome=stored):
                outcome = self._world.encoder.decode(stored)
                letter = letter_of(outcome)
            case Duplicate(first=first):
                outcome = outcome_of_duplicate(record, opening, first, self._world.now())
                stored, letter = self._world.encoder.encode(outcome), None
            case _:
                assert_never(arrival)
        return Decided(record=record, started=started, outcome=outcome, stored=stored, letter=letter)


def _open_return(record: Record, opening: Opening, opened: Opened, started: float) -> OpenReturn:
    purchases = (
        tuple(
            returned_purchase(
                goods,
                source=opening.source,
                customer_id=opening.customer_id,
                purchased_at=opening.purchased_at,
                returned_at=opening.returned_at,
            )
            for goods in opened.returned
        )
        if opening.eligible and opening.customer_id is not None
        else ()
    )
    return OpenReturn(record=record, started=started, opening=opening, purchases=purchases, earns=opened.earns)


def _may_take(returned: ReturnTransaction) -> bool:
    return returned.customer_id is not None and returned.type is not ReturnEventType.NOT_INTERESTED_RETURN
