"""What the vendor counts in any of its minutes."""

import asyncio

import pytest

from consumer.adapters.memory import MemoryLedger
from consumer.flow.gate import LONGEST_KEPT, Turn
from consumer.ports import Claim, Denied, Granted
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import FakeVendor, SlowLedger, answer, ok
from tests.flow.parts import Options
from tests.flow.records import earned, returned


class AwayLedger(MemoryLedger):
    """Claims nothing before it is back, and then all at once."""

    back = 0.0

    async def claim(self, claim: Claim) -> Granted | Denied:
        await asyncio.sleep(max(0.0, self.back - asyncio.get_running_loop().time()))
        return await super().claim(claim)


@pytest.mark.parametrize("per_minute", [60.0, 100.0, 300.0])
def test_no_minute_holds_more_requests_than_the_quota(per_minute: float) -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(), Options(per_minute=per_minute))
        customers = range(400)
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers])
        await flow.rest()
        flow.receive(*[returned(n, f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers])
        await flow.rest()

        assert busiest_minute(flow.vendor) <= per_minute
        assert len(flow.published.outcomes) == len(customers)

    virtual_time.run(main())


def test_calls_that_waited_for_the_ledger_do_not_break_the_quota_of_a_later_minute() -> None:
    async def main() -> None:
        ledger = AwayLedger()
        flow = a_flow(FakeVendor(), Options(per_minute=100), ledger=ledger)
        customers = range(300)
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers])
        await flow.rest()
        ledger.back = asyncio.get_running_loop().time() + 120.0
        flow.receive(*[returned(n, f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in customers])
        await flow.rest()

        assert busiest_minute(flow.vendor) <= 100
        assert len(flow.published.outcomes) == len(customers)

    virtual_time.run(main())


def test_a_request_that_is_claimed_anew_by_a_slow_ledger_asks_for_its_turn_again() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        vendor = FakeVendor()
        vendor.answers = lambda call: answer(503, {}, retry_after=200.0) if len(vendor.calls) == 2 else ok(call)
        flow = a_flow(vendor, Options(per_minute=60, max_earns_per_call=1), ledger=ledger)
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        given: list[float] = []
        line_up_first = flow.gate.line_up_first

        def noted() -> Turn:
            turn = line_up_first()
            turn.add_done_callback(lambda _: given.append(asyncio.get_running_loop().time()))
            return turn

        flow.gate.line_up_first = noted  # type: ignore[method-assign] # to see when turns are given
        flow.receive(returned(0))
        await asyncio.sleep(30.0)
        ledger.takes["claim"] = 100.0
        await flow.rest()

        assert vendor.calls[-1][0] - given[-1] <= LONGEST_KEPT

    virtual_time.run(main())


def busiest_minute(vendor: FakeVendor) -> int:
    at = [when for when, _ in (*vendor.calls, *vendor.listings)]
    return max(sum(begin <= when < begin + 60.0 for when in at) for begin in at)
