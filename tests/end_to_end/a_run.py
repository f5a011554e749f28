"""A small run, right in every field, that a test can spoil in one place."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.end_to_end.truth import (
    AtTheVendor,
    Brought,
    Earned,
    EarnTruth,
    Evidence,
    Extent,
    Given,
    Letter,
    Produced,
    ReturnTruth,
    Seen,
    Unreadable,
    VendorCall,
    VendorState,
)

CUSTOMER = 7
RETURNED_AT = 1_795_000_000_000
TIMESTAMP = 1_795_000_000_123
WALL = 1_795_000_000.0
"""The vendor's clock begins when the records are written; all is decided a hundred seconds later."""
DECIDED = 100.0
SETTLED_AT = 1_795_000_100_050
"""When the outcomes were written, in milliseconds."""


def an_earn(
    earn_id: str, bill: str, *, type_: str | None = None, lines: tuple[str, ...] = (), state: VendorState = "held"
) -> Earned:
    return Earned(
        earn_id=earn_id,
        customer_id=CUSTOMER,
        promotion_id="P1",
        promotion_type=type_,
        earned_from="ACTIVITY",
        bill=bill,
        line_ids=frozenset(lines),
        earned_at=RETURNED_AT - 1,
        at_the_vendor=state,
    )


def told(earn: Earned, offset: int, wave: int) -> Produced:
    given = Given(
        topic="earns", partition=0, key=b"7", value=b"v", truth=EarnTruth(kind="EARNED", earn=earn), wave=wave
    )
    return Produced(given=given, topic="earns", offset=offset, timestamp=TIMESTAMP)


def returned(event_id: str, bill: str, offset: int, *, extent: Extent = "whole") -> Produced:
    truth = ReturnTruth(
        event_id=event_id,
        customer_id=CUSTOMER,
        bills=(bill,),
        brought=(Brought(bill=bill, extent=extent, quantities=(("1", 1.0),)),),
        returned_at=RETURNED_AT,
    )
    given = Given(topic="returns", partition=0, key=b"7", value=b"v", truth=truth, wave=2, headers=(("till", b"7"),))
    return Produced(given=given, topic="returns", offset=offset, timestamp=TIMESTAMP)


def garbage(offset: int) -> Produced:
    given = Given(topic="returns", partition=0, key=b"7", value=b"?", truth=Unreadable(reason="undecodable"), wave=2)
    return Produced(given=given, topic="returns", offset=offset, timestamp=TIMESTAMP)


def a_verdict(earn_id: str, kind: str, code: int | None = None, message: str | None = None) -> dict[str, Any]:
    return {"promotion_id": "P1", "earn_id": earn_id, "verdict": kind, "code": code, "message": message}


def an_outcome(at: Produced, offset: int, status: str, verdicts: list[dict[str, Any]], **changes: Any) -> Seen:
    truth = at.given.truth
    event_id = truth.event_id if isinstance(truth, ReturnTruth) else None
    fields = {
        "outcome_id": f"{at.topic}-{at.offset}",
        "event_id": event_id,
        "cause": "RETURN",
        "source": {"topic": at.topic, "partition": 0, "offset": at.offset},
        "org_id": None,
        "customer_id": None if isinstance(truth, Unreadable) else CUSTOMER,
        "bill_numbers": list(truth.bills) if isinstance(truth, ReturnTruth) else [],
        "status": status,
        "verdicts": verdicts,
        "error_codes": [],
        "reason": None,
        "dead_lettered": False,
        "attempts": 0,
        "request_ids": [],
        "returned_at": datetime.fromtimestamp(RETURNED_AT / 1000, UTC),
        "decided_at": datetime.fromtimestamp(WALL + DECIDED, UTC),
        **changes,
    }
    return Seen(partition=0, offset=offset, timestamp=SETTLED_AT, key=b"7", headers=headers_of(fields), outcome=fields)


