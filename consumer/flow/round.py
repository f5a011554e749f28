"""One customer's merged request: what is asked, what is known by now, what to ask next."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from consumer.core.judge import Answered, Asked, EarnAnswer, Listing
from consumer.core.model import Coordinates, Earn, EarnId, EarnKey, EarnState, Millis
from consumer.core.outcome import VerdictKind
from consumer.core.plan import Plan
from consumer.core.trace import traceparent
from consumer.core.vendor_call import LOST, CallKind, VendorCall
from consumer.flow.item import Calls, Item, calls_of, source
from consumer.ports import Call, Claim

CERTAIN_KINDS = frozenset({VerdictKind.REVOKED, VerdictKind.ALREADY_REDEEMED, VerdictKind.NOT_REVOCABLE})
"""Answers that mean the same whether or not an earlier attempt reached the vendor."""

REMEMBERED = {
    VerdictKind.REVOKED: EarnState.REVOKED,
    VerdictKind.ALREADY_REVOKED: EarnState.REVOKED,
    VerdictKind.ALREADY_REDEEMED: EarnState.REDEEMED,
}
"""What the ledger remembers of an answer; a permanent failure is asked again by a later return."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the vendor to revoke these earns."""

    earns: tuple[EarnId, ...]


@dataclass(frozen=True, slots=True)
class Verify:
    """Ask the vendor which of the doubtful earns the customer still holds."""


Step = Ask | Verify


