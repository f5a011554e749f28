"""The contract's policy, read a second time: may this return take this earn?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tests.end_to_end.truth import Brought, Earned, PolicyTruth, Produced, ReturnTruth

Choice = Literal["take", "other-customer", "earned-from", "too-old", "not-whole-bill", "other-line"]
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A return that counts (not a duplicate) and where it stands."""

    record: Produced
    truth: ReturnTruth

    def surely_before(self, other: "Ordered") -> bool:
        mine, theirs = self.record.given, other.record.given
        if mine.wave != theirs.wave:
            return mine.wave < theirs.wave
        return mine.partition == theirs.partition and self.record.offset < other.record.offset

    def maybe_before(self, other: "Ordered") -> bool:
        return self.record is not other.record and not other.surely_before(self)


def brought_of(truth: ReturnTruth, bill: str) -> Brought:
    return next(brought for brought in truth.brought if brought.bill == bill)


def whole_bill(bill: str, now: Ordered, others: Iterable[Ordered]) -> set[bool]:
    """Whether the whole bill is back with this return; both if the order of others leaves it open."""
    others = tuple(others)
    surely = [other for other in others if other.surely_before(now)]
    maybe = [other for other in others if other.maybe_before(now)]
    return {_adds_up([brought_of(each.truth, bill) for each in (*before, now)]) for before in (surely, maybe)}


def _adds_up(all_brought: Iterable[Brought]) -> bool:
    back: dict[str, float] = defaultdict(float)
    bought: tuple[tuple[str, float], ...] = ()
    for brought in all_brought:
        if brought.extent == "whole":
            return True
        bought = brought.purchase_lines or bought
        if brought.extent == "lines":
            for line_id, quantity in brought.quantities:
                back[line_id] += quantity
    return bool(bought) and all(back[line_id] + TOLERANCE >= quantity for line_id, quantity in bought)


def choice(earn: Earned, returned: ReturnTruth, *, whole: bool, policy: PolicyTruth) -> Choice:
    """Take the earn, or the reason that the outcome must name."""
    brought = brought_of(returned, earn.bill)
    if earn.customer_id != returned.customer_id:
        return "other-customer"
    if earn.earned_from not in policy.revoke_earned_from:
        return "earned-from"
    bought_at = earn.earned_at if returned.purchased_at is None else returned.purchased_at
    if policy.max_return_age is not None and returned.returned_at - bought_at > policy.max_return_age * 1000:
        return "too-old"
    if policy.partial_returns == "any-return":
        return "take"
    if policy.partial_returns == "whole-bill":
        return "take" if whole and brought.extent != "amount" else "not-whole-bill"
    return _by_lines(earn, brought, whole=whole)


def _by_lines(earn: Earned, brought: Brought, *, whole: bool) -> Choice:
    if brought.extent == "amount":
        return "other-line" if earn.line_ids else "not-whole-bill"
    if whole:
        return "take"
    if not earn.line_ids:
        return "not-whole-bill"
    overlap = earn.line_ids & {line_id for line_id, _ in brought.quantities}
    return "take" if overlap else "other-line"
