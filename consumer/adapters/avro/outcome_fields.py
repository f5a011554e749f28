"""An outcome ↔ the fields of its schema."""

from collections.abc import Mapping
from typing import Any, cast

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
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict, VerdictKind

LARGEST_INT = 2**31 - 1


def fields_of(outcome: RevokeOutcome) -> dict[str, object]:
    """The fields, every one writable: what the vendor said is cut down to what Avro can hold."""
    return {
        "outcome_id": outcome.outcome_id,
        "event_id": outcome.event_id,
        "cause": outcome.cause.value,
        "source": {
            "topic": outcome.source.topic,
            "partition": outcome.source.partition,
            "offset": outcome.source.offset,
        },
        "org_id": outcome.org_id,
        "customer_id": outcome.customer_id,
        "bill_numbers": list(outcome.bill_numbers),
        "status": outcome.status.value,
        "verdicts": [_verdict_fields(verdict) for verdict in outcome.verdicts],
        "error_codes": [code for code in outcome.error_codes if _fits(code)],
        "reason": _writable(outcome.reason),
        "dead_lettered": outcome.dead_lettered,
        "attempts": outcome.attempts,
        "request_ids": [_writable(request_id) for request_id in outcome.request_ids],
        "returned_at": outcome.returned_at,
        "decided_at": outcome.decided_at,
    }


def outcome_of(fields: Mapping[str, object]) -> RevokeOutcome:
    """The outcome in these fields of a record of the schema."""
    told = cast("Mapping[str, Any]", fields)
    customer_id, returned_at, event_id, org_id = (
        told[name] for name in ("customer_id", "returned_at", "event_id", "org_id")
    )
    return RevokeOutcome(
        outcome_id=told["outcome_id"],
        event_id=None if event_id is None else EventId(event_id),
        cause=OutcomeCause(told["cause"]),
        source=Coordinates(**told["source"]),
        org_id=None if org_id is None else OrgId(org_id),
        customer_id=None if customer_id is None else CustomerId(customer_id),
        bill_numbers=tuple(BillNumber(bill) for bill in told["bill_numbers"]),
        status=OutcomeStatus(told["status"]),
        verdicts=tuple(_verdict(verdict) for verdict in told["verdicts"]),
        error_codes=tuple(told["error_codes"]),
        reason=told["reason"],
        dead_lettered=told["dead_lettered"],
        attempts=told["attempts"],
        request_ids=tuple(RequestId(request_id) for request_id in told["request_ids"]),
        returned_at=None if returned_at is None else Millis(returned_at),
        decided_at=Millis(told["decided_at"]),
    )


def _verdict_fields(verdict: Verdict) -> dict[str, object]:
    return {
        "promotion_id": verdict.promotion_id,
        "earn_id": verdict.earn_id,
        "verdict": verdict.kind.value,
        "code": verdict.code if verdict.code is not None and _fits(verdict.code) else None,
        "message": _writable(verdict.message),
    }


def _verdict(told: Mapping[str, Any]) -> Verdict:
    return Verdict(
        promotion_id=PromotionId(told["promotion_id"]),
        earn_id=EarnId(told["earn_id"]),
        kind=VerdictKind(told["verdict"]),
        code=told["code"],
        message=told["message"],
    )


def _fits(code: int) -> bool:
    return -LARGEST_INT <= code <= LARGEST_INT


def _writable(text: str | None) -> str | None:
    """The text without half surrogate pairs, which JSON can name and UTF-8 cannot."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode()
