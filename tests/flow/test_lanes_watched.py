"""What the lanes tell those who watch."""

import asyncio
from dataclasses import replace

from consumer.core.model import Millis
from consumer.flow.lanes import LaneStatus
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import FakeVendor
from tests.flow.parts import Options
from tests.flow.records import earned, returned


def test_the_lanes_with_the_oldest_records_come_first_and_no_more_than_asked_for() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=5.0), Options(concurrency=1))
        flow.receive(*[earned(n, f"e{n}", customer_id=n, bill_number=f"b{n}") for n in (1, 2, 3)])
        await flow.rest()
        for offset, (customer, timestamp) in enumerate([(1, 30), (2, 10), (3, 20), (2, 40)]):
            back = returned(offset, f"r{offset}", customer_id=customer, bill_number=f"b{customer}")
            flow.receive(replace(back, timestamp=Millis(timestamp)))
            await asyncio.sleep(0.1)

        assert flow.lanes.oldest_first(2) == (
            LaneStatus(oldest=Millis(10), records=2, working=False),
            LaneStatus(oldest=Millis(20), records=1, working=False),
        )
        assert flow.lanes.oldest_first(9)[2:] == (LaneStatus(oldest=Millis(30), records=1, working=True),)
        await flow.rest()
        assert flow.lanes.oldest_first(9) == ()

    virtual_time.run(main())
