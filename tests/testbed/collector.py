"""A collector of spans: what an OTLP exporter sends over HTTP, kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One span. Spans are named by their trace and their own id, as in a traceparent; numbers are texts here."""

    name: str
    span: str
    parent: str | None
    links: tuple[str, ...]
    attributes: dict[str, str]


class Collector:
    """Listens while it is entered; `resume` unset, it takes requests and answers none."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.resume = Event()
        self.resume.set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.bodies.append(body)
                collector.resume.wait()
                self.send_response(OK)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: a test reads the bodies."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.resume.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def resources(self) -> list[dict[str, str]]:
        """Who sent what, for each request."""
        return [_texts(each.resource.attributes) for body in self.bodies for each in _parsed(body).resource_spans]

    def spans(self, name: str = "") -> list[Collected]:
        """All that came whose name begins so."""
        return [_collected(span) for span in self._spans() if span.name.startswith(name)]

    def _spans(self) -> Iterator[Span]:
        for body in self.bodies:
            for sender in _parsed(body).resource_spans:
                for scope in sender.scope_spans:
                    yield from scope.spans


def _parsed(body: bytes) -> ExportTraceServiceRequest:
    request: ExportTraceServiceRequest = ExportTraceServiceRequest.FromString(body)
    return request


def _collected(span: Span) -> Collected:
    return Collected(
        name=span.name,
        span=_name(span.trace_id, span.span_id),
        parent=_name(span.trace_id, span.parent_span_id) if span.parent_span_id else None,
        links=tuple(_name(link.trace_id, link.span_id) for link in span.links),
        attributes=_texts(span.attributes),
    )


def _name(trace_id: bytes, span_id: bytes) -> str:
    return f"{trace_id.hex()}-{span_id.hex()}"


def _texts(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {each.key: each.value.string_value or str(each.value.int_value) for each in attributes}
