"""Records that are large, deep or long beyond all sense, and headers without end."""

import json
from collections.abc import Callable, Mapping

from consumer.core.dead_letter import Headers
from tests.flow.records import earn_fields, return_fields
from tests.fuzz.messages import EARN, LINE, OWN_ID, RETURN, confluent, written
from tests.fuzz.mutations import LONG

TEN_MEGABYTES = 10_000_000
LARGEST = 256 * 1024
NEARLY_TOO_LARGE = LARGEST - 1000


def flooded(number: int) -> Headers:
    """Other headers for each number: none, false ones of ours, thousands, one that is huge."""
    match number % 50:
        case 0:
            return tuple((f"h{each}", b"x") for each in range(2000))
        case 1:
            return (("redrive-count", b"9" * 5000), ("dlt-reason", None), ("traceparent", b"\xff" * 9000))
        case 2:
            return (("redrive-count", b"\xd9\xa1"), ("", b""), ("h", None), ("dlt-", b"\0" * 100))
        case 3:
            return (("huge", b"x" * 100_000),)
        case _:
            return (("trace", b"1"),)


def _many(fields: Mapping[str, object], name: str, items: list[object]) -> bytes:
    return json.dumps({**fields, name: items}).encode()


HUGE: Mapping[str, Callable[[], bytes]] = {
    "ten megabytes of JSON": lambda: json.dumps(return_fields(reason="x" * TEN_MEGABYTES)).encode(),
    "ten megabytes of Avro": lambda: RETURN.header + b"\x00" * TEN_MEGABYTES,
    "ten megabytes of white space": lambda: b"{" + b" " * TEN_MEGABYTES + b"}",
    "JSON of empty arrays": lambda: b'{"a": [' + b"[]," * (NEARLY_TOO_LARGE // 3) + b"[]]}",
    "JSON of empty objects": lambda: b'{"a": [' + b"{}," * (NEARLY_TOO_LARGE // 3) + b"{}]}",
    "JSON of brackets only": lambda: b"{" * NEARLY_TOO_LARGE,
    "JSON that is deep": lambda: b'{"a":' * 60_000 + b"1" + b"}" * 60_000,
    "JSON that is a little too deep": lambda: b'{"a":' * 65 + b"1" + b"}" * 65,
    "JSON of one number": lambda: b'{"event_id": ' + b"9" * NEARLY_TOO_LARGE + b"}",
    "JSON of one fraction": lambda: b'{"event_id": 0.' + b"9" * NEARLY_TOO_LARGE + b"}",
    "JSON of one name again and again": lambda: b"{" + b'"a":1,' * (NEARLY_TOO_LARGE // 6) + b'"a":1}',
    "JSON of escapes": lambda: b'{"event_id": "' + b"\\u00e9" * (NEARLY_TOO_LARGE // 6) + b'"}',
    "lines without end": lambda: _many(return_fields(), "lines", [{"line_id": "", "quantity": 1}] * 10_001),
    "lines of an earn without end": lambda: _many(earn_fields(), "line_ids", ["1"] * 50_000),
    "Avro lines without end": lambda: confluent(OWN_ID, _avro_lines()),
    "Avro line ids without end": lambda: confluent(OWN_ID, _avro_line_ids()),
    "an Avro string of all memory": lambda: RETURN.header + LONG + b"x" * 100,
    "an Avro array of all memory": lambda: _with_count(LONG),
}


def _avro_lines() -> bytes:
    empty = {**LINE, "line_id": "", "item_code": None}
    return written(json.loads(RETURN.text), return_fields(lines=[empty] * (NEARLY_TOO_LARGE // 12)))


def _avro_line_ids() -> bytes:
    return written(json.loads(EARN.text), earn_fields(line_ids=[""] * (NEARLY_TOO_LARGE - 200)))


def _with_count(count: bytes) -> bytes:
    """A return whose array of lines claims so many."""
    body = written(json.loads(RETURN.text), return_fields(lines=[], purchase_lines=None))
    return RETURN.header + body[:-2] + count + body[-2:]
