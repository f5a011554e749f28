"""One guarded call."""

import asyncio

from consumer.core.breaker import HoldPolicy
from consumer.core.model import CustomerId, OrgId
from consumer.flow.call import Caller
from consumer.flow.gate import Gate, GateConfig
from consumer.ports import Call
from tests.flow import virtual_time
from tests.flow.fakes import FakeVendor, Silence


def test_the_oldest_call_under_way_is_known_until_it_ends() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        config = GateConfig(concurrency=2, per_minute=0, reserve=0.05, hold=HoldPolicy(initial=0.5, max=60.0))
        gate = Gate(config, loop=loop, chance=lambda: 0.5)
        caller = Caller(FakeVendor(latency=5.0), gate, Silence(), loop)
        call = Call(org_id=OrgId("100"), customer_id=CustomerId(7), earns=(), traceparents=())
        permits = [gate.line_up().result() for _ in range(2)]
        asked = []
        for permit in permits:
            assert permit is not None
            asked.append(asyncio.ensure_future(caller.listing(permit, call)))
            await asyncio.sleep(1.0)

        assert caller.oldest() == 0.0
        await asked[0]
        assert caller.oldest() == 1.0
        await asked[1]
        assert caller.oldest() is None

    virtual_time.run(main())
