"""What answers settle: outcomes, the states of earns, claims that are given back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Update, or_, select, update

from consumer.adapters.ledger.bulk import Bulk, Given
from consumer.adapters.ledger.calls import calls_text
from consumer.adapters.ledger.rows import Row
from consumer.adapters.ledger.tables import EARN_KEY, EVENT_KEY, earns, returns
from consumer.core.model import Coordinates, EarnKey, EarnState
from consumer.core.vendor_call import VendorCall
from consumer.ports import ReturnState, SettledEarn, SettledReturn, Settlement

Outcomes = Mapping[Coordinates, bytes]
Settled = TypeVar("Settled", SettledReturn, SettledEarn)
End = tuple[str, int, int, bytes, str | None]
SOURCE = ("topic", "partition", "offset")
ENDED = (returns.c.outcome, returns.c.calls)
ENDED_LATE = (earns.c.late_outcome, earns.c.late_calls)


class Settle:
    """The stage of `Ledger.settle`."""

    def __init__(self, bulk: Bulk) -> None:
        source = [returns.c[name] for name in SOURCE]
        late_source = [earns.c[name] for name in SOURCE]
        self._end_return = bulk.change(_end_return, [*EVENT_KEY, returns.c.redrive, *source], ENDED)
        self._ended_returns = bulk.look_up(select(*source, returns.c.outcome), EVENT_KEY)
        self._end_late = bulk.change(_end_late, [*EARN_KEY, *late_source], ENDED_LATE)
        self._ended_late = bulk.look_up(select(*late_source, earns.c.late_outcome), EARN_KEY)
        self._set_state = bulk.change(_set_state, EARN_KEY, [earns.c.state, earns.c.claim])
        self._release = bulk.change(_release, EARN_KEY, [earns.c.claimed_at])

    def write(self, connection: Connection, arguments: Sequence[Settlement]) -> Sequence[Outcomes]:
        """Write everything; each settlement's outcomes as they stand then."""
        ours = {each.source: each for settlement in reversed(arguments) for each in settlement.returns}
        late = {(each.source, each.earn): each for settlement in reversed(arguments) for each in settlement.late}
        stands = {**self._end_returns(connection, ours.values()), **self._end_lates(connection, late.values())}
        states = _states(arguments)
        if states:
            self._set_state(connection, states)
        released = sorted({(key.org_id, key.earn_id, at) for settlement in arguments for key, at in settlement.release})
        if released:
            self._release(connection, released)
        return [_standing(settlement, stands) for settlement in arguments]

    def read(self, connection: Connection, written: Sequence[Outcomes]) -> Sequence[Outcomes]:
        """All was seen inside the transaction."""
        del connection
        return written

    def _end_returns(self, connection: Connection, settled: Iterable[SettledReturn]) -> dict[Coordinates, bytes]:
        stands = {each.source: each.outcome for each in settled}
        rows = [(each.org_id, each.event_id, each.redrive, *end) for each, end in _ended(settled)]
        if rows and self._end_return(connection, rows) < len(rows):
            ended = self._ended_returns(connection, {(row[0], row[1]) for row in rows})
            stands.update(_stored(ended, stands))
        return stands

    def _end_lates(self, connection: Connection, settled: Iterable[SettledEarn]) -> dict[Coordinates, bytes]:
        stands = {each.source: each.outcome for each in settled}
        rows = [(each.earn.org_id, each.earn.earn_id, *end) for each, end in _ended(settled)]
        if rows and self._end_late(connection, rows) < len(rows):
            ended = self._ended_late(connection, {(row[0], row[1]) for row in rows})
            stands.update(_stored(ended, stands))
        return stands


def _ended(settled: Iterable[Settled]) -> Iterator[tuple[Settled, End]]:
    """Each, and what it ends with; the calls that the earns of one record share are put into text once."""
    calls, text = tuple[VendorCall, ...](), calls_text(())
    for each in settled:
        if each.calls is not calls:
            calls, text = each.calls, calls_text(each.calls)
        yield each, (each.source.topic, each.source.partition, each.source.offset, each.outcome, text)


def _stored(rows: Iterable[Row], asked: Outcomes) -> dict[Coordinates, bytes]:
    found = ((Coordinates(topic, partition, offset), outcome) for topic, partition, offset, outcome in rows)
    return {source: outcome for source, outcome in found if outcome is not None and source in asked}


def _standing(settlement: Settlement, stands: Outcomes) -> Outcomes:
    sources = [*(each.source for each in settlement.returns), *(each.source for each in settlement.late)]
    return {source: stands[source] for source in sources}


def _states(settlements: Iterable[Settlement]) -> Sequence[Row]:
    """The last word on each earn: a revoke of ours stands above all else."""
    told: dict[EarnKey, tuple[EarnState, str | None]] = {}
    for settlement in settlements:
        for key, state, by in settlement.states:
            if state is EarnState.REVOKED:
                told[key] = (state, None if by is None else str(by))
            elif state is EarnState.REDEEMED:
                told.setdefault(key, (state, None))
    return sorted((key.org_id, key.earn_id, state.value, claim) for key, (state, claim) in told.items())


def _end_return(given: Given) -> Update:
    return (
        update(returns)
        .where(returns.c.state == ReturnState.OPEN.value)
        .values(state=ReturnState.SETTLED.value, **{each.name: given[each.name] for each in ENDED})
    )


def _end_late(given: Given) -> Update:
    return (
        update(earns).where(earns.c.late_outcome.is_(None)).values({each.name: given[each.name] for each in ENDED_LATE})
    )


def _set_state(given: Given) -> Update:
    still_open = or_(given["state"] == EarnState.REVOKED.value, earns.c.state == EarnState.HELD.value)
    return update(earns).where(still_open).values(state=given["state"], claim=given["claim"], claimed_at=None)


def _release(given: Given) -> Update:
    return update(earns).where(earns.c.claimed_at == given["claimed_at"]).values(claim=None, claimed_at=None)
