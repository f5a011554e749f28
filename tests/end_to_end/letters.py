"""Dead letters: exactly where they are due, the record untouched, the headers of the contract."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, cast

from tests.end_to_end.case import Case, Coordinates, source_of, verdicts_of
from tests.end_to_end.truth import Letter, Produced, Seen, Unreadable
from tests.end_to_end.verdicts import CODES, FAILURES

REASONS = {kind: str(code) for kind, code in CODES.values()} | {"EXHAUSTED": "exhausted"}
ORDER = ("729", "730", "731", "404", "400", "exhausted", "undecodable", "invalid", "tombstone")
LONGEST = 1024


def wrong(case: Case) -> Iterator[str]:
    """What is wrong with the dead-letter topic as a whole."""
    due: dict[Coordinates, Seen | None] = {
        source_of(seen): seen for seen in case.evidence.outcomes if seen.outcome["dead_lettered"]
    }
    for record in case.earn_records:
        if isinstance(record.given.truth, Unreadable):
            due[record.coordinates] = None
    found: dict[Coordinates, list[Letter]] = defaultdict(list)
    for letter in case.evidence.letters:
        found[place(letter)].append(letter)
    for where in found.keys() - due.keys():
        yield f"{where}: a dead letter that nothing asks for"
    records = {record.coordinates: record for record in case.evidence.produced}
    for where, seen in due.items():
        if len(found[where]) != 1:
            yield f"{where}: {len(found[where])} dead letters"
        for letter in found[where]:
            if where in records:
                yield from (f"{where}: dead letter: {each}" for each in _of_one(records[where], seen, letter))


def place(letter: Letter) -> Coordinates:
    headers = dict(letter.headers)
    topic, partition, offset = (headers.get(f"dlt-{name}") or b"-1" for name in ("topic", "partition", "offset"))
    return topic.decode(), int(partition), int(offset)


def _of_one(record: Produced, seen: Seen | None, letter: Letter) -> Iterator[str]:
    given = record.given
    if (letter.key, letter.value) != (given.key, given.value):
        yield "key or value changed"
    ours = [(name, value) for name, value in letter.headers if name.startswith("dlt-") or name == "redrive-count"]
    if [each for each in letter.headers if each not in ours] != list(given.headers):
        yield f"headers changed: {letter.headers}"
    if len(dict(ours)) != len(ours):
        yield "a header of ours twice"
    headers = {name: (value or b"").decode() for name, value in ours}
    for name, text in _due(record, seen).items():
        if headers.get(name) != text:
            yield f"{name} {headers.get(name)!r}, should be {text!r}"
    if len(headers.get("dlt-message", "x" * 2 * LONGEST)) > LONGEST:
        yield "dlt-message missing or too long"
    request_ids = cast("list[str]", seen.outcome["request_ids"]) if seen else []
    if not all(request_id in headers.get("dlt-request-ids", "") for request_id in request_ids[:10]):
        yield f"dlt-request-ids {headers.get('dlt-request-ids')!r}, should hold {request_ids}"
    failures = [_failure(verdict) for verdict in _failed(seen)]
    if json.loads(headers.get("dlt-failures", "null")) != failures:
        yield f"dlt-failures {headers.get('dlt-failures')}, should be {failures}"


def _due(record: Produced, seen: Seen | None) -> dict[str, str]:
    truth = record.given.truth
    kinds = {verdict["verdict"] for verdict in _failed(seen)}
    reason = (
        truth.reason
        if isinstance(truth, Unreadable)
        else min((REASONS[kind] for kind in kinds), key=ORDER.index, default="")
    )
    due = {"dlt-reason": reason, "dlt-timestamp": str(record.timestamp), "redrive-count": "0"}
    if seen is not None:
        due["dlt-event-id"] = cast("str | None", seen.outcome["event_id"]) or ""
        due["dlt-attempts"] = str(seen.outcome["attempts"])
    return due


def _failed(seen: Seen | None) -> list[dict[str, Any]]:
    if seen is None:
        return []
    return [verdict for verdict in verdicts_of(seen) if verdict["verdict"] in FAILURES]


def _failure(verdict: dict[str, Any]) -> dict[str, Any]:
    return {name: verdict[name] for name in ("promotion_id", "earn_id", "code", "message")}
