"""Spans, as the SDK's exporter in memory sees them."""

from dataclasses import fields
from pathlib import Path

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from consumer.adapters.traces import names
from consumer.core.model import Coordinates, Record
from consumer.ports import Call, Partition, Response, Unavailable
from tests.contracts.traced_flow import a_traced_flow, context, links, parent, told_in
from tests.flow import virtual_time
from tests.flow.claiming import NOT_VALID, claimed_by
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, SlowLedger, answer, ok
from tests.flow.records import earn_fields, earned, record, return_fields, returned

TRACE = "0af7651916cd43dd8448eb211c80319c"
CAME = f"00-{TRACE}-b7ad6b7169203331-01"
HEADERS = (("shop", b"x"), ("traceparent", CAME.encode()))
CUSTOMER = 4_711_081_500_000
PROCESS = f"process {RETURNS}"


def traced(offset: int, bill: str = "b1", came: str = CAME) -> Record:
    headers = (("traceparent", came.encode()), ("shop", b"x"))
    return record(offset, return_fields(f"r{offset}", bill_number=bill), headers=headers)


def silent(_: Call) -> Response:
    raise Unavailable("timeout")


def test_a_return_is_a_span_inside_the_one_it_came_with_until_its_outcome() -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor())
        await flow.settle(traced(5))

        (span,) = flow.spans()
        assert (span.name, span.kind, parent(span)) == (PROCESS, SpanKind.CONSUMER, CAME)
        assert span.attributes == {
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.consumer.group.name": "shop",
            "messaging.destination.name": RETURNS,
            "messaging.destination.partition.id": "0",
            "messaging.kafka.offset": 5,
            "returns.outcome": "NOTHING_TO_REVOKE",
        }
        assert span.status.status_code is StatusCode.UNSET

    virtual_time.run(main())


def test_the_outcome_names_the_returns_own_span_and_nothing_else_is_lost() -> None:
    async def main() -> None:
        flow, given = a_traced_flow(FakeVendor()), traced(5)
        await flow.settle(given)

        (span,), (completion,) = flow.spans(), flow.flow.published.completions
        assert told_in(completion.outcome) == [context(span)]
        assert completion.record.headers == (("shop", b"x"), ("traceparent", context(span).encode()))
        others = [each.name for each in fields(Record) if each.name != "headers"]
        assert [getattr(completion.record, name) for name in others] == [getattr(given, name) for name in others]

    virtual_time.run(main())


def test_a_dead_letter_names_the_span_and_makes_it_an_error() -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor(answers=lambda _: NOT_VALID))
        await flow.settle(earned(0), traced(5))

        (span,), completion = flow.spans(PROCESS), flow.flow.published.completions[-1]
        assert told_in(completion.dead_letter) == [context(span)]
        assert span.status.status_code is StatusCode.ERROR
        assert (span.attributes or {})["error.type"] == "731"

    virtual_time.run(main())


def test_a_return_that_came_with_no_trace_begins_one() -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor())
        await flow.settle(returned(5))

        (span,) = flow.spans()
        assert parent(span) is None
        assert told_in(flow.flow.published.completions[0].outcome) == [context(span)]

    virtual_time.run(main())


def test_a_request_for_one_return_is_inside_its_span_and_names_itself_to_the_vendor() -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor())
        await flow.settle(earned(0), traced(5))

        (process,), (request,) = flow.spans(PROCESS), flow.spans("POST")
        assert (request.name, request.kind, parent(request)) == ("POST /revokeEarn", SpanKind.CLIENT, context(process))
        assert request.attributes == {
            "http.request.method": "POST",
            "url.template": "/revokeEarn",
            "server.address": "vendor.example",
            "server.port": 443,
            "http.response.status_code": 200,
        }
        assert [call.traceparents for _, call in flow.flow.vendor.calls] == [(context(request),)]

    virtual_time.run(main())


