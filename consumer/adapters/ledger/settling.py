"""What answers settle: outcomes, the states of earns, claims that are given back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Update, and_, or_, select, tuple_, update

from consumer.adapters.ledger.bulk import Bulk, Given, also
from consumer.adapters.ledger.calls import calls_text
from consumer.adapters.ledger.rows import Row
from consumer.adapters.ledger.tables import earns, returns
from consumer.core.model import Coordinates, EarnKey, EarnState
from consumer.core.vendor_call import VendorCall
from consumer.ports import ReturnState, SettledEarn, SettledReturn, Settlement

Outcomes = Mapping[Coordinates, bytes]
Settled = TypeVar("Settled", SettledReturn, SettledEarn)
End = tuple[str, int, int, bytes, str | None]
EARN = (earns.c.org_id, earns.c.earn_id)
EVENT = (returns.c.org_id, returns.c.event_id)
ENDED = (returns.c.outcome, returns.c.calls)
ENDED_LATE = (earns.c.late_outcome, earns.c.late_calls)


class Settle:
    """The stage of `Ledger.settle`."""

    def __init__(self, bulk: Bulk) -> None:
        source = (returns.c.topic, returns.c.partition, returns.c.offset)
        self._end_return = bulk.change(_end_return, [*EVENT, returns.c.redrive, *source, *ENDED])
        self._ended_returns = bulk.look_up(_ended_returns, EVENT)
        self._end_late = bulk.change(_end_late, [*EARN, *source, *ENDED_LATE])
        self._ended_late = bulk.look_up(_ended_late, EARN)
        self._set_state = bulk.change(_set_state, [*EARN, earns.c.state, earns.c.claim])
        self._release = bulk.change(_release, [*EARN, earns.c.claimed_at])

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
    row = returns.c
    names = ("org_id", "event_id", "redrive", "topic", "partition", "offset")
    return (
        update(returns)
        .where(and_(also(row.state == ReturnState.OPEN.value), *(row[name] == given[name] for name in names)))
        .values(state=ReturnState.SETTLED.value, **{each.name: given[each.name] for each in ENDED})
    )


def _ended_returns(keys: Select[Any]) -> Select[Any]:
    row = returns.c
    return select(row.topic, row.partition, row.offset, row.outcome).where(tuple_(*EVENT).in_(keys))


def _end_late(given: Given) -> Update:
    row = earns.c
    names = ("org_id", "earn_id", "topic", "partition", "offset")
    return (
        update(earns)
        .where(and_(also(row.late_outcome.is_(None)), *(row[name] == given[name] for name in names)))
        .values({each.name: given[each.name] for each in ENDED_LATE})
    )


def _ended_late(keys: Select[Any]) -> Select[Any]:
    row = earns.c
    return select(row.topic, row.partition, row.offset, row.late_outcome).where(tuple_(*EARN).in_(keys))


def _set_state(given: Given) -> Update:
    row = earns.c
    still_open = or_(given["state"] == EarnState.REVOKED.value, row.state == EarnState.HELD.value)
    return (
        update(earns)
        .where(and_(row.org_id == given["org_id"], row.earn_id == given["earn_id"], still_open))
        .values(state=given["state"], claim=given["claim"], claimed_at=None)
    )


def _release(given: Given) -> Update:
    row = earns.c
    return (
        update(earns)
        .where(
            and_(
                row.org_id == given["org_id"],
                row.earn_id == given["earn_id"],
                row.claimed_at == given["claimed_at"],
            )
        )
        .values(claim=None, claimed_at=None)
    )
