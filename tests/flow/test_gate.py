"""Who may call, and when: slots, breaker, quota, in the order of asking."""

import asyncio
from itertools import pairwise

import pytest

from consumer.core.breaker import Closed, HoldPolicy
from consumer.core.quota import Share
from consumer.flow.gate import Gate, GateConfig, Permit, Turn
from consumer.ports import Call, Partition, Response, Unavailable
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import RETURNS, FakeVendor, SlowLedger, answer, ok
from tests.flow.parts import ALL_MINE
from tests.flow.records import earned, record, return_fields, returned

HOLD = HoldPolicy(initial=4.0, max=60.0)


def a_gate(*, concurrency: int = 2, per_minute: float = 0) -> Gate:
    gate = Gate(
        GateConfig(concurrency=concurrency, per_minute=per_minute, reserve=0.05, hold=HOLD),
        loop=asyncio.get_running_loop(),
        chance=lambda: 0.5,
    )
    gate.share(ALL_MINE)
    return gate


def given(turn: Turn) -> Permit:
    permit = turn.result()
    assert permit is not None
    return permit


def test_turns_are_given_in_the_order_of_asking_as_slots_become_free() -> None:
    async def main() -> None:
        gate = a_gate(concurrency=1)
        turns = [gate.line_up() for _ in range(3)]
        turns[1].cancel()
        assert [turn.done() for turn in turns] == [True, True, False]

        gate.succeeded(given(turns[0]), 1)

        assert turns[2].done()
        assert gate.under_way == 1

    virtual_time.run(main())


def test_a_permit_that_is_not_needed_costs_neither_slot_nor_quota() -> None:
    async def main() -> None:
        gate = a_gate(per_minute=60)
        turn = gate.line_up()
        await turn
        gate.not_needed(given(turn))

        assert gate.under_way == 0
        assert gate.line_up().done()

    virtual_time.run(main())


def test_a_probe_that_is_not_needed_goes_to_the_next_in_line() -> None:
    async def main() -> None:
        gate = a_gate()
        gate.refused(given(gate.line_up()), 1)
        probe, next_in_line = gate.line_up(), gate.line_up()
        assert given(probe).probe
        assert given(probe).refresh
        assert not next_in_line.done()

        gate.not_needed(given(probe))

        assert given(next_in_line).probe
        gate.succeeded(given(next_in_line), 1)
        assert isinstance(gate.breaker, Closed)

    virtual_time.run(main())


def test_a_probe_whose_lane_is_let_go_is_given_to_another_lane() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        def answers(call: Call) -> Response:
            return ok(call) if loop.time() > 60.0 else answer(503, {})

        ledger = SlowLedger()
        flow = a_flow(FakeVendor(answers=answers), ledger=ledger)
        flow.inflow.assigned({Partition(RETURNS, 1): 1})
        customers = range(20)
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers])
        await flow.rest()
        fields = [return_fields(f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers]
        flow.receive(*[record(n, fields[n], partition=n % 2) for n in customers])
        await asyncio.sleep(30.0)
        assert flow.gate.holding() == "api"
        ledger.takes["claim"] = 1.0
        before = len(ledger.claims)
        while len(ledger.claims) == before:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.1)
        flow.inflow.revoked([Partition(RETURNS, 0)])
        await flow.rest()

        assert len(flow.published.outcomes) == len(customers) // 2
        assert flow.gate.under_way == 0
        assert flow.gate.holding() is None

    virtual_time.run(main())


def test_while_held_one_probe_at_a_time_calls_and_the_time_does_not_count_as_not_held() -> None:
    async def main() -> None:
        gate = a_gate()
        assert gate.time_not_held() == 0.0
        gate.throttled(given(gate.line_up()), 1, 10.0)
        turns = [gate.line_up(), gate.line_up()]
        await asyncio.sleep(9.0)
        assert not any(turn.done() for turn in turns)
        await asyncio.sleep(1.5)
        assert [turn.done() for turn in turns] == [True, False]
        assert gate.holding() == "quota"

        gate.failed(given(turns[0]), 1)
        assert gate.time_not_held() == 0.0
        await asyncio.sleep(20.0)
        gate.succeeded(given(turns[1]), 1)
        await asyncio.sleep(5.0)
        assert gate.time_not_held() == pytest.approx(5.0)

    virtual_time.run(main())


def test_a_complaint_that_comes_while_held_makes_the_pace_no_slower() -> None:
    async def main() -> None:
        gate = a_gate(per_minute=600)
        await asyncio.sleep(1.0)
        one, other = gate.line_up(), gate.line_up()
        await asyncio.wait({one, other})
        gate.throttled(given(one), 1, None)
        pace = gate.quota()[0]
        gate.throttled(given(other), 2, None)

        assert gate.quota()[0] == pace

    virtual_time.run(main())


def test_an_instance_without_partitions_calls_as_soon_as_it_has_some() -> None:
    async def main() -> None:
        gate = a_gate(per_minute=60)
        gate.share(Share(own_returns=0, all_returns=8, own_earns=0, all_earns=8))
        turn = gate.line_up()
        await asyncio.sleep(3600.0)
        assert not turn.done()
        assert gate.quota()[:2] == (0.0, 0.0)

        gate.share(ALL_MINE)
        await turn

        assert gate.quota()[1] == 1.0

    virtual_time.run(main())


def test_a_shut_gate_lets_nobody_through() -> None:
    async def main() -> None:
        gate = a_gate()
        gate.shut()
        assert not gate.line_up().done()

    virtual_time.run(main())


def test_fresh_credentials_that_cannot_be_had_hold_the_line_and_are_asked_for_at_growing_intervals() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        accepted = 120.0
        vendor = FakeVendor(answers=lambda call: ok(call) if loop.time() > accepted else answer(401, {}))

        def refuse() -> None:
            if loop.time() < accepted:
                raise Unavailable("status 403", sent=False)

        vendor.on_refresh = refuse
        flow = a_flow(vendor)
        flow.receive(earned(0))
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(60.0)
        assert flow.gate.holding() == "credentials"
        assert len(vendor.calls) == 1
        await flow.rest()

        assert flow.published.of(0).attempts >= 2
        assert not flow.published.dead_letters
        waits = [after - before for before, after in pairwise(vendor.refreshes)]
        assert max(waits) > 5 * waits[0]

    virtual_time.run(main())


def test_a_throttled_request_is_held_and_then_repeated_without_doubt() -> None:
    async def main() -> None:
        answers = iter([answer(429, {}, retry_after=30)])
        vendor = FakeVendor(answers=lambda call: next(answers, ok(call)))
        flow = a_flow(vendor)
        flow.receive(earned(0))
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(1.0)
        assert flow.gate.holding() == "quota"
        await flow.rest()

        (first, _), (second, _) = vendor.calls
        assert second - first > 29.9
        assert not flow.telemetry.retries

    virtual_time.run(main())


def test_the_quota_is_told_as_what_is_this_instances_share() -> None:
    async def main() -> None:
        assert a_gate(per_minute=60).quota()[0] == pytest.approx(57.0)
        assert a_gate(per_minute=60).quota()[1] == 1.0
        assert a_gate().quota()[0] == 0.0

    virtual_time.run(main())