def test_a_request_for_several_returns_begins_a_trace_that_is_linked_to_theirs() -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor())
        await flow.settle(earned(0), earned(1, "e2", bill_number="b2"))
        await flow.settle(traced(5), traced(6, "b2", CAME.replace(TRACE, TRACE[::-1])))

        (request,) = flow.spans("POST")
        assert parent(request) is None
        assert links(request) == [context(span) for span in flow.spans(PROCESS)]
        assert [call.traceparents for _, call in flow.flow.vendor.calls] == [(context(request),)]

    virtual_time.run(main())


def test_each_attempt_is_a_span_and_says_how_it_failed() -> None:
    async def main() -> None:
        answers = iter([silent, lambda _: answer(503, {}), ok])

        def one_after_the_other(call: Call) -> Response:
            return next(answers)(call)

        flow = a_traced_flow(FakeVendor(answers=one_after_the_other))
        await flow.settle(earned(0), traced(5))

        told = [(span.attributes or {}) for span in flow.spans("POST")]
        assert [(each.get("http.response.status_code"), each.get("error.type")) for each in told] == [
            (None, "timeout"),
            (503, "503"),
            (200, None),
        ]
        assert [span.status.status_code for span in flow.spans("POST")] == [
            StatusCode.ERROR,
            StatusCode.ERROR,
            StatusCode.UNSET,
        ]

    virtual_time.run(main())


def test_no_span_has_a_customer_a_payload_or_an_earn() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_traced_flow(FakeVendor(answers=lambda _: NOT_VALID), ledger=ledger)
        whose = {"customer_id": CUSTOMER, "bill_number": "secret-bill"}
        earn = record(0, earn_fields("secret-earn", **whose), topic=EARNS)
        await flow.settle(earn)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 5), "secret-earn")
        await flow.settle(record(5, return_fields("secret-event", **whose), headers=HEADERS))

        assert {span.name for span in flow.spans()} == {PROCESS, "POST /revokeEarn", "GET /customer/{customer}"}
        told = "".join(span.to_json() for span in flow.spans())
        assert not [secret for secret in (str(CUSTOMER), "secret", "not valid") if secret in told]

    virtual_time.run(main())


@pytest.mark.parametrize("went", ["revoked", "lost"])
def test_a_return_that_is_let_go_has_no_span_here(went: str) -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor(answers=lambda _: NOT_VALID))
        await flow.settle(earned(0))
        flow.flow.gate.shut()
        flow.intake.received([traced(5)])
        await flow.flow.rest(1.0)
        getattr(flow.intake, went)([Partition(RETURNS, 0)])
        await flow.flow.rest(1.0)

        assert not flow.spans()
        assert not flow.flow.lanes.counts().waiting

    virtual_time.run(main())


def test_earn_records_have_no_spans_and_a_late_earns_request_goes_on_with_its_trace() -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor())
        await flow.settle(traced(5))
        await flow.settle(record(0, earn_fields(), topic=EARNS, headers=HEADERS))

        (request,) = flow.spans("POST")
        assert parent(request) == CAME
        assert len(flow.spans(PROCESS)) == 1
        assert told_in(flow.flow.published.completions[-1].outcome) == [CAME]

    virtual_time.run(main())


def test_every_name_of_an_attribute_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tracing.md").read_text(encoding="utf-8")

    attributes = {value for name, value in vars(names).items() if name.isupper()} - {names.SCOPE}

    assert attributes
    assert [name for name in attributes if f"`{name}`" not in page] == []


def test_what_the_producer_does_not_sample_is_no_span_and_stays_unsampled() -> None:
    async def main() -> None:
        flow = a_traced_flow(FakeVendor())
        await flow.settle(earned(0), traced(5, came=CAME[:-1] + "0"))

        (told,) = told_in(flow.flow.published.completions[-1].outcome)
        assert not flow.spans()
        assert told.startswith(f"00-{TRACE}-")
        assert told.endswith("-00")

    virtual_time.run(main())
