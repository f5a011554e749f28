"""The form of one outcome: what must hold of its fields, its key and its headers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from tests.end_to_end.case import CLOCKS, MILLISECONDS, Case, verdicts_of
from tests.end_to_end.truth import Produced, ReturnTruth, Seen, Unreadable
from tests.end_to_end.verdicts import FAILURES, status_of

SLACK = CLOCKS * MILLISECONDS
FROM_THE_VENDOR = frozenset({"REVOKED", "NOT_VALID", "NOT_FOUND", "REJECTED"})


def common(case: Case, record: Produced, seen: Seen) -> Iterator[str]:
    """What holds of every outcome, whatever it says."""
    outcome = seen.outcome
    kinds = {verdict["verdict"] for verdict in verdicts_of(seen)}
    failed = [verdict for verdict in verdicts_of(seen) if verdict["verdict"] in FAILURES]
    if outcome["dead_lettered"] != (bool(failed) or outcome["status"] == "INVALID"):
        yield f"dead_lettered {outcome['dead_lettered']} with {kinds}"
    codes = sorted({verdict["code"] for verdict in failed if verdict["code"] is not None})
    if outcome["error_codes"] != codes:
        yield f"error_codes {outcome['error_codes']}, should be {codes}"
    customer = outcome["customer_id"]
    key = record.given.key if customer is None else str(customer).encode()
    if seen.key != key:
        yield f"key {seen.key!r}, should be {key!r}"
    yield from _time(record, seen)
    yield from _headers(record, seen)
    yield from _calls(case, record, seen)


def _time(record: Produced, seen: Seen) -> Iterator[str]:
    """Decided after its record came and before it was written itself, as Kafka tells: doubts end at this time."""
    decided = cast("datetime | None", seen.outcome["decided_at"])
    if decided is None:
        yield "no decided_at"
    elif not record.timestamp - SLACK <= decided.timestamp() * MILLISECONDS <= seen.timestamp + SLACK:
        yield f"decided_at {decided}, should be between {record.timestamp} and {seen.timestamp}"


def _headers(record: Produced, seen: Seen) -> Iterator[str]:
    headers = dict(seen.headers)
    event_id = cast("str | None", seen.outcome["event_id"]) or ""
    due = {"event-id": event_id, "status": seen.outcome["status"], "cause": seen.outcome["cause"]}
    for name, text in due.items():
        if headers.get(name) != str(text).encode():
            yield f"header {name}: {headers.get(name)!r}, should be {text!r}"
    came = dict(record.given.headers).get("traceparent")
    told = headers.get("traceparent")
    if came is not None and (told is None or told.split(b"-")[1] != came.split(b"-")[1]):
        yield f"header traceparent: {told!r}, came as {came!r}"


def _calls(case: Case, record: Produced, seen: Seen) -> Iterator[str]:
    """`attempts` and `request_ids` are of calls that carried an earn of this outcome."""
    attempts = cast("int", seen.outcome["attempts"])
    request_ids = cast("list[str]", seen.outcome["request_ids"])
    said = [verdict for verdict in verdicts_of(seen) if verdict["verdict"] != "KEPT_BY_POLICY"]
    carried = {call.request_id for verdict in said for call in case.calls[verdict["earn_id"]]}
    # A request that its line swallowed was an attempt of ours all the same.
    too_many = attempts > len(carried) and not case.was_open(record, seen, case.evidence.swallowed)
    if too_many or len(request_ids) > attempts:
        yield f"{attempts} attempts, {len(request_ids)} request ids, {len(carried)} calls at the vendor"
    # What an instance that died had counted is lost with it.
    was_asked = any(verdict["verdict"] in FROM_THE_VENDOR for verdict in said)
    if attempts == 0 and was_asked and not case.was_open(record, seen, case.evidence.doubts):
        yield "no attempts, though the vendor was asked"
    if foreign := set(request_ids) - carried:
        yield f"request ids of other calls: {foreign}"
    if len(set(request_ids)) != len(request_ids):
        yield "a request id twice"


def of_return(truth: ReturnTruth, seen: Seen) -> Iterator[str]:
    """The fields that repeat the return, and the status its verdicts add up to."""
    kinds = {verdict["verdict"] for verdict in verdicts_of(seen)}
    yield from _fields(truth, seen, status_of(kinds))


def of_duplicate(truth: ReturnTruth, seen: Seen) -> Iterator[str]:
    """A duplicate repeats its return and asks for nothing."""
    yield from _fields(truth, seen, "DUPLICATE")
    if verdicts_of(seen) or seen.outcome["attempts"]:
        yield "a duplicate with verdicts or attempts"


def _fields(truth: ReturnTruth, seen: Seen, status: str) -> Iterator[str]:
    due: dict[str, Any] = {
        "status": status,
        "event_id": truth.event_id,
        "customer_id": truth.customer_id,
        "bill_numbers": list(truth.bills),
    }
    for name, value in due.items():
        if seen.outcome[name] != value:
            yield f"{name} {seen.outcome[name]!r}, should be {value!r}"
    returned_at = cast("Any", seen.outcome["returned_at"])
    if returned_at is None or round(returned_at.timestamp() * 1000) != truth.returned_at:
        yield f"returned_at {returned_at}, should be {truth.returned_at}"


def of_invalid(record: Produced, seen: Seen) -> Iterator[str]:
    """An unreadable record is INVALID; of what it is about, only what could be read is told."""
    truth = record.given.truth
    assert isinstance(truth, Unreadable)
    outcome = seen.outcome
    if outcome["status"] != "INVALID" or verdicts_of(seen) or outcome["attempts"]:
        yield f"{outcome['status']} with {len(verdicts_of(seen))} verdicts for {truth.reason}"
    if outcome["event_id"] not in {None, "", truth.event_id}:
        yield f"event_id {outcome['event_id']!r}, should be {truth.event_id!r}"
    if truth.event_id and outcome["event_id"] != truth.event_id:
        yield f"event_id {outcome['event_id']!r} could be read: {truth.event_id!r}"
    if truth.customer_id is not None and outcome["customer_id"] != truth.customer_id:
        yield f"customer_id {outcome['customer_id']!r}, should be {truth.customer_id!r}"
