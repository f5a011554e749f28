"""What is remembered of a purchase and its returns, put in the order of time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from consumer.core.model import (
    BillNumber,
    Coordinates,
    CustomerId,
    Earn,
    EventId,
    Millis,
    OrgId,
    ReturnedGoods,
)
from consumer.core.outcome import OutcomeCause, RevokeOutcome
from consumer.core.redrive import Letter
from consumer.core.vendor_call import VendorCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReturn:
    """A return as it reached us, or a redrive of it; `outcome` is None while it is open, and `calls` come with it."""

    event_id: EventId
    org_id: OrgId
    redrive: int
    source: Coordinates
    customer_id: CustomerId | None
    returned_at: Millis
    bill_numbers: tuple[BillNumber, ...]
    outcome: RevokeOutcome | None
    calls: tuple[VendorCall, ...]
    opened_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEarn:
    """An earn as the feed told it; `late` is the outcome that it led to by itself, after its return.

    `source` is None where only its end was told, never the earn itself.
    """

    earn: Earn
    source: Coordinates | None
    redrive: int
    late: RevokeOutcome | None
    late_calls: tuple[VendorCall, ...]
    recorded_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtBack:
    """What one return brought back of one purchase."""

    org_id: OrgId
    event_id: EventId
    goods: ReturnedGoods


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCall:
    """A call to the vendor for a return, or for a late earn of it."""

    event_id: EventId | None
    call: VendorCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLetter:
    """A dead letter as it stands in its topic; `sent_again` is None where nobody can tell."""

    letter: Letter
    sent_again: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FromTopics:
    """What the topics have besides: outcomes, dead letters, and what a person noted to a record they sent again."""

    outcomes: tuple[RevokeOutcome, ...]
    letters: tuple[ToldLetter, ...]
    notes: Mapping[Coordinates, str]


NOT_ASKED = FromTopics(outcomes=(), letters=(), notes=MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that is remembered of some purchases."""

    returns: tuple[ToldReturn, ...]
    goods: tuple[BroughtBack, ...]
    earns: tuple[ToldEarn, ...]
    topics: FromTopics = NOT_ASKED

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        topics = self.topics
        return not (self.returns or self.earns or topics.outcomes or topics.letters)

    @property
    def sent_again(self) -> tuple[Coordinates, ...]:
        """Where the records stand that a person sent again."""
        earns = (told.source for told in self.earns if told.redrive and told.source is not None)
        return (*(told.source for told in self.returns if told.redrive), *earns)


class Kind(StrEnum):
    """What happened."""

    EARNED = "earned"
    RETURNED = "returned"
    ARRIVED = "arrived"
    REDRIVEN = "redriven"
    LATE_EARN = "late-earn"
    CALLED = "called"
    DECIDED = "decided"
    DECIDED_LATE = "decided-late"
    """On an earn that came after its return."""
    SET_ASIDE = "set-aside"
    """As a dead letter."""


What = ToldReturn | ToldEarn | ToldCall | RevokeOutcome | ToldLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, and when."""

    at: Millis
    kind: Kind
    what: What


def happenings(account: Account) -> tuple[Happening, ...]:
    """What happened, in the order of time; what happened at once in the order of cause and effect."""
    order = list(Kind)
    found = [*_of_earns(account), *_of_returns(account.returns), *_of_topics(account)]
    # A late decision on several earns stands beside each of them.
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.at, order.index(each.kind))))


def _of_returns(returns: Iterable[ToldReturn]) -> Iterator[Happening]:
    for told in returns:
        if told.redrive == 0:
            yield Happening(at=told.returned_at, kind=Kind.RETURNED, what=told)
        kind = Kind.REDRIVEN if told.redrive else Kind.ARRIVED
        yield Happening(at=told.opened_at, kind=kind, what=told)
        yield from _of_calls(told.event_id, told.calls)
        if told.outcome is not None:
            yield Happening(at=told.outcome.decided_at, kind=Kind.DECIDED, what=told.outcome)


def _of_earns(account: Account) -> Iterator[Happening]:
    for told in account.earns:
        if told.source is not None:
            yield Happening(at=told.earn.earned_at, kind=Kind.EARNED, what=told)
        if any(told.earn.purchase in purchases and told.recorded_at > at for purchases, at in _arrivals(account)):
            yield Happening(at=told.recorded_at, kind=Kind.LATE_EARN, what=told)
        if told.late is not None:
            yield from _of_calls(told.late.event_id, told.late_calls)
            yield Happening(at=told.late.decided_at, kind=Kind.DECIDED_LATE, what=told.late)


def _of_calls(event_id: EventId | None, calls: Iterable[VendorCall]) -> Iterator[Happening]:
    for call in calls:
        yield Happening(at=call.at, kind=Kind.CALLED, what=ToldCall(event_id=event_id, call=call))


def _of_topics(account: Account) -> Iterator[Happening]:
    """What the ledger does not tell: an outcome is the same wherever it stands."""
    told = {each.outcome.outcome_id for each in account.returns if each.outcome is not None}
    told |= {each.late.outcome_id for each in account.earns if each.late is not None}
    for outcome in {each.outcome_id: each for each in account.topics.outcomes}.values():
        if outcome.outcome_id not in told:
            late = outcome.cause is OutcomeCause.LATE_EARN
            yield Happening(at=outcome.decided_at, kind=Kind.DECIDED_LATE if late else Kind.DECIDED, what=outcome)
    for letter in account.topics.letters:
        yield Happening(at=letter.letter.record.timestamp, kind=Kind.SET_ASIDE, what=letter)


def _arrivals(account: Account) -> Iterator[tuple[frozenset[object], Millis]]:
    """The purchases of each return, and when it reached us."""
    for told in account.returns:
        purchases = frozenset(
            each.goods.purchase
            for each in account.goods
            if (each.org_id, each.event_id) == (told.org_id, told.event_id)
        )
        yield purchases, told.opened_at
