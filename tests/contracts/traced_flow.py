"""An instance of the flow with spans around its ports, told to the SDK's exporter in memory."""

from dataclasses import dataclass

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, format_span_id, format_trace_id

from consumer.adapters.memory import MemoryLedger
from consumer.adapters.traces import TracedApi, TracedIntake, TracedPublisher, Vendor
from consumer.core.model import Record
from consumer.ports import Intake, Ledger, Message, Partition
from tests.flow.a_world import Flow
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, Published
from tests.flow.parts import Options, Ports, parts

TO = Vendor(host="vendor.example", port=443, revoke="/revokeEarn", listing="/customer/{customer}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """`intake` is where records come in; the rest is the flow's."""

    intake: Intake
    flow: Flow
    exporter: InMemorySpanExporter

    async def settle(self, *records: Record) -> None:
        """All at once, until nothing is under way."""
        self.intake.received(records)
        await self.flow.rest()

    def spans(self, name: str = "") -> list[ReadableSpan]:
        """Those that ended, whose name begins so."""
        return [span for span in self.exporter.get_finished_spans() if span.name.startswith(name)]


def a_traced_flow(vendor: FakeVendor, options: Options | None = None, *, ledger: Ledger | None = None) -> Traced:
    """An instance that owns partition 0 of both topics."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    published = Published()
    book = ledger if ledger is not None else MemoryLedger()
    made = parts(
        Ports(
            api=TracedApi(api=vendor, tracer=tracer, vendor=TO),
            ledger=book,
            publisher=TracedPublisher(publisher=published),
        ),
        options or Options(),
    )
    intake = TracedIntake(intake=made.inflow, tracer=tracer, topic=RETURNS, group="shop")
    intake.assigned({Partition(RETURNS, 0): 1, Partition(EARNS, 0): 1})
    flow = Flow(
        inflow=made.inflow,
        gate=made.gate,
        lanes=made.lanes,
        outlet=made.outlet,
        ledger=book,
        vendor=vendor,
        published=published,
        telemetry=made.telemetry,
        decoder=made.decoder,
        tasks=made.tasks,
    )
    return Traced(intake=intake, flow=flow, exporter=exporter)


def context(span: ReadableSpan) -> str:
    """The traceparent that names the span."""
    known = span.get_span_context()
    assert known is not None
    return _text(known)


def parent(span: ReadableSpan) -> str | None:
    """The traceparent that names the span's parent."""
    return None if span.parent is None else _text(span.parent)


def links(span: ReadableSpan) -> list[str]:
    return [_text(link.context) for link in span.links]


def told_in(message: Message | None) -> list[str]:
    """The traceparents of a message."""
    assert message is not None
    return [(value or b"").decode() for name, value in message.headers if name == "traceparent"]


def _text(known: SpanContext) -> str:
    flags = int(known.trace_flags)
    return f"00-{format_trace_id(known.trace_id)}-{format_span_id(known.span_id)}-{flags:02x}"