def headers_of(fields: Mapping[str, Any]) -> tuple[tuple[str, bytes | None], ...]:
    texts = {"event-id": fields["event_id"] or "", "status": fields["status"], "cause": fields["cause"]}
    return tuple((name, text.encode()) for name, text in texts.items())


def a_letter(at: Produced, seen: Seen, reason: str, failures: list[dict[str, Any]]) -> Letter:
    outcome = seen.outcome
    ours = {
        "dlt-reason": reason,
        "dlt-message": "why",
        "dlt-failures": json.dumps(failures),
        "dlt-event-id": outcome["event_id"] or "",
        "dlt-topic": at.topic,
        "dlt-partition": "0",
        "dlt-offset": str(at.offset),
        "dlt-timestamp": str(TIMESTAMP),
        "dlt-attempts": str(outcome["attempts"]),
        "dlt-request-ids": "req-1",
        "redrive-count": "0",
    }
    added = tuple((name, str(text).encode()) for name, text in ours.items())
    return Letter(key=at.given.key, value=at.given.value, headers=(*at.given.headers, *added))


def a_call(request_id: str, earn_id: str, started: float) -> VendorCall:
    return VendorCall(
        request_id=request_id,
        customer_id=CUSTOMER,
        earn_ids=(earn_id,),
        started=started,
        ended=started + 1,
        told={earn_id: "revoked"},
        status=200,
    )


def a_run() -> Evidence:
    """A partly revoked return and its duplicate, a kept earn, garbage, and a late earn."""
    produced = (
        told(an_earn("e1", "B1"), 0, 1),
        told(an_earn("e2", "B1", type_="POS"), 1, 1),
        told(an_earn("e3", "B2", lines=("2",)), 2, 1),
        returned("r1", "B1", 0),
        returned("r1", "B1", 1),
        returned("r2", "B2", 2, extent="lines"),
        garbage(3),
        returned("r3", "B3", 4),
        told(an_earn("e4", "B3"), 3, 3),
    )
    failure = a_verdict("e2", "NOT_REVOCABLE", 730)
    called = {"attempts": 1, "request_ids": ["req-1"]}
    partly = an_outcome(
        produced[3],
        0,
        "PARTLY_REVOKED",
        [a_verdict("e1", "REVOKED"), failure],
        error_codes=[730],
        dead_lettered=True,
        **called,
    )
    invalid = an_outcome(produced[6], 3, "INVALID", [], dead_lettered=True, returned_at=None)
    late = an_outcome(
        produced[8],
        5,
        "REVOKED",
        [a_verdict("e4", "REVOKED")],
        cause="LATE_EARN",
        event_id="r3",
        bill_numbers=["B3"],
        attempts=1,
        request_ids=["req-2"],
    )
    outcomes = (
        partly,
        an_outcome(produced[4], 1, "DUPLICATE", []),
        an_outcome(produced[5], 2, "NOTHING_TO_REVOKE", [a_verdict("e3", "KEPT_BY_POLICY", message="other-line")]),
        invalid,
        an_outcome(produced[7], 4, "NOTHING_TO_REVOKE", []),
        late,
    )
    return Evidence(
        produced=produced,
        outcomes=outcomes,
        letters=(
            a_letter(
                produced[3],
                partly,
                "730",
                [{name: failure[name] for name in ("promotion_id", "earn_id", "code", "message")}],
            ),
            a_letter(produced[6], invalid, "undecodable", []),
        ),
        vendor=AtTheVendor(
            revoked_by_us=frozenset({"e1", "e4"}), calls=(a_call("req-1", "e1", 1.0), a_call("req-2", "e4", 5.0))
        ),
        concurrency=1,
        wall=WALL,
    )


def spoiled(evidence: Evidence, number: int, **changes: Any) -> Evidence:
    """The run with other fields in one outcome, its headers following."""
    outcomes = list(evidence.outcomes)
    fields = {**outcomes[number].outcome, **changes}
    outcomes[number] = replace(outcomes[number], outcome=fields, headers=headers_of(fields))
    return replace(evidence, outcomes=tuple(outcomes))
