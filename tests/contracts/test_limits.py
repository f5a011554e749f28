"""What is larger or deeper than the operator allows is not read, and the setting that says so is named."""

import json

import pytest

from consumer.adapters.avro import EARN_EVENT, RETURN_TRANSACTION, ReadLimits, RecordDecoder, load_schema
from consumer.core.breach import Breach
from consumer.core.retry import RetryPolicy
from consumer.flow.reader import Reader
from consumer.flow.settle import letter_of_breach, outcome_of_breach
from consumer.ports import Undecodable
from tests.builders import RETURNED_AT, a_record
from tests.contracts.read_fields import fields_of
from tests.flow.fakes import Silence
from tests.flow.records import return_fields

DEPTH = 5
A_RETURN = json.dumps(return_fields()).encode()


def decoder(record_bytes: int = 1_000_000, *, topic: str = RETURN_TRANSACTION) -> RecordDecoder:
    limits = ReadLimits(record_bytes=record_bytes, json_depth=DEPTH)
    return RecordDecoder(load_schema(topic), registry=None, accept_json=True, limits=limits)


def inside(depth: int) -> bytes:
    """A return with a field that we do not know; what it holds is so deep with all around it."""
    strange = json.loads("[" * (depth - 1) + "]" * (depth - 1))
    text = "\\" * 3 + '"[[[[[[[{{{{{{{'
    return json.dumps(return_fields(strange=strange, wide=[[], {}] * 20, reason=text)).encode()


def test_a_record_of_the_largest_size_is_read() -> None:
    assert fields_of(decoder(len(A_RETURN)), A_RETURN)["event_id"] == "r1"


@pytest.mark.parametrize("value", [A_RETURN, b"\xc3\x01" + b"x" * len(A_RETURN), b"\0" * len(A_RETURN)])
@pytest.mark.parametrize("topic", [RETURN_TRANSACTION, EARN_EVENT])
def test_a_larger_one_is_not_looked_at(value: bytes, topic: str) -> None:
    with pytest.raises(Undecodable, match=rf"^{len(value)} bytes, more than limits.record_bytes \(99\) allows$"):
        decoder(99, topic=topic).decode(value)


def test_json_of_the_greatest_depth_is_read_whatever_its_texts_hold() -> None:
    assert fields_of(decoder(), inside(DEPTH))["event_id"] == "r1"


@pytest.mark.parametrize("depth", [DEPTH + 1, 400])
def test_json_that_is_deeper_is_not_read(depth: int) -> None:
    with pytest.raises(Undecodable, match=r"^JSON deeper than limits.json_depth \(5\) allows$"):
        decoder().decode(inside(depth))


@pytest.mark.parametrize("value", [b"{" * 5000, b'{"a": "' + b'\\"' * 200_000, b'{"' + b"[" * 5000, b"{}" * 5000])
def test_brackets_and_quotes_that_never_end_are_malformed(value: bytes) -> None:
    with pytest.raises(Undecodable, match=r"^malformed JSON|^JSON deeper"):
        decoder().decode(value)


async def test_a_record_beyond_a_limit_is_invalid_and_a_dead_letter_that_names_the_setting() -> None:
    record = a_record(A_RETURN)
    reader = Reader(decoder(99), RetryPolicy(initial=1.0, max=1.0, give_up_after=1.0), Silence(), lambda: 0.5)

    (breach,) = await reader.fields([record], lambda _: True)

    assert isinstance(breach, Breach)
    assert "limits.record_bytes" in (outcome_of_breach(record, breach, RETURNED_AT).reason or "")
    assert (letter_of_breach(breach).reason, letter_of_breach(breach).message) == ("undecodable", breach.message)
