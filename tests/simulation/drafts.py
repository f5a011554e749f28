"""A day's records that have no offsets yet, and the facts about them: both make the day."""

import pickle
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from consumer.core.model import Coordinates
from consumer.ports import Partition
from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.broker import Sent
from tests.simulation.random_day import RandomDay, Tellers

Fields = Mapping[str, object] | bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A purchase, and how it comes back: whole, by some of its two lines, or not."""

    number: str
    customer: int
    whole: bool
    lines: frozenset[str]


@dataclass(slots=True)
class Draft:
    """A record that has no offset yet."""

    topic: str
    partition: int
    at: float
    fields: Fields
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(slots=True)
class Facts:
    held: set[str] = field(default_factory=set)
    redeemed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    due: set[str] = field(default_factory=set)
    lines_of: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of each earn that its purchase's returns take, the lines it hangs on."""
    named: set[str] = field(default_factory=set)
    """Earns that know their purchase only by its request."""
    returns: dict[str, tuple[Bill, str | None]] = field(default_factory=dict)
    """Of each event that takes anything, its purchase, and the one line where it is not whole."""
    bill_of: dict[str, str] = field(default_factory=dict)
    customer_of: dict[str, int] = field(default_factory=dict)


def numbered(drafts: list[Draft], facts: Facts, partitions: Mapping[str, int], chance: Random) -> RandomDay:
    """The day of these records, in the order of their times; those of one time in any order."""
    chance.shuffle(drafts)
    placed = list(_placed(sorted(drafts, key=lambda each: each.at), chance))
    registered = chance.choice((0.0, 0.0, 0.5))
    sent = tuple(
        # No two come at the very same time: the loop's timers have no order then.
        Sent(
            source=source,
            value=_value(draft.fields, needs_registry=chance.random() < registered),
            at=draft.at + number * 1e-6,
            headers=draft.headers,
        )
        for number, (source, draft) in enumerate(placed)
    )
    echoes = Partition(EARNS, partitions[EARNS])
    returns = {s: d for s, d in placed if s.topic == RETURNS and _breach(d.fields) is None}
    events = {event: _taken(facts, bill) for event, (bill, _) in facts.returns.items()}
    return RandomDay(
        partitions=(*(Partition(topic, each) for topic, count in partitions.items() for each in range(count)), echoes),
        echoes=echoes,
        sent=sent,
        held=frozenset(facts.held),
        redeemed=frozenset(facts.redeemed),
        gone=frozenset(facts.gone),
        fixed=frozenset(facts.fixed),
        due=frozenset(facts.due),
        asked_back=frozenset(facts.lines_of),
        takes={event: _surely(facts, event, taken) for event, taken in events.items()},
        may_take=events,
        earned=_earned(facts, placed),
        fates=_fates(placed),
        bill_of=facts.bill_of,
        customer_of=facts.customer_of,
        invalid={source: why for source, draft in placed if (why := _breach(draft.fields)) is not None},
        customers={source: _customer(draft.fields) for source, draft in returns.items()},
        events={source: (_named(draft.fields, "event_id"), len(draft.headers)) for source, draft in returns.items()},
    )


def _placed(drafts: Iterable[Draft], chance: Random) -> Iterator[tuple[Coordinates, Draft]]:
    ends: dict[Partition, int] = {}
    for draft in drafts:
        place = Partition(draft.topic, draft.partition)
        # Offsets have gaps: a transactional producer's markers.
        offset = ends.get(place, 0) + (1 if chance.random() < 0.15 else 0)
        ends[place] = offset + 1
        yield Coordinates(draft.topic, draft.partition, offset), draft


def _value(fields: Fields, *, needs_registry: bool) -> bytes | None:
    if not isinstance(fields, Mapping):
        return fields
    return (b"schema 1 " if needs_registry else b"") + pickle.dumps(dict(fields))


def _breach(fields: Fields) -> str | None:
    """Why nobody can work this."""
    if fields is None:
        return "tombstone"
    if not isinstance(fields, Mapping):
        return "undecodable"
    return None if fields.get("event_id") and fields.get("earn_id", "e") else "invalid"


def _named(fields: Fields, name: str) -> str:
    return str(fields[name]) if isinstance(fields, Mapping) and name in fields else ""


def _customer(fields: Fields) -> int | None:
    customer = fields["customer_id"] if isinstance(fields, Mapping) else None
    return customer if isinstance(customer, int) else None


def _taken(facts: Facts, bill: Bill) -> frozenset[str]:
    return frozenset(earn for earn in facts.lines_of if facts.bill_of[earn] == bill.number)


def _surely(facts: Facts, event: str, taken: frozenset[str]) -> frozenset[str]:
    """Of what all returns of the purchase take, what this one does by itself."""
    _, line = facts.returns[event]
    return frozenset(earn for earn in taken if line is None or line in facts.lines_of[earn])


def _earned(facts: Facts, placed: Sequence[tuple[Coordinates, Draft]]) -> Mapping[str, Tellers]:
    """The records of each earn, and where it is named by them, those of its purchase."""
    earns, purchases = defaultdict[str, set[Coordinates]](set), defaultdict[str, set[Coordinates]](set)
    for source, draft in placed:
        if source.topic == EARNS and _named(draft.fields, "kind") == "EARNED":
            earns[_named(draft.fields, "earn_id")].add(source)
        elif source.topic == EARNS:
            purchases[_named(draft.fields, "request_id")].add(source)
    return {
        earn: (frozenset(earns[earn]), frozenset(purchases[f"q-{bill}"]))[: 2 if earn in facts.named else 1]
        for earn, bill in facts.bill_of.items()
    }


def _fates(placed: Sequence[tuple[Coordinates, Draft]]) -> Mapping[str, Tellers]:
    told = ((source, draft) for source, draft in placed if _named(draft.fields, "kind") in {"REDEEMED", "REVOKED"})
    return {_named(draft.fields, "earn_id"): (frozenset({source}),) for source, draft in told}
