"""Trace contexts that come with records go on with what the records lead to."""

from collections.abc import Sequence

import pytest

from consumer.core.dead_letter import Headers
from consumer.core.model import Coordinates, Record
from consumer.flow.outlet import LARGEST_TRACE
from consumer.ports import Message
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.claiming import NOT_VALID, a_flow_with_earns, claimed_by
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, SlowLedger
from tests.flow.records import earn_fields, earned, record, return_fields


def trace(number: int) -> str:
    return f"00-{number:032x}-b7ad6b7169203331-01"


def header(number: int) -> tuple[str, bytes]:
    return ("traceparent", trace(number).encode())


def traced(offset: int, bill: str = "b1") -> Record:
    """A return of a bill, whose trace has the number of its offset."""
    return record(offset, return_fields(f"r{offset}", bill_number=bill), headers=(("shop", b"x"), header(offset)))


def asked_with(flow: Flow) -> list[Sequence[str]]:
    return [call.traceparents for _, call in flow.vendor.calls]


def headers(message: Message | None) -> Sequence[tuple[str, bytes | None]]:
    assert message is not None
    return message.headers


def test_the_context_runs_through_the_request_the_outcome_and_the_dead_letter() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(answers=lambda _: NOT_VALID))
        flow.receive(earned(0), traced(1))
        await flow.rest()

        completion = flow.published.completions[-1]
        assert asked_with(flow) == [(trace(1),)]
        assert header(1) in headers(completion.outcome)
        assert header(1) in headers(completion.dead_letter)

    virtual_time.run(main())


def test_a_merged_request_has_the_contexts_of_the_records_it_asks_for_and_no_others() -> None:
    async def main() -> None:
        flow = await a_flow_with_earns(FakeVendor(), SlowLedger())
        flow.receive(traced(1), traced(2, "a bill without earns"), traced(3, "b2"))
        await flow.rest()

        assert asked_with(flow) == [(trace(1), trace(3))]

    virtual_time.run(main())


def test_a_listing_has_the_context_of_the_record_whose_earn_is_in_doubt() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID), ledger)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 1))
        flow.receive(traced(1))
        await flow.rest()

        assert [call.traceparents for _, call in flow.vendor.listings] == [(trace(1),)]

    virtual_time.run(main())


def test_a_late_earn_goes_on_with_the_context_of_its_own_record() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(traced(1))
        await flow.rest()
        flow.receive(record(0, earn_fields(), topic=EARNS, headers=(header(2),)))
        await flow.rest()

        assert asked_with(flow) == [(trace(2),)]
        assert header(2) in headers(flow.published.completions[-1].outcome)

    virtual_time.run(main())


def test_a_context_of_another_form_goes_no_further_than_the_outcome() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(earned(0), record(1, return_fields(), headers=(("traceparent", b"00\n"),)))
        await flow.rest()

        assert asked_with(flow) == [()]

    virtual_time.run(main())


@pytest.mark.parametrize(
    "flood", [(header(1),) * 1000, (("traceparent", b"0" * (LARGEST_TRACE + 1)),), (("traceparent", None),) * 1000]
)
def test_a_flood_of_contexts_does_not_make_the_outcome_larger_than_its_record(flood: Headers) -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(record(0, return_fields(), headers=flood))
        await flow.rest()

        (outcome,) = [each.outcome for each in flow.published.completions]
        assert [name for name, _ in headers(outcome)] == ["event-id", "status", "cause"]

    virtual_time.run(main())


def test_an_earn_record_that_cannot_be_read_is_told_with_its_trace() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(record(0, b"garbage", topic=EARNS, headers=(header(4),)))
        await flow.rest()

        ((name, fields),) = flow.telemetry.events
        assert (name, fields["trace_id"]) == ("earn_unreadable", f"{4:032x}")

    virtual_time.run(main())