@dataclass(slots=True, kw_only=True)
class Round:
    """The state of one merged request. `planned` are the leading items of the lane, in order, with their plans.

    Each earn is claimed in the name of its owner, whose outcome tells that it is revoked. `behind` are owners that did
    not fit; `instead_of` those whose claims since an earlier run give way to an earlier return.
    """

    planned: tuple[tuple[Item, Plan], ...]
    earns: Mapping[EarnId, Earn]
    owners: Mapping[EarnId, Coordinates]
    behind: tuple[Item, ...]
    instead_of: frozenset[str]
    verify_uncertain: bool
    answers: dict[EarnId, EarnAnswer] = field(default_factory=dict)
    doubtful: set[EarnId] = field(default_factory=set)
    to_verify: dict[EarnId, EarnAnswer] = field(default_factory=dict)
    groups: deque[tuple[EarnId, ...]] = field(default_factory=deque)
    claims: dict[EarnId, Millis] = field(default_factory=dict)
    """When each earn was claimed last."""

    @property
    def inside(self) -> tuple[Item, ...]:
        """The items whose partitions must not move on while the request is under way."""
        return (*(item for item, _ in self.planned), *self.behind)

    @property
    def is_under_way(self) -> bool:
        """Whether an answer would be lost, or a search begun anew, if the request were merged afresh."""
        return bool(self.answers or self.to_verify) or len(self.groups) > 1

    def next_step(self) -> Step | None:
        """What to ask next; None when every earn has its answer."""
        if self.groups:
            return Ask(self.groups[0])
        return Verify() if self.to_verify else None

    def call(self, group: Sequence[EarnId]) -> Call:
        """The request for the earns of a group; without any, for the listing that tells of the doubtful ones."""
        first = next(iter(self.earns.values()))
        carried = self.carried(group or tuple(self.to_verify))
        traces = (trace for item in carried if (trace := traceparent(item.record)) is not None)
        return Call(
            org_id=first.key.org_id or None,
            customer_id=first.customer_id,
            earns=tuple(Asked(promotion_id=self.earns[earn].promotion_id, earn_id=earn) for earn in group),
            traceparents=tuple(dict.fromkeys(traces)),
        )

    def carried(self, group: Sequence[EarnId]) -> tuple[Item, ...]:
        """The items of which a group holds an earn."""
        within = frozenset(group)
        return tuple(item for item, plan in self.planned if any(earn.key.earn_id in within for earn in plan.revoke))

    def claim(self, now: Millis, lease: int) -> Claim:
        """The wish to ask for the earns that have no answer yet."""
        asked = [earn for earn in self.earns if earn not in self.answers]
        return Claim(
            owners={self.earns[earn].key: self.owners[earn] for earn in asked},
            now=now,
            lease=lease,
            instead_of=self.instead_of,
            again={self.earns[e].key: self.claims[e] for e in asked if e in self.claims and e not in self.doubtful},
        )

    def claimed(self, claim: Claim, uncertain: Collection[EarnKey]) -> None:
        """Take in that the claim stands; an uncertain earn not claimed before, a lost call may have reached."""
        self.claims.update((key.earn_id, claim.now) for key in claim.owners)
        doubtful = {key.earn_id for key in uncertain}
        self.doubtful.update(doubtful)
        for calls, earns in self._calls(self.claims):
            lost = tuple(earn for earn in earns if earn in doubtful and earn not in calls.claimed)
            if lost:
                calls.note(_lost(claim.now, lost))
            calls.claimed.update(earns)

    def note(self, call: VendorCall) -> int:
        """Keep a call with the records that it was made for, each with its own earns; how many they are."""
        carried = self._calls(call.earns)
        for calls, earns in carried:
            calls.note(replace(call, earns=earns))
        return len(carried)

    def _calls(self, earns: Collection[EarnId]) -> list[tuple[Calls, tuple[EarnId, ...]]]:
        """Where the calls of each record are kept that takes any of these, with those of them that it takes."""
        within = frozenset(earns)
        taken = [(item, [earn.key.earn_id for earn in plan.revoke]) for item, plan in self.planned]
        taken += [(item, [earn for earn in self.earns if self.owners[earn] == source(item)]) for item in self.behind]
        found: list[tuple[Calls, tuple[EarnId, ...]]] = []
        for item, takes in taken:
            own = tuple(earn for earn in takes if earn in within)
            calls = calls_of(item)
            if own and calls is not None:
                found.append((calls, own))
        return found

    def learn(self, answered: Answered) -> None:
        """Take in an answer to the first group."""
        self.groups.popleft()
        for earn, answer in answered.earns.items():
            self._learn_one(earn, answer)
        rest = tuple(asked.earn_id for asked in answered.unnamed)
        self.doubtful.update(rest)
        if answered.halve:
            self.groups.extendleft(_halves(rest))
        elif rest:
            self.groups.appendleft(rest)

    def halve(self) -> None:
        """Ask for the first group in halves, where it has more than one earn."""
        self.groups.extendleft(_halves(self.groups.popleft()))

    def learn_listing(self, listing: Listing) -> None:
        """Take in what the customer still holds: what is gone was revoked by an earlier attempt."""
        for earn, answer in self.to_verify.items():
            gone = listing.complete and earn not in listing.held
            self.answers[earn] = _already_revoked() if gone else answer
        self.to_verify.clear()

    def give_up(self, code: int | None, reason: str) -> None:
        """End what could not be asked: its customer alone keeps failing."""
        exhausted = EarnAnswer(kind=VerdictKind.EXHAUSTED, code=code, message=f"given up after {reason}")
        for group in self.groups:
            self.answers.update(dict.fromkeys(group, exhausted))
        self.groups.clear()
        self.answers.update(self.to_verify)
        self.to_verify.clear()

    def states(self) -> tuple[tuple[EarnKey, EarnState, Coordinates | None], ...]:
        """What the ledger is to remember of the answers so far."""
        return tuple(
            (
                self.earns[earn].key,
                REMEMBERED[answer.kind],
                self.owners[earn] if answer.kind is VerdictKind.REVOKED else None,
            )
            for earn, answer in self.answers.items()
            if answer.kind in REMEMBERED
        )

    def stands(self, now: Millis, lease: int) -> bool:
        """Whether its claims are younger than half the lease: no other's can stand in their place by then."""
        return now - max(self.claims.values()) <= lease // 2

    def releasable(self) -> tuple[tuple[EarnKey, Millis], ...]:
        """Claims that nothing hangs on any more: the fate of their earns is known, and they are still held."""
        unknown = self.doubtful - self.answers.keys()
        return tuple(
            (self.earns[earn].key, claimed_at)
            for earn, claimed_at in self.claims.items()
            if earn not in unknown and not self._ended_in_doubt(earn)
        )

    def _ended_in_doubt(self, earn: EarnId) -> bool:
        answer = self.answers.get(earn)
        return answer is not None and (
            answer.kind in REMEMBERED or (answer.kind is VerdictKind.EXHAUSTED and earn in self.doubtful)
        )

    def _learn_one(self, earn: EarnId, answer: EarnAnswer) -> None:
        if earn not in self.doubtful or answer.kind in CERTAIN_KINDS:
            self.answers[earn] = answer
        elif self.verify_uncertain:
            self.to_verify[earn] = answer
        else:
            self.answers[earn] = _already_revoked()


def _halves(group: tuple[EarnId, ...]) -> Sequence[tuple[EarnId, ...]]:
    """The second before the first, as they are put before what waits."""
    half = len(group) // 2
    return [part for part in (group[half:], group[:half]) if part]


def _lost(at: Millis, earns: tuple[EarnId, ...]) -> VendorCall:
    return VendorCall(at=at, kind=CallKind.REVOKE, earns=earns, of=len(earns), end=LOST, request_id=None, codes=())


def _already_revoked() -> EarnAnswer:
    return EarnAnswer(kind=VerdictKind.ALREADY_REVOKED, code=None, message=None)
