"""The W3C trace context that comes with a record, in its header `traceparent`."""

import re

from consumer.core.model import Record

TRACEPARENT = "traceparent"
_FORM = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def traceparent(record: Record) -> str | None:
    """The first of the record's headers that is a trace context."""
    for name, value in record.headers:
        if name == TRACEPARENT and value is not None and is_traceparent(text := value.decode("latin-1")):
            return text
    return None


def trace_id(record: Record) -> str | None:
    """The trace that the record belongs to."""
    found = traceparent(record)
    return None if found is None else found.split("-")[1]


def is_traceparent(text: str) -> bool:
    """Whether it has the form, and so can be a header again."""
    return _FORM.fullmatch(text) is not None
