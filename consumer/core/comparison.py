"""What two policies make of the same past: which earns each takes back, and why it leaves the others."""

from collections import Counter
from dataclasses import dataclass, field, replace

from consumer.core.model import Coordinates, CustomerId, Earn, EarnState, EventId, Millis, PromotionId, ReturnedGoods
from consumer.core.plan import Policy, plan, returned_purchase

MOST_LISTED = 10_000
"""Differences that are listed one by one; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReturn:
    """A return that may take earns. `returned` has the goods of all returns of its purchase so far, its own last."""

    event_id: EventId
    source: Coordinates
    customer_id: CustomerId
    purchased_at: Millis | None
    returned_at: Millis
    returned: tuple[ReturnedGoods, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One purchase: its returns that may take earns, oldest first, and all its earns."""

    returns: tuple[PastReturn, ...]
    earns: tuple[Earn, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """This return takes the earn back."""

    by: EventId


@dataclass(frozen=True, slots=True)
class Refused:
    """This return takes the earn, which cannot be revoked: a dead letter with this code, 729 or 730."""

    by: EventId
    code: int


@dataclass(frozen=True, slots=True)
class Kept:
    """No return takes the earn; why the last of them leaves it, one of plan.KeptReason."""

    reason: str


Fate = Taken | Refused | Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What becomes of one earn under the first policy and under the second."""

    earn: Earn
    first: Fate
    second: Fate

    @property
    def differs(self) -> bool:
        """Whether one policy leaves the earn and the other does not."""
        return isinstance(self.first, Kept) is not isinstance(self.second, Kept)


def fate(earn: Earn, past: Past, policy: Policy) -> Fate | None:
    """What the returns of a purchase, played again, make of one of its earns; None where none may take any.

    An earn that was revoked since is held again: it is the policy's turn to say whether it is taken. One that was
    redeemed stays redeemed, as nobody remembers when.
    """
    held = replace(earn, state=EarnState.HELD, claim=None) if earn.state is EarnState.REVOKED else earn
    kept: Kept | None = None
    for each in past.returns:
        seen = returned_purchase(
            each.returned,
            source=each.source,
            customer_id=each.customer_id,
            purchased_at=each.purchased_at,
            returned_at=each.returned_at,
        )
        planned = plan(seen, [held], policy)
        if planned.revoke:
            return Taken(each.event_id)
        for verdict in planned.known:
            return Refused(each.event_id, verdict.code or 0)
        for verdict in planned.kept:
            kept = Kept(str(verdict.message))
    return kept


def compared(past: Past, first: Policy, second: Policy) -> tuple[Compared, ...]:
    """The earns of one purchase under both policies, in their order."""
    fates = ((earn, fate(earn, past, first), fate(earn, past, second)) for earn in past.earns)
    return tuple(
        Compared(earn=earn, first=one, second=other)
        for earn, one, other in fates
        if one is not None and other is not None
    )


@dataclass(slots=True)
class Counts:
    """Earns of one promotion: how many there are, and how many each policy revokes."""

    earns: int = 0
    first: int = 0
    second: int = 0
    only_first: int = 0
    only_second: int = 0


@dataclass(slots=True)
class Side:
    """One policy's part: the dead letters it leads to, and why it leaves earns that the other takes."""

    dead_letters: int = 0
    left: Counter[str] = field(default_factory=Counter)

    def note(self, fate: Fate, *, differs: bool) -> None:
        """One earn more."""
        if isinstance(fate, Refused):
            self.dead_letters += 1
        elif isinstance(fate, Kept) and differs:
            self.left[fate.reason] += 1


@dataclass(slots=True, kw_only=True)
class Comparison:
    """Two policies on one purchase after another, added up."""

    policies: tuple[Policy, Policy]
    purchases: int = 0
    returns: int = 0
    promotions: dict[PromotionId, Counts] = field(default_factory=dict)
    sides: tuple[Side, Side] = field(default_factory=lambda: (Side(), Side()))
    customers: set[CustomerId] = field(default_factory=set)
    """Those with an earn that is revoked by one policy and left by the other."""
    differences: int = 0
    listed: list[Compared] = field(default_factory=list)
    """The first of the differences."""

    def add(self, past: Past) -> None:
        """One purchase more."""
        self.purchases += 1
        self.returns += len(past.returns)
        for each in compared(past, *self.policies):
            self._count(each)
            for side, found in zip(self.sides, (each.first, each.second), strict=True):
                side.note(found, differs=each.differs)

    def _count(self, each: Compared) -> None:
        counts = self.promotions.setdefault(each.earn.promotion_id, Counts())
        by_first, by_second = isinstance(each.first, Taken), isinstance(each.second, Taken)
        counts.earns += 1
        counts.first += by_first
        counts.second += by_second
        counts.only_first += by_first and not by_second
        counts.only_second += by_second and not by_first
        if by_first is not by_second:
            self.customers.add(each.earn.customer_id)
        if each.differs:
            self.differences += 1
            if len(self.listed) < MOST_LISTED:
                self.listed.append(each)
