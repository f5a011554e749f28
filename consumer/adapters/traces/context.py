"""W3C trace contexts, as text and as the SDK has them."""

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from consumer.core.trace import TRACEPARENT

_W3C = TraceContextTextMapPropagator()
NOWHERE = Context()
"""Where a span begins a trace of its own, whatever else is under way."""


def within(traceparent: str | None) -> Context:
    """Where a span goes on with this trace; nowhere if it names none."""
    return NOWHERE if traceparent is None else _W3C.extract({TRACEPARENT: traceparent}, context=NOWHERE)


def named(traceparent: str) -> SpanContext:
    """The span that it names."""
    return get_current_span(within(traceparent)).get_span_context()


def traceparent_of(span: Span) -> str:
    """The header that names the span."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, set_span_in_context(span, NOWHERE))
    return carrier[TRACEPARENT]
