"""Letting go of partitions: at whatever a lane is just doing, the drain ends and nothing new is asked."""

import asyncio

import pytest

from consumer.core.model import EarnState
from consumer.core.outcome import OutcomeStatus, VerdictKind
from consumer.ports import Call, Drain, Partition, Response
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.claiming import NOT_VALID
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, SlowLedger, answer, ok
from tests.flow.parts import Options
from tests.flow.records import earned, record, return_fields, returned

MINE = [Partition(RETURNS, 0)]
A_DRAIN = 20.0


async def seconds_of(drain: Drain) -> float:
    """How long the drain lasts; a drain's whole time where it does not end."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not drain.done() and loop.time() - begun < A_DRAIN:  # noqa: ASYNC110 - a drain is looked at from threads
        await asyncio.sleep(0.01)
    return loop.time() - begun


async def a_flow_with_earns(vendor: FakeVendor, ledger: SlowLedger, *, earns: int = 1, per_minute: float = 0) -> Flow:
    flow = a_flow(vendor, Options(per_minute=per_minute), ledger=ledger)
    flow.receive(*[earned(n, f"e{n + 1}") for n in range(earns)])
    await flow.rest()
    return flow


@pytest.mark.parametrize("doing", ["open", "claim"])
def test_a_return_that_is_let_go_before_its_call_is_never_asked_for(doing: str) -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger)
        ledger.takes[doing] = 1.0
        flow.receive(returned(0))
        await asyncio.sleep(0.5)
        lasted = await seconds_of(flow.inflow.revoked(MINE))
        await flow.rest()

        assert lasted < 1.0
        assert not flow.vendor.calls
        assert not flow.published.outcomes
        assert ledger.earn().claim is None
        assert flow.gate.under_way == 0

    virtual_time.run(main())


def test_a_return_that_is_let_go_inside_its_settlement_is_published_before_the_drain_ends() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger)
        ledger.takes["settle"] = 1.0
        flow.receive(returned(0))
        await asyncio.sleep(0.5)
        drain = flow.inflow.revoked(MINE)
        assert not drain.done()
        await seconds_of(drain)

        assert drain.done()
        assert drain.wait(0)
        assert flow.published.of(0).status is OutcomeStatus.REVOKED

    virtual_time.run(main())


def test_a_request_whose_next_turn_does_not_come_gives_back_what_it_knows_before_its_drain_is_over() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        vendor, options = FakeVendor(answers=lambda _: NOT_VALID), Options(per_minute=2, max_earns_per_call=1)
        flow = a_flow(vendor, options, ledger=ledger)
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(70.0)
        lasted = await seconds_of(flow.inflow.revoked(MINE))
        new = a_flow(FakeVendor(answers=lambda _: NOT_VALID), Options(max_earns_per_call=1), ledger=ledger)
        new.receive(returned(0))
        await new.rest()

        assert vendor.asked == [["e1"]]
        assert 1.0 < lasted < A_DRAIN
        assert [each.kind for each in new.published.of(0).verdicts] == [VerdictKind.NOT_VALID, VerdictKind.NOT_VALID]
        assert flow.published.outcomes == []

    virtual_time.run(main())


def test_an_answer_that_comes_when_nothing_may_be_asked_any_more_is_still_the_records_outcome() -> None:
    async def main() -> None:
        flow = await a_flow_with_earns(FakeVendor(latency=A_DRAIN), SlowLedger())
        flow.receive(returned(0))
        await asyncio.sleep(0.5)
        drain = flow.inflow.revoked(MINE)

        assert A_DRAIN - 1.0 < await seconds_of(drain) < A_DRAIN
        assert flow.published.of(0).status is OutcomeStatus.REVOKED

    virtual_time.run(main())


def test_a_lane_that_backs_off_is_no_part_of_a_drain() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: answer(500, {}, retry_after=900)), ledger)
        flow.receive(returned(0))
        await asyncio.sleep(1.0)
        drain = flow.inflow.revoked(MINE)
        assert drain.done()
        await flow.rest(1.0)

        assert all(task.done() for task in flow.tasks)
        assert len(flow.vendor.calls) == 1
        assert ledger.earn().claim == "returns/0/0"

    virtual_time.run(main())


def one_of_two(call: Call) -> Response:
    """e1 is revoked, of e2 nothing is said; e2 alone fails for long."""
    if len(call.earns) > 1:
        detail = {"promotionId": "p1", "revokedEarnIds": ["e1"], "status": "SUCCESS"}
        return answer(200, {"data": {"revokedDetails": [detail]}, "errors": []})
    return answer(500, {}, retry_after=900)


def test_a_lane_that_backs_off_with_half_an_answer_keeps_that_half_and_lets_go() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=one_of_two), ledger, earns=2)
        flow.receive(returned(0))
        await asyncio.sleep(10.0)
        lasted = await seconds_of(flow.inflow.revoked(MINE))

        assert lasted < 0.1
        assert flow.vendor.asked == [["e1", "e2"], ["e2"]]
        assert (ledger.earn("e1").state, ledger.earn("e1").claim) == (EarnState.REVOKED, "returns/0/0")
        assert (ledger.earn("e2").state, ledger.earn("e2").claim) == (EarnState.HELD, "returns/0/0")

    virtual_time.run(main())


def test_half_an_answer_that_was_kept_is_told_as_revoked_by_whom_it_was_and_not_asked_again() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=one_of_two), ledger, earns=2)
        flow.receive(returned(0))
        await asyncio.sleep(10.0)
        flow.inflow.revoked(MINE)
        flow.vendor.answers = ok
        flow.inflow.assigned({MINE[0]: 2})
        flow.receive(record(0, return_fields(), epoch=2))
        await flow.rest()

        assert [verdict.kind.value for verdict in flow.published.of(0).verdicts] == ["REVOKED", "REVOKED"]
        assert flow.vendor.asked == [["e1", "e2"], ["e2"], ["e2"]]

    virtual_time.run(main())


def test_a_lane_that_fails_in_mid_request_while_it_is_let_go_does_not_back_off_first() -> None:
    async def main() -> None:
        flow = await a_flow_with_earns(FakeVendor(answers=one_of_two, latency=5.0), SlowLedger(), earns=2)
        flow.receive(returned(0))
        await asyncio.sleep(7.0)
        lasted = await seconds_of(flow.inflow.revoked(MINE))

        assert lasted == pytest.approx(3.0, abs=0.1)
        assert len(flow.vendor.calls) == 2

    virtual_time.run(main())


def half_then_all(call: Call) -> Response:
    return one_of_two(call) if len(call.earns) > 1 else answer(200, {"data": {"code": 200, "message": "done"}})


def test_a_request_with_half_an_answer_comes_to_its_end_within_the_drain() -> None:
    async def main() -> None:
        flow = await a_flow_with_earns(FakeVendor(answers=half_then_all, latency=1.0), SlowLedger(), earns=2)
        flow.receive(returned(0))
        await asyncio.sleep(0.5)
        lasted = await seconds_of(flow.inflow.revoked(MINE))

        assert lasted < 2.0
        assert flow.vendor.asked == [["e1", "e2"], ["e2"]]
        assert flow.published.of(0).attempts == 2

    virtual_time.run(main())


def test_a_request_with_half_an_answer_of_a_lost_partition_asks_no_more() -> None:
    async def main() -> None:
        flow = await a_flow_with_earns(FakeVendor(answers=half_then_all, latency=1.0), SlowLedger(), earns=2)
        flow.receive(returned(0))
        await asyncio.sleep(0.5)
        flow.inflow.lost(MINE)
        await flow.rest()

        assert flow.vendor.asked == [["e1", "e2"]]

    virtual_time.run(main())


def test_a_lane_that_waits_for_its_turn_lets_go_at_once_and_its_turn_goes_to_the_next() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=5.0), Options(concurrency=1))
        for partition in (1, 2):
            flow.inflow.assigned({Partition(RETURNS, partition): 1})
        customers = range(3)
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers])
        await flow.rest()
        fields = [return_fields(f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers]
        flow.receive(*[record(0, fields[n], partition=n) for n in customers])
        await asyncio.sleep(1.0)
        lasted = await seconds_of(flow.inflow.revoked([Partition(RETURNS, 1)]))
        await flow.rest()

        assert lasted == 0.0
        assert flow.vendor.asked == [["e0"], ["e2"]]

    virtual_time.run(main())


def test_a_partition_that_goes_takes_nothing_from_a_request_of_another() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(answers=one_of_two), ledger=SlowLedger())
        flow.inflow.assigned({Partition(RETURNS, 1): 1})
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(10.0)
        drain = flow.inflow.revoked([Partition(RETURNS, 1)])
        await asyncio.sleep(10.0)

        assert drain.done()
        assert len(flow.vendor.calls) == 2

    virtual_time.run(main())


def test_what_is_lost_is_dropped_wherever_it_is() -> None:
    async def main() -> None:
        flow = await a_flow_with_earns(FakeVendor(), SlowLedger())
        flow.receive(returned(0))
        flow.inflow.lost(MINE)
        await flow.rest()

        assert not flow.vendor.calls
        assert not flow.published.outcomes

    virtual_time.run(main())


def test_records_of_an_earlier_assignment_are_passed_over_and_those_of_the_new_one_are_worked() -> None:
    async def main() -> None:
        flow = await a_flow_with_earns(FakeVendor(), SlowLedger())
        flow.inflow.assigned({MINE[0]: 2})
        flow.receive(returned(0), record(1, return_fields("r2"), epoch=2))
        await flow.rest()

        assert [outcome.source.offset for outcome in flow.published.outcomes] == [1]

    virtual_time.run(main())


def test_the_late_earn_stays_when_the_return_it_was_merged_with_goes() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        flow.receive(returned(0, "r1"))
        await flow.rest()
        flow.receive(earned(0, "e1"))
        ledger.takes["late_earns"] = 0.5
        await asyncio.sleep(0.2)
        flow.receive(returned(1, "r2"))
        await asyncio.sleep(0.5)
        flow.inflow.revoked(MINE)
        await flow.rest()

        assert flow.published.of(0, EARNS).status is OutcomeStatus.REVOKED
        assert flow.vendor.asked == [["e1"]]

    virtual_time.run(main())
