"""Makes a day of any shape: customers, bills, earns and returns in any order."""

from collections.abc import Iterator, Mapping
from random import Random

from tests.flow.fakes import EARNS, RETURNS
from tests.flow.records import earn_fields, return_fields
from tests.simulation.drafts import Bill, Draft, Facts, Fields, numbered
from tests.simulation.random_day import RandomDay

LINES = ("1", "2")


def a_day(chance: Random) -> RandomDay:
    """The day that this chance makes."""
    returns, earns = chance.choice((1, 2, 2, 3)), chance.choice((1, 1, 2))
    moments = [chance.random() * 2.0 for _ in range(chance.randint(1, 3))]
    maker = _Maker(chance, returns, earns, [0.0, *moments])
    bills = [maker.bill(f"b{number}") for number in range(1, chance.randint(2, 5))]
    drafts = [draft for bill in bills for draft in (*maker.earns(bill), *maker.returns(bill))]
    drafts += maker.nonsense()
    return numbered(drafts, maker.facts, maker.partitions, chance)


class _Maker:
    def __init__(self, chance: Random, returns: int, earns: int, moments: list[float]) -> None:
        self.chance = chance
        self.partitions = {RETURNS: returns, EARNS: earns}
        self.moments = moments
        self.facts = Facts()
        self._earns = 0

    def bill(self, number: str) -> Bill:
        whole = self.odds(0.6)
        lines = frozenset() if whole else frozenset(line for line in LINES if self.odds(0.6))
        return Bill(number=number, customer=self.chance.choice((7, 7, 8, 9)), whole=whole, lines=lines)

    def earns(self, bill: Bill) -> Iterator[Draft]:
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
                self.facts.fixed.add(earn)
                more["promotion_type"] = "POS"
            elif kind == "other":
                customer = 10
            elif kind == "named":
                is_named = True
                self.facts.named.add(earn)
                more |= {"bill_number": "", "request_id": request}
            if takes := _takes(bill, lines) and kind in {"plain", "named", "pos"}:
                self.facts.lines_of[earn] = lines
            self.facts.bill_of[earn] = bill.number
            self.facts.customer_of[earn] = customer
            yield from self._told(earn, {**more, "customer_id": customer}, is_due=takes and kind != "pos")
        if is_named:
            yield from self._copied(self._draft(EARNS, _bought(bill, request), home=bill.customer))

    def returns(self, bill: Bill) -> Iterator[Draft]:
        shapes: list[dict[str, object]] = []
        if bill.whole:
            shapes += [{}] * self.chance.choice((1, 1, 1, 2))
        brought: list[str | None] = [*sorted(bill.lines)] if bill.lines else [None] * len(shapes)
        self.facts.returns |= {_event(bill, number): (bill, line) for number, line in enumerate(brought)}
        for line in sorted(bill.lines):
            sold = [{"line_id": each, "quantity": 1.0} for each in LINES]
            back = {"line_id": line, "quantity": 1.0, "parent_bill_number": None, "return_type": None}
            shapes.append({"return_type": "LINE_ITEM", "lines": [back], "purchase_lines": sold})
        if not shapes and self.odds(0.5):
            shapes.append({"type": "NOT_INTERESTED_RETURN"})
        if not bill.lines and self.odds(0.1):
            shapes.append({"customer_id": None, "type": "NOT_INTERESTED_RETURN"})
        for number, shape in enumerate(shapes):
            own = {"bill_number": bill.number, "customer_id": bill.customer, **shape}
            fields = return_fields(_event(bill, number), **own)
            first = self._draft(RETURNS, fields, home=bill.customer)
            yield from self._copied(first)
            if self.odds(0.08):
                again = self._draft(RETURNS, fields, home=bill.customer)
                again.headers = (("redrive-count", b"1"),)
                again.at = first.at + self.chance.random()
                yield again

    def nonsense(self) -> Iterator[Draft]:
        for topic, ratio in ((RETURNS, 0.4), (EARNS, 0.25)):
            if self.odds(ratio):
                empty = return_fields("") if topic == RETURNS else earn_fields("")
                yield self._draft(topic, self.chance.choice((b"garbage", None, empty)), home=self.chance.randint(0, 9))

    def odds(self, ratio: float) -> bool:
        return self.chance.random() < ratio

    def _told(self, earn: str, more: Mapping[str, object], *, is_due: bool) -> Iterator[Draft]:
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

    def _draft(self, topic: str, fields: Fields, *, home: int) -> Draft:
        partition = home % self.partitions[topic]
        # Most earns are there before their returns; the others are late.
        at = 0.0 if topic == EARNS and self.odds(0.5) else self.chance.choice(self.moments) + self._jitter()
        return Draft(topic=topic, partition=partition, at=at, fields=fields)

    def _copied(self, draft: Draft) -> Iterator[Draft]:
        yield draft
        if self.odds(0.2):
            partition = self.chance.randrange(self.partitions[draft.topic])
            yield Draft(draft.topic, partition, self.chance.choice(self.moments) + self._jitter(), draft.fields)

    def _jitter(self) -> float:
        return self.chance.choice((0.0, 0.0, self.chance.random() * 0.05))


def _event(bill: Bill, number: int) -> str:
    return f"{bill.number}-r{number}"


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
