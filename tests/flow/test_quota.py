"""What the vendor counts in any of its minutes."""

import asyncio

import pytest

from consumer.adapters.memory import MemoryLedger
from consumer.ports import Claim, Denied, Granted
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import FakeVendor
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


def busiest_minute(vendor: FakeVendor) -> int:
    at = [when for when, _ in (*vendor.calls, *vendor.listings)]
    return max(sum(begin <= when < begin + 60.0 for when in at) for begin in at)
