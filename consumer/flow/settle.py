"""From verdicts to the outcome of a record."""

from collections.abc import Mapping
from hashlib import blake2b

from consumer.core.breach import Breach, readable_event
from consumer.core.dead_letter import DeadLetter, dead_letter_of
from consumer.core.judge import EarnAnswer
from consumer.core.model import Coordinates, EarnId, EventId, Millis, Record, RequestId
from consumer.core.notification import Foreign
from consumer.core.outcome import (
    OutcomeCause,
    OutcomeStatus,
    RevokeOutcome,
    Verdict,
    VerdictKind,
    error_codes,
    failures,
    status_of,
)
from consumer.core.plan import Plan
from consumer.flow.item import LateItem, OpenReturn, Target, redrives
from consumer.ports import Opening

Owners = Mapping[EarnId, Coordinates]
Answers = Mapping[EarnId, EarnAnswer]


def verdicts(planned: Plan, answers: Answers, owners: Owners, source: Coordinates) -> tuple[Verdict, ...]:
    """The verdicts on all earns of one record's plan.

    An earn that several records of one request take is REVOKED for the first of them, its owner, and was
    ALREADY_REVOKED for the others.
    """
    asked: list[Verdict] = []
    for earn in planned.revoke:
        answer = answers[earn.key.earn_id]
        first = owners[earn.key.earn_id] == source
        kind = VerdictKind.ALREADY_REVOKED if answer.kind is VerdictKind.REVOKED and not first else answer.kind
        asked.append(
            Verdict(
                promotion_id=earn.promotion_id,
                earn_id=earn.key.earn_id,
                kind=kind,
                code=answer.code,
                message=_storable(answer.message),
            )
        )
    return (*asked, *planned.known, *planned.kept)


def outcome_of_return(item: OpenReturn, judged: tuple[Verdict, ...], now: Millis) -> RevokeOutcome:
    """The outcome of a return, or of its redrive."""
    opening = item.opening
    status = status_of(judged)
    return RevokeOutcome(
        outcome_id=outcome_id(opening.source, opening.event_id),
        event_id=opening.event_id,
        cause=cause_of(item.record),
        source=opening.source,
        org_id=opening.org_id or None,
        customer_id=opening.customer_id,
        bill_numbers=opening.bill_numbers,
        status=status,
        verdicts=judged,
        error_codes=error_codes(judged),
        reason=_nothing_because(item, judged) if status is OutcomeStatus.NOTHING_TO_REVOKE else None,
        dead_lettered=bool(failures(judged)),
        attempts=item.calls.attempts,
        request_ids=_storable_ids(item.calls.request_ids),
        returned_at=opening.returned_at,
        decided_at=now,
    )


def outcome_of_late_earn(item: LateItem, target: Target, judged: tuple[Verdict, ...], now: Millis) -> RevokeOutcome:
    """The further outcome that a late earn leads to: told of the return, at the earn record's place."""
    earlier = target.earlier
    return RevokeOutcome(
        outcome_id=outcome_id(item.record.source, earlier.event_id),
        event_id=earlier.event_id,
        cause=OutcomeCause.REDRIVE if item.redrive else OutcomeCause.LATE_EARN,
        source=item.record.source,
        org_id=earlier.org_id or None,
        customer_id=earlier.customer_id,
        bill_numbers=earlier.bill_numbers,
        status=status_of(judged),
        verdicts=judged,
        error_codes=error_codes(judged),
        reason=None,
        dead_lettered=bool(failures(judged)),
        attempts=item.calls.attempts,
        request_ids=_storable_ids(item.calls.request_ids),
        returned_at=earlier.returned_at,
        decided_at=now,
    )


def outcome_of_breach(record: Record, breach: Breach, now: Millis) -> RevokeOutcome:
    """The outcome of a record that cannot be read or makes no sense."""
    return RevokeOutcome(
        outcome_id=outcome_id(record.source, breach.event_id),
        event_id=breach.event_id,
        cause=cause_of(record),
        source=record.source,
        org_id=breach.org_id or None,
        customer_id=breach.customer_id,
        bill_numbers=breach.bill_numbers,
        status=OutcomeStatus.INVALID,
        verdicts=(),
        error_codes=(),
        reason=f"{breach.reason}: {breach.message}",
        dead_lettered=True,
        attempts=0,
        request_ids=(),
        returned_at=breach.returned_at,
        decided_at=now,
    )


def outcome_of_foreign(record: Record, foreign: Foreign, now: Millis) -> RevokeOutcome:
    """The outcome of a record that is no return, as the operator's mapping says."""
    event_id = None if foreign.event_id is None else readable_event(foreign.event_id)
    return RevokeOutcome(
        outcome_id=outcome_id(record.source, event_id),
        event_id=event_id,
        cause=cause_of(record),
        source=record.source,
        org_id=None,
        customer_id=None,
        bill_numbers=(),
        status=OutcomeStatus.NOTHING_TO_REVOKE,
        verdicts=(),
        error_codes=(),
        reason=foreign.reason,
        dead_lettered=False,
        attempts=0,
        request_ids=(),
        returned_at=None,
        decided_at=now,
    )


def outcome_of_duplicate(record: Record, opening: Opening, first: Coordinates, now: Millis) -> RevokeOutcome:
    """The outcome of an event that stands at other coordinates already."""
    return RevokeOutcome(
        outcome_id=outcome_id(record.source, opening.event_id),
        event_id=opening.event_id,
        cause=cause_of(record),
        source=record.source,
        org_id=opening.org_id or None,
        customer_id=opening.customer_id,
        bill_numbers=opening.bill_numbers,
        status=OutcomeStatus.DUPLICATE,
        verdicts=(),
        error_codes=(),
        reason=f"the same event stands at {first}",
        dead_lettered=False,
        attempts=0,
        request_ids=(),
        returned_at=opening.returned_at,
        decided_at=now,
    )


def letter_of(outcome: RevokeOutcome) -> DeadLetter | None:
    """The dead letter that goes with the outcome of a record that could be read."""
    return dead_letter_of(outcome) if failures(outcome.verdicts) else None


def letter_of_breach(breach: Breach) -> DeadLetter:
    """The dead letter of a record that cannot be read or makes no sense."""
    return DeadLetter(
        reason=breach.reason,
        message=breach.message,
        failures=(),
        event_id=breach.event_id,
        attempts=0,
        request_ids=(),
    )


def cause_of(record: Record) -> OutcomeCause:
    """Why a record of the returns topic has an outcome."""
    return OutcomeCause.REDRIVE if redrives(record) else OutcomeCause.RETURN


def outcome_id(source: Coordinates, event_id: EventId | None) -> str:
    """The same for the same record, whoever works it and how often."""
    return blake2b(f"{source}\x1f{event_id or ''}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def _nothing_because(item: OpenReturn, judged: tuple[Verdict, ...]) -> str:
    if not item.opening.eligible:
        return "no customer" if item.opening.customer_id is None else "not an interested customer"
    return "the policy keeps all earns of the purchase" if judged else "no earn of the purchase is known"


def _storable(text: str | None) -> str | None:
    """The text without what UTF-8 cannot carry."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def _storable_ids(request_ids: list[RequestId]) -> tuple[RequestId, ...]:
    return tuple(RequestId(each.encode("utf-8", "replace").decode()) for each in request_ids)
