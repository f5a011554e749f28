"""The examples for readers of outcomes are outcomes, and its programs read them."""

import json
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fastavro
import pytest
from fastavro.schema import load_schema

from consumer.adapters.avro.outcome_fields import fields_of, outcome_of
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, error_codes, failures, status_of
from consumer.flow.settle import outcome_id
from tests.docs.java_program import JavaProgram
from tests.docs.page import DOCS, ROOT, blocks, text_of
from tests.end_to_end.encodings import single_object
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.parts import Broker
from tests.testbed.topics import ToProduce, produce

PAGE = text_of("outcomes.md")
EXAMPLES: list[dict[str, Any]] = [json.loads(block) for block in blocks(PAGE, "json")]
SCHEMA = load_schema(str(ROOT / "schemas" / "revoke_outcome.avsc"))
PROGRAM = DOCS / "examples" / "read_outcomes.py"
WITHOUT_VERDICTS = {OutcomeStatus.DUPLICATE, OutcomeStatus.INVALID}


def outcomes() -> list[RevokeOutcome]:
    return [outcome_of(fields) for fields in EXAMPLES]


def test_there_is_an_example_of_every_status() -> None:
    assert {outcome.status for outcome in outcomes()} == set(OutcomeStatus)
    assert {outcome.cause for outcome in outcomes()} >= {OutcomeCause.RETURN, OutcomeCause.LATE_EARN}


@pytest.mark.parametrize("fields", EXAMPLES, ids=lambda fields: f"{fields['status']} {fields['cause']}")
def test_an_example_is_an_outcome_that_could_be_published(fields: Mapping[str, Any]) -> None:
    outcome = outcome_of(fields)

    assert fields_of(outcome) == fields
    assert fastavro.validate(fields, SCHEMA)
    assert outcome.outcome_id == outcome_id(outcome.source, outcome.event_id)
    if outcome.status not in WITHOUT_VERDICTS:
        assert outcome.status is status_of(outcome.verdicts)
        assert outcome.error_codes == error_codes(outcome.verdicts)
        assert outcome.dead_lettered == bool(failures(outcome.verdicts))


@pytest.mark.kafka
def test_the_reader_in_python_prints_what_a_broker_has(kafka: Broker) -> None:
    topic = a_topic_of_examples(kafka)

    done = subprocess.run(
        [sys.executable, str(PROGRAM), kafka.bootstrap, topic, str(len(EXAMPLES))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    printed = [line.split("  ")[:3] for line in done.stdout.splitlines()]
    assert printed == [[str(each["event_id"]), each["cause"], each["status"]] for each in EXAMPLES]


def test_the_reader_on_the_page_is_the_one_that_was_run() -> None:
    assert blocks(PAGE, "python") == [PROGRAM.read_text(encoding="utf-8")]


@pytest.fixture
def java_reader(tmp_path: Path) -> JavaProgram:
    (text,) = blocks(PAGE, "java")
    try:
        return JavaProgram(text, tmp_path)
    except MissingPartError as reason:
        give_up("Java with Kafka's and Avro's libraries", reason)


@pytest.mark.kafka
def test_the_reader_in_java_prints_what_a_broker_has(kafka: Broker, java_reader: JavaProgram) -> None:
    topic = a_topic_of_examples(kafka)

    java_reader.compile()
    process, printed = java_reader.start(ROOT, kafka.bootstrap, topic)
    try:
        process.wait_until_ready("the reader", lambda: len(lines(printed)) >= len(EXAMPLES), within=60)
    finally:
        process.kill()

    assert lines(printed) == [f"{each['event_id'] or 'null'}  {each['cause']}  {each['status']}" for each in EXAMPLES]


def a_topic_of_examples(kafka: Broker) -> str:
    topic = f"outcomes-{uuid.uuid4().hex[:8]}"
    kafka.create_topic(topic, 1)
    produce(kafka.bootstrap, topic, [ToProduce(value=single_object(SCHEMA, fields)) for fields in EXAMPLES])
    return topic


def lines(printed: Path) -> list[str]:
    """Those that are printed to their end."""
    *whole, _ = printed.read_text(encoding="utf-8").split("\n")
    return whole
