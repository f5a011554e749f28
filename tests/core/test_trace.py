"""The trace context that comes with a record."""

import pytest

from consumer.core.trace import trace_id, traceparent
from tests.builders import a_record

TRACE = "0af7651916cd43dd8448eb211c80319c"
CONTEXT = f"00-{TRACE}-b7ad6b7169203331-01"


def test_the_context_is_the_first_header_of_its_name_that_has_the_form() -> None:
    headers = (("other", CONTEXT.encode()), ("traceparent", None), ("traceparent", CONTEXT.encode()))

    record = a_record(headers=headers)

    assert (traceparent(record), trace_id(record)) == (CONTEXT, TRACE)


@pytest.mark.parametrize(
    "value", [b"", b"00\n", CONTEXT.upper().encode(), CONTEXT.encode() + b"\r\n", b"\xff" * 55, CONTEXT[1:].encode()]
)
def test_what_has_another_form_is_none_and_can_break_no_header(value: bytes) -> None:
    record = a_record(headers=(("traceparent", value),))

    assert (traceparent(record), trace_id(record)) == (None, None)
