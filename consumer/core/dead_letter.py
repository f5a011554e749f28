"""The headers that tell a person why a record was set aside."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from consumer.core.model import CustomerId, EventId, Record, RequestId
from consumer.core.outcome import RevokeOutcome, Verdict, VerdictKind, failures

LONGEST_HEADER = 1024
LONGEST_FAILURES = 16 * 1024
THE_CUSTOMER = "***"
"""Where the vendor's words had the customer's number."""
REDRIVE_COUNT = "redrive-count"
PREFIX = "dlt-"
REASONS = ("729", "730", "731", "404", "400", "exhausted", "undecodable", "invalid", "tombstone")
"""The closed set of `dlt-reason`, in the order in which the first that holds is told."""

_REASON_OF = {
    VerdictKind.ALREADY_REDEEMED: "729",
    VerdictKind.NOT_REVOCABLE: "730",
    VerdictKind.NOT_VALID: "731",
    VerdictKind.NOT_FOUND: "404",
    VerdictKind.REJECTED: "400",
    VerdictKind.EXHAUSTED: "exhausted",
}

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Why one record was set aside."""

    reason: str
    message: str
    failures: tuple[Verdict, ...]
    event_id: EventId | None
    attempts: int
    request_ids: tuple[RequestId, ...]


def dead_letter_of(outcome: RevokeOutcome) -> DeadLetter:
    """The dead letter that goes with an outcome whose verdicts hold a failure.

    The vendor's words may name the customer; headers, which many tools show, do not.
    """
    failed = tuple(_unnamed(verdict, outcome.customer_id) for verdict in failures(outcome.verdicts))
    reasons = {_REASON_OF[verdict.kind] for verdict in failed}
    reason = min(reasons, key=REASONS.index)
    words = next((v.message for v in failed if _REASON_OF[v.kind] == reason and v.message), reason)
    return DeadLetter(
        reason=reason,
        message=words,
        failures=failed,
        event_id=outcome.event_id,
        attempts=outcome.attempts,
        request_ids=outcome.request_ids,
    )


def headers(letter: DeadLetter, record: Record) -> Headers:
    """The record's own headers untouched, then ours; those of an earlier setting aside are replaced."""
    source = record.source
    ours = {
        "dlt-reason": letter.reason,
        "dlt-message": letter.message,
        "dlt-failures": _failures(letter.failures),
        "dlt-event-id": letter.event_id or "",
        "dlt-topic": source.topic,
        "dlt-partition": str(source.partition),
        "dlt-offset": str(source.offset),
        "dlt-timestamp": str(record.timestamp),
        "dlt-attempts": str(letter.attempts),
        "dlt-request-ids": _joined(letter.request_ids),
        REDRIVE_COUNT: str(redrive_count(record.headers)),
    }
    longest = {"dlt-failures": LONGEST_FAILURES}
    capped = [(name, _text(value[: longest.get(name, LONGEST_HEADER)])) for name, value in ours.items()]
    return (*without_ours(record.headers), *capped)


def redrive_count(of: Iterable[tuple[str, bytes | None]]) -> int:
    """How often the record was sent again; 0 where its header is absent or damaged."""
    for name, value in of:
        if name == REDRIVE_COUNT and value is not None and value.isdigit() and len(value) <= len("999999999"):
            return int(value)
    return 0


def without_ours(of: Headers) -> Headers:
    """A record's headers without those that setting it aside added."""
    return tuple((name, value) for name, value in of if not _is_ours(name))


def _unnamed(verdict: Verdict, customer: CustomerId | None) -> Verdict:
    """The verdict whose words have no number of the customer."""
    if verdict.message is None or customer is None or str(customer) not in verdict.message:
        return verdict
    return replace(verdict, message=re.sub(rf"(?<!\d){customer}(?!\d)", THE_CUSTOMER, verdict.message))


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) or name == REDRIVE_COUNT


def _joined(request_ids: Sequence[RequestId]) -> str:
    """As many whole ids as fit."""
    text = ""
    for request_id in request_ids:
        longer = f"{text},{request_id}" if text else request_id
        if len(longer) > LONGEST_HEADER:
            break
        text = longer
    return text


def _failures(failed: Sequence[Verdict]) -> str:
    """As many whole failures as fit, as a JSON list."""
    items: list[str] = []
    length = len("[]")
    for verdict in failed:
        item = json.dumps(
            {
                "promotion_id": verdict.promotion_id,
                "earn_id": verdict.earn_id,
                "code": verdict.code,
                "message": verdict.message,
            }
        )
        length += len(item) + len(", ")
        if length > LONGEST_FAILURES:
            break
        items.append(item)
    return f"[{', '.join(items)}]"


def _text(value: str) -> bytes:
    return value.encode("utf-8", "replace")
