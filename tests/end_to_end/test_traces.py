"""Trace contexts and spans through the whole program, on real Kafka."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from tests.end_to_end.case import source_of
from tests.end_to_end.oracle import complaints
from tests.end_to_end.sandbox_vendor import SandboxVendor
from tests.end_to_end.scene import RETURNS, Scene
from tests.end_to_end.truth import Evidence
from tests.end_to_end.vendor import PASSWORD, Vendor
from tests.end_to_end.world import Plan, a_world
from tests.testbed.collector import Collected, Collector
from tests.testbed.parts import Broker

pytestmark = pytest.mark.kafka
MANY = 150
Headers = Sequence[tuple[str, bytes | None]]
Coordinates = tuple[str, int, int]


def played(kafka: Broker, folder: Path, **environ: str) -> tuple[Evidence, list[dict[str, Any]]]:
    """What a run left behind, and the vendor's calls of it."""
    world = a_world(Plan(seed=61, returns=MANY))
    vendor = SandboxVendor(world.vendor, folder, {})
    with Scene(kafka, folder, cast("Vendor", vendor)).create_topics() as scene:
        scene.ready(**environ)
        scene.play(world)
        scene.stop_all()
        return scene.evidence(), vendor.calls()


def trace(headers: Headers) -> str | None:
    found = [(value or b"").decode() for name, value in headers if name == "traceparent"]
    assert len(found) <= 1
    return found[0] if found else None


def came(evidence: Evidence) -> Mapping[Coordinates, str | None]:
    """The trace context that each record came with."""
    return {record.coordinates: trace(record.given.headers) for record in evidence.produced}


def outcomes(evidence: Evidence) -> Mapping[Coordinates, str | None]:
    """The trace context of each record's outcome."""
    return {source_of(seen): trace(seen.headers) for seen in evidence.outcomes}


def letters(evidence: Evidence) -> Mapping[Coordinates, str | None]:
    """The trace context of each record's dead letter."""
    return {source_of_letter(dict(letter.headers)): trace(letter.headers) for letter in evidence.letters}


def source_of_letter(headers: Mapping[str, bytes | None]) -> Coordinates:
    topic, partition, offset = ((headers[f"dlt-{name}"] or b"").decode() for name in ("topic", "partition", "offset"))
    return topic, int(partition), int(offset)


def carried(evidence: Evidence) -> Mapping[int, list[Coordinates]]:
    """The records that each call was made for, by its number."""
    found: dict[int, list[Coordinates]] = defaultdict(list)
    for seen in evidence.outcomes:
        for request_id in cast("list[str]", seen.outcome["request_ids"]):
            found[int(request_id.removeprefix("sandbox-"))].append(source_of(seen))
    return found


def test_a_trace_context_arrives_as_it_came_in_the_request_the_outcome_and_the_dead_letter(
    kafka: Broker, tmp_path: Path
) -> None:
    evidence, calls = played(kafka, tmp_path)

    given, made_for = came(evidence), carried(evidence)
    assert outcomes(evidence) == {source: given[source] for source in outcomes(evidence)}
    assert letters(evidence) == {source: given[source] for source in letters(evidence)}
    asked = {call["number"]: call["traceparent"] for call in calls if call["operation"] == "revoke"}
    known = {number: [given[source] for source in made_for[number] if given[source]] for number in asked}
    assert {number: (told in known[number] if known[number] else told is None) for number, told in asked.items()} == (
        dict.fromkeys(asked, True)
    )
    assert any(letters(evidence).values())
    assert any(asked.values())


def test_with_spans_each_return_is_one_and_the_request_the_outcome_and_the_dead_letter_name_theirs(
    kafka: Broker, tmp_path: Path
) -> None:
    with Collector() as collector:
        evidence, calls = played(kafka, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)

    processes, requests = collector.spans("process"), collector.spans("POST")
    own = {place(span): span for span in processes}
    returns = {each.coordinates: each for each in evidence.produced if each.given.topic == RETURNS}
    assert len(processes) == len(returns)
    assert own.keys() == returns.keys()
    assert not [where for where, span in own.items() if span.parent != name_in(came(evidence)[where])]
    for told in (outcomes(evidence), letters(evidence)):
        ours = {where: name_in(context) for where, context in told.items() if where in own}
        assert ours == {where: own[where].span for where in ours}
        assert ours
    asked = [call for call in calls if call["operation"] == "revoke"]
    assert {name_in(call["traceparent"]) for call in asked} == {span.span for span in requests}
    assert not list(misplaced(evidence, asked, own, requests))
    assert any(span.links for span in requests)
    assert PASSWORD.encode() not in b"".join(collector.bodies)
    assert [each for each in complaints(evidence) if not re.search("header traceparent|headers changed", each)] == []


def misplaced(
    evidence: Evidence,
    asked: Sequence[Mapping[str, Any]],
    own: Mapping[Coordinates, Collected],
    requests: Sequence[Collected],
) -> Iterator[str]:
    """Requests that stand neither inside the one record they carry nor beside the several."""
    by_name = {span.span: span for span in requests}
    made_for = carried(evidence)
    for call in asked:
        request = by_name[name_in(call["traceparent"]) or ""]
        around = {request.parent} if request.parent else set(request.links)
        due = {own[source].span for source in made_for[call["number"]] if source in own}
        if around != due:
            yield f"{request} should be of {due}"


def place(span: Collected) -> Coordinates:
    told = span.attributes
    return (
        told["messaging.destination.name"],
        int(told["messaging.destination.partition.id"]),
        int(told["messaging.kafka.offset"]),
    )


def name_in(context: str | None) -> str | None:
    """The trace and the span that a traceparent names."""
    return context and context[len("00-") : -len("-01")]
