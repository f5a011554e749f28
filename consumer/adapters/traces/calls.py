"""The span of a request to the vendor: inside that of its record, or linked to those of several."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer

from consumer.adapters.traces import names
from consumer.adapters.traces.context import NOWHERE, named, traceparent_of, within
from consumer.ports import Call, Response, RevokeApi, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Where requests go. A route has names in braces where a path has an id."""

    host: str
    port: int
    revoke: str
    listing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedApi:
    """The port `RevokeApi`; each request names its own span to the vendor."""

    api: RevokeApi
    tracer: Tracer
    vendor: Vendor

    async def revoke(self, call: Call) -> Response:
        """Ask to revoke the call's earns. Raises Unavailable."""
        return await self._asked(self.api.revoke, call, self._begun("POST", self.vendor.revoke, call))

    async def listing(self, call: Call) -> Response:
        """Ask what the customer holds. Raises Unavailable."""
        return await self._asked(self.api.listing, call, self._begun("GET", self.vendor.listing, call))

    async def refresh(self) -> None:
        """Read the secrets again and get a new token; that is no record's. Raises Unavailable."""
        await self.api.refresh()

    def _begun(self, method: names.Method, route: str, call: Call) -> Span:
        name, attributes = names.request(method, route), self._attributes(method, route)
        match call.traceparents:
            case (only,):
                return self.tracer.start_span(name, within(only), SpanKind.CLIENT, attributes)
            case several:
                links = [Link(named(each)) for each in several]
                return self.tracer.start_span(name, NOWHERE, SpanKind.CLIENT, attributes, links)

    def _attributes(self, method: names.Method, route: str) -> Mapping[str, str | int]:
        return {
            names.METHOD: method,
            names.ROUTE: route,
            names.HOST: self.vendor.host,
            names.PORT: self.vendor.port,
        }

    async def _asked(self, ask: Callable[[Call], Awaitable[Response]], call: Call, span: Span) -> Response:
        try:
            response = await ask(replace(call, traceparents=(traceparent_of(span),)))
        except Unavailable as silence:
            _fail(span, silence.reason)
            raise
        else:
            span.set_attribute(names.STATUS_CODE, response.status)
            if response.status >= HTTPStatus.BAD_REQUEST:
                _fail(span, str(response.status))
            return response
        finally:
            span.end()


def _fail(span: Span, kind: str) -> None:
    span.set_attribute(names.ERROR, kind)
    span.set_status(StatusCode.ERROR)
