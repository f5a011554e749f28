"""What is told downstream of one event: a verdict for each earn, and the status they add up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from consumer.core.model import (
    BillNumber,
    Coordinates,
    CustomerId,
    EarnId,
    EventId,
    Millis,
    OrgId,
    PromotionId,
    RequestId,
)


class OutcomeCause(StrEnum):
    """Why an outcome is published."""

    RETURN = "RETURN"
    LATE_EARN = "LATE_EARN"
    REDRIVE = "REDRIVE"


class OutcomeStatus(StrEnum):
    """What became of an event as a whole."""

    REVOKED = "REVOKED"
    PARTLY_REVOKED = "PARTLY_REVOKED"
    NOTHING_TO_REVOKE = "NOTHING_TO_REVOKE"
    FAILED = "FAILED"
    DUPLICATE = "DUPLICATE"
    INVALID = "INVALID"


class VerdictKind(StrEnum):
    """What became of one earn."""

    REVOKED = "REVOKED"
    ALREADY_REVOKED = "ALREADY_REVOKED"
    ALREADY_REDEEMED = "ALREADY_REDEEMED"
    NOT_REVOCABLE = "NOT_REVOCABLE"
    NOT_VALID = "NOT_VALID"
    NOT_FOUND = "NOT_FOUND"
    REJECTED = "REJECTED"
    EXHAUSTED = "EXHAUSTED"
    KEPT_BY_POLICY = "KEPT_BY_POLICY"


REVOKED_KINDS = frozenset({VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED})
FAILURE_KINDS = frozenset(
    {
        VerdictKind.ALREADY_REDEEMED,
        VerdictKind.NOT_REVOCABLE,
        VerdictKind.NOT_VALID,
        VerdictKind.NOT_FOUND,
        VerdictKind.REJECTED,
        VerdictKind.EXHAUSTED,
    }
)
"""What a person must look at: each of these sends the event to the dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one earn. `message` is the vendor's words, or the reason why the policy kept it."""

    promotion_id: PromotionId
    earn_id: EarnId
    kind: VerdictKind
    code: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeOutcome:
    """The one outcome of a source record, as published; `reason` says in words what the status alone cannot."""

    outcome_id: str
    event_id: EventId | None
    cause: OutcomeCause
    source: Coordinates
    org_id: OrgId | None
    customer_id: CustomerId | None
    bill_numbers: tuple[BillNumber, ...]
    status: OutcomeStatus
    verdicts: tuple[Verdict, ...]
    error_codes: tuple[int, ...]
    reason: str | None
    dead_lettered: bool
    attempts: int
    request_ids: tuple[RequestId, ...]
    returned_at: Millis | None
    decided_at: Millis


def status_of(verdicts: Iterable[Verdict]) -> OutcomeStatus:
    """What the verdicts add up to; an earn that the policy kept counts for nothing."""
    kinds = {verdict.kind for verdict in verdicts}
    revoked = bool(kinds & REVOKED_KINDS)
    failed = bool(kinds & FAILURE_KINDS)
    if revoked and failed:
        return OutcomeStatus.PARTLY_REVOKED
    if failed:
        return OutcomeStatus.FAILED
    return OutcomeStatus.REVOKED if revoked else OutcomeStatus.NOTHING_TO_REVOKE


def failures(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts a person must look at, in their order."""
    return tuple(verdict for verdict in verdicts if verdict.kind in FAILURE_KINDS)


def error_codes(verdicts: Iterable[Verdict]) -> tuple[int, ...]:
    """The distinct codes of the failures, ascending."""
    return tuple(sorted({verdict.code for verdict in failures(verdicts) if verdict.code is not None}))
