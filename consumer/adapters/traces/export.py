"""Where spans go: in batches to the collector that OpenTelemetry's environment variables name."""

from threading import Thread

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer

from consumer.adapters.traces.names import SCOPE

LAST_WORDS = 5.0
"""Seconds to send what is left; a collector that is away must not keep the process."""


class Export:
    """Sends from a thread of the SDK. What a collector that is away does not take is dropped, and nothing waits."""

    def __init__(self, version: str) -> None:
        """Raises ValueError where a variable's value makes no sense to the SDK."""
        ours = Resource.create({SERVICE_NAME: SCOPE, SERVICE_VERSION: version})
        # The environment wins: `create` would let our name stand over OTEL_SERVICE_NAME.
        self._provider = TracerProvider(
            resource=ours.merge(OTELResourceDetector().detect()),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._version = version

    def tracer(self) -> Tracer:
        """What begins spans."""
        return self._provider.get_tracer(SCOPE, self._version)

    def close(self) -> None:
        """Send what is left, at most for a few seconds."""
        # A daemon, as the SDK's own end waits for as long as the collector does not answer.
        last = Thread(target=self._provider.shutdown, name="last-spans", daemon=True)
        last.start()
        last.join(LAST_WORDS)
