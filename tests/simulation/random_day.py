"""A day of any shape: customers, bills, earns and returns in any order, and what must come of them."""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from consumer.core.model import Coordinates
from consumer.ports import Partition
from tests.flow.fakes import EARNS, RETURNS
from tests.flow.records import earn_fields, return_fields
from tests.simulation.broker import Sent

LINES = ("1", "2")
Fields = Mapping[str, object] | bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A purchase, and how it comes back: whole, by some of its two lines, or not."""

    number: str
    customer: int
    whole: bool
    lines: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomDay:
    """What comes, and what is true of it.

    To `echoes` the vendor tells of what it revoked. `held` and `redeemed` is what it has at first, and what it has no
    more; the rest it never had, or somebody else revoked: of the `gone` the feed says so. `due` are the earns that must
    be revoked, by us, and no others may be. `invalid` are the records that go to the dead letters; of the other returns
    `customers` and `events` have the customer, and the event with its redrive.
    """

    partitions: tuple[Partition, ...]
    echoes: Partition
    sent: tuple[Sent, ...]
    held: frozenset[str]
    redeemed: frozenset[str]
    gone: frozenset[str]
    due: frozenset[str]
    bill_of: Mapping[str, str]
    customer_of: Mapping[str, int]
    invalid: frozenset[Coordinates]
    customers: Mapping[Coordinates, int | None]
    events: Mapping[Coordinates, tuple[str, int]]


@dataclass(slots=True)
class _Draft:
    """A record that has no offset yet."""

    topic: str
    partition: int
    at: float
    fields: Fields
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(slots=True)
class _Facts:
    held: set[str] = field(default_factory=set)
    redeemed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    due: set[str] = field(default_factory=set)
    bill_of: dict[str, str] = field(default_factory=dict)
    customer_of: dict[str, int] = field(default_factory=dict)


def a_day(chance: Random) -> RandomDay:
    """The day that this chance makes."""
    returns, earns = chance.choice((1, 2, 2, 3)), chance.choice((1, 1, 2))
    moments = [chance.random() * 2.0 for _ in range(chance.randint(1, 3))]
    maker = _Maker(chance, returns, earns, [0.0, *moments])
    bills = [maker.bill(f"b{number}") for number in range(1, chance.randint(2, 5))]
    drafts = [draft for bill in bills for draft in (*maker.earns(bill), *maker.returns(bill))]
    drafts += maker.nonsense()
    return _numbered(drafts, maker, chance)


class _Maker:
    def __init__(self, chance: Random, returns: int, earns: int, moments: list[float]) -> None:
        self.chance = chance
        self.partitions = {RETURNS: returns, EARNS: earns}
        self.moments = moments
        self.facts = _Facts()
        self._earns = 0

    def bill(self, number: str) -> Bill:
        whole = self.odds(0.6)
        lines = frozenset() if whole else frozenset(line for line in LINES if self.odds(0.6))
        return Bill(number=number, customer=self.chance.choice((7, 7, 8, 9)), whole=whole, lines=lines)

    def earns(self, bill: Bill) -> Iterator[_Draft]:
        request = f"q-{bill.number}"
        is_named = False
        for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
            self._earns += 1
            earn, customer = f"e{self._earns}", bill.customer
            lines = frozenset(line for line in LINES if self.odds(0.2))
            more: dict[str, object] = {"bill_number": bill.number, "line_ids": sorted(lines)}
            kinds = ("plain",) * 12 + ("reward", "pos", "other", "named", "named")
            # Where one earn of a purchase waits for its name, others mostly do.
            kind = "named" if is_named and self.odds(0.7) else self.chance.choice(kinds)
            if kind == "reward":
                more["earned_from_type"] = "REWARD"
            elif kind == "pos":
                more["promotion_type"] = "POS"
            elif kind == "other":
                customer = 10
            elif kind == "named":
                is_named = True
                more |= {"bill_number": "", "request_id": request}
            takes = _takes(bill, lines) and kind in {"plain", "named"}
            self.facts.bill_of[earn] = bill.number
            self.facts.customer_of[earn] = customer
            yield from self._told(earn, {**more, "customer_id": customer}, is_due=takes)
        if is_named:
            yield from self._copied(self._draft(EARNS, _bought(bill, request), home=bill.customer))

    def returns(self, bill: Bill) -> Iterator[_Draft]:
        shapes: list[dict[str, object]] = []
        if bill.whole:
            shapes += [{}] * self.chance.choice((1, 1, 1, 2))
        for line in sorted(bill.lines):
            sold = [{"line_id": each, "quantity": 1.0} for each in LINES]
            back = {"line_id": line, "quantity": 1.0, "parent_bill_number": None, "return_type": None}
            shapes.append({"return_type": "LINE_ITEM", "lines": [back], "purchase_lines": sold})
        if not shapes and self.odds(0.5):
            shapes.append({"type": "NOT_INTERESTED_RETURN"})
        if not bill.lines and self.odds(0.1):
            shapes.append({"customer_id": None, "type": "NOT_INTERESTED_RETURN"})
        for number, shape in enumerate(shapes):
            event = f"{bill.number}-r{number}"
            fields = return_fields(event, **{"bill_number": bill.number, "customer_id": bill.customer, **shape})
            first = self._draft(RETURNS, fields, home=bill.customer)
            yield from self._copied(first)
            if self.odds(0.08):
                again = self._draft(RETURNS, fields, home=bill.customer)
                again.headers = (("redrive-count", b"1"),)
                again.at = first.at + self.chance.random()
                yield again

    def nonsense(self) -> Iterator[_Draft]:
        for topic, ratio in ((RETURNS, 0.4), (EARNS, 0.25)):
            if self.odds(ratio):
                empty = return_fields("") if topic == RETURNS else earn_fields("")
                yield self._draft(topic, self.chance.choice((b"garbage", None, empty)), home=self.chance.randint(0, 9))

    def odds(self, ratio: float) -> bool:
        return self.chance.random() < ratio

    def _told(self, earn: str, more: Mapping[str, object], *, is_due: bool) -> Iterator[_Draft]:
        facts, customer = self.facts, more["customer_id"]
        assert isinstance(customer, int)
        state = self.chance.choice(("held",) * 14 + ("redeemed", "elsewhere", "unknown"))
        if state == "held":
            facts.held.add(earn)
            if is_due:
                facts.due.add(earn)
        elif state != "unknown":
            kind = "REDEEMED" if state == "redeemed" else "REVOKED"
            if state == "redeemed":
                facts.redeemed.add(earn)
            if self.odds(0.7):
                if kind == "REVOKED":
                    facts.gone.add(earn)
                yield self._draft(EARNS, {**earn_fields(earn, kind=kind), "customer_id": customer}, home=customer)
        yield from self._copied(self._draft(EARNS, earn_fields(earn, **more), home=customer))

    def _draft(self, topic: str, fields: Fields, *, home: int) -> _Draft:
        partition = home % self.partitions[topic]
        # Most earns are there before their returns; the others are late.
        at = 0.0 if topic == EARNS and self.odds(0.5) else self.chance.choice(self.moments) + self._jitter()
        return _Draft(topic=topic, partition=partition, at=at, fields=fields)

    def _copied(self, draft: _Draft) -> Iterator[_Draft]:
        yield draft
        if self.odds(0.2):
            partition = self.chance.randrange(self.partitions[draft.topic])
            yield _Draft(draft.topic, partition, self.chance.choice(self.moments) + self._jitter(), draft.fields)

    def _jitter(self) -> float:
        return self.chance.choice((0.0, 0.0, self.chance.random() * 0.05))


def _takes(bill: Bill, lines: frozenset[str]) -> bool:
    return bill.whole or bill.lines == set(LINES) or bool(lines & bill.lines)


def _bought(bill: Bill, request: str) -> dict[str, object]:
    return {
        "event_id": f"bought-{bill.number}",
        "org_id": None,
        "kind": "PURCHASE",
        "customer_id": bill.customer,
        "request_id": request,
        "bill_number": bill.number,
        "store_code": None,
        "till_code": None,
        "promotion_ids": ["p1"],
    }


def _numbered(drafts: list[_Draft], maker: _Maker, chance: Random) -> RandomDay:
    chance.shuffle(drafts)
    ends: dict[Partition, int] = {}
    sent, invalid = [], []
    customers: dict[Coordinates, int | None] = {}
    events: dict[Coordinates, tuple[str, int]] = {}
    for number, draft in enumerate(sorted(drafts, key=lambda each: each.at)):
        place = Partition(draft.topic, draft.partition)
        # Offsets have gaps: a transactional producer's markers.
        offset = ends.get(place, 0) + (1 if maker.odds(0.15) else 0)
        ends[place] = offset + 1
        source = Coordinates(draft.topic, draft.partition, offset)
        value = pickle.dumps(dict(draft.fields)) if isinstance(draft.fields, Mapping) else draft.fields
        # No two come at the very same time: the loop's timers have no order then.
        sent.append(Sent(source=source, value=value, at=draft.at + number * 1e-6, headers=draft.headers))
        readable = (
            isinstance(draft.fields, Mapping) and draft.fields.get("event_id") and draft.fields.get("earn_id", "e")
        )
        if not isinstance(draft.fields, Mapping) or not readable:
            invalid.append(source)
        elif draft.topic == RETURNS:
            customer = draft.fields["customer_id"]
            customers[source] = customer if isinstance(customer, int) else None
            events[source] = str(draft.fields["event_id"]), len(draft.headers)
    facts = maker.facts
    echoes = Partition(EARNS, maker.partitions[EARNS])
    places = (Partition(topic, each) for topic, count in maker.partitions.items() for each in range(count))
    return RandomDay(
        partitions=(*places, echoes),
        echoes=echoes,
        sent=tuple(sent),
        held=frozenset(facts.held),
        redeemed=frozenset(facts.redeemed),
        gone=frozenset(facts.gone),
        due=frozenset(facts.due),
        bill_of=facts.bill_of,
        customer_of=facts.customer_of,
        invalid=frozenset(invalid),
        customers=customers,
        events=events,
    )
