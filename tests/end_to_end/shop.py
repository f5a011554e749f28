"""One customer's purchases and what becomes of them: earns, returns, and what is true of each."""

import random
from dataclasses import dataclass
from typing import Any, cast

from tests.end_to_end.truth import Brought, Earned, Extent, ReturnTruth, VendorState

MINUTE = 60_000
DAY = 86_400_000
NOW = 1_795_000_000_000
PROMOTION_TYPES = {"CUSTOMER": 40, "EARNING": 18, "REWARD": 8, "": 22, "POS": 6, "CODE": 6}
EARNED_FROM = {"ACTIVITY": 86, "MILESTONE": 5, "REWARD": 5, "BULK_ISSUE": 4}
MARKS: dict[str, str] = {"unknown": "~404", "refused": "~400"}
"""By these ends of an earn's id the sandbox knows what to say of it; to any other vendor they are a part of the id."""
AT_THE_VENDOR = {"held": 82, "redeemed": 8, "revoked": 4, "unknown": 3, "refused": 1, "pos": 2}


def weighted(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A bill, its lines and the earns it triggered."""

    bill: str
    customer_id: int
    bought_at: int
    lines: tuple[tuple[str, float], ...]
    earns: tuple[Earned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return as the till writes it, and what is true of it."""

    fields: dict[str, Any]
    truth: ReturnTruth
    sole: bool = False
    """Whether its bill has no other return, so that a copy may go through another partition."""


class Shop:
    """A seeded shop; every id is its own."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._numbers = iter(range(1, 10_000_000))
        self._prefix = f"{seed:x}-"

    def id(self, kind: str) -> str:
        return f"{kind}{self._prefix}{next(self._numbers)}"

    def purchase(self, customer_id: int, *, earns: int | None = None) -> Purchase:
        chance = self.chance
        bill = self.id("B")
        bought_at = NOW - chance.randrange(1, 200) * DAY
        lines = tuple((str(number), float(chance.randint(1, 3))) for number in range(1, chance.randint(1, 4) + 1))
        count = chance.choice([0, 1, 1, 1, 2, 2, 3]) if earns is None else earns
        names = [line_id for line_id, _ in lines]
        return Purchase(
            bill=bill,
            customer_id=customer_id,
            bought_at=bought_at,
            lines=lines,
            earns=tuple(self.earn(customer_id, bill, bought_at, names) for _ in range(count)),
        )

    def earn(self, customer_id: int, bill: str, bought_at: int, lines: list[str]) -> Earned:
        chance = self.chance
        kind = weighted(chance, PROMOTION_TYPES)
        state = cast("VendorState", weighted(chance, AT_THE_VENDOR))
        if kind in {"POS", "CODE"} or (state == "pos" and kind):
            state = "held"
        return Earned(
            earn_id=self.id("E") + MARKS.get(state, ""),
            customer_id=customer_id,
            promotion_id=f"P{chance.randrange(40)}",
            promotion_type=kind or None,
            earned_from=weighted(chance, EARNED_FROM),
            bill=bill,
            line_ids=frozenset(chance.sample(lines, chance.randint(0, min(2, len(lines))))),
            earned_at=bought_at + chance.randrange(5) * MINUTE,
            at_the_vendor=state,
        )

    def a_return(self, purchase: Purchase, kind: str, lines: tuple[tuple[str, float], ...] = ()) -> Return:
        """One RETURN of the purchase: FULL, CANCELLED, AMOUNT, or LINE_ITEM of these lines."""
        told = purchase.lines if kind == "LINE_ITEM" and self.chance.random() < 0.8 else ()
        extents: dict[str, Extent] = {"FULL": "whole", "CANCELLED": "whole", "AMOUNT": "amount", "LINE_ITEM": "lines"}
        brought = Brought(bill=purchase.bill, extent=extents[kind], quantities=lines, purchase_lines=told)
        return self.told(
            {"type": "RETURN", "return_type": kind, "bill_number": purchase.bill, "lines": self.as_lines(lines)}
            | ({"purchase_lines": self.as_lines(told)} if told else {}),
            purchase,
            (brought,),
        )

    def told(self, fields: dict[str, Any], purchase: Purchase, brought: tuple[Brought, ...]) -> Return:
        """A return with the fields all have; `brought` is empty where nothing is looked up."""
        event_id, returned_at = self.id("R"), NOW + self.chance.randrange(10_000)
        customer_id = fields.get("customer_id", purchase.customer_id)
        purchased_at = purchase.bought_at if self.chance.random() < 0.5 else None
        whole = {
            "event_id": event_id,
            "org_id": None,
            "customer_id": customer_id,
            "store_code": "S1",
            "till_code": None,
            "purchased_at": purchased_at,
            "returned_at": returned_at,
            "reason": "did not fit",
            **fields,
        }
        truth = ReturnTruth(
            event_id=event_id,
            customer_id=customer_id,
            bills=tuple(each.bill for each in brought) or (whole["bill_number"],),
            brought=() if customer_id is None or fields["type"] == "NOT_INTERESTED_RETURN" else brought,
            returned_at=returned_at,
            purchased_at=purchased_at,
        )
        return Return(fields=whole, truth=truth)

    def mixed(self, purchases: list[Purchase]) -> Return:
        """An exchange of goods of these purchases for new ones."""
        lines: list[dict[str, Any]] = [{"line_id": "new", "quantity": 1.0}]
        brought = []
        for purchase in purchases:
            line_id, quantity = self.chance.choice(purchase.lines)
            kind = self.chance.choice([None, "LINE_ITEM", "FULL", "CANCELLED", "AMOUNT"])
            extent: Extent = "lines" if kind in {None, "LINE_ITEM"} else "amount" if kind == "AMOUNT" else "whole"
            one = {"line_id": line_id, "quantity": quantity, "parent_bill_number": purchase.bill}
            lines.append({**one, "return_type": kind} if kind else one)
            brought.append(Brought(bill=purchase.bill, extent=extent, quantities=((line_id, quantity),)))
        fields = {"type": "MIXED", "return_type": "LINE_ITEM", "bill_number": self.id("X"), "lines": lines}
        return self.told(fields, purchases[0], tuple(brought))

    @staticmethod
    def as_lines(lines: tuple[tuple[str, float], ...]) -> list[dict[str, Any]]:
        return [{"line_id": line_id, "quantity": quantity} for line_id, quantity in lines]
