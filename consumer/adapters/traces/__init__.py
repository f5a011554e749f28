"""Spans by OpenTelemetry, put around the ports; needs the extra `otel`.

By hand, as the client's instrumentation makes an orphan of each poll's span.
"""

from consumer.adapters.traces.calls import TracedApi, Vendor
from consumer.adapters.traces.export import Export
from consumer.adapters.traces.records import TracedIntake, TracedPublisher

__all__ = ["Export", "TracedApi", "TracedIntake", "TracedPublisher", "Vendor"]
