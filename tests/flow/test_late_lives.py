"""A late earn that was revoked in an earlier life of its record, before anybody told of it."""

import asyncio

from consumer.core.model import Coordinates, EarnState
from consumer.core.outcome import VerdictKind
from consumer.ports import Settlement
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import EARNS, FakeVendor, SlowLedger
from tests.flow.records import earned, returned

LATE = Coordinates(EARNS, 0, 1)


def test_what_its_record_revoked_in_an_earlier_life_is_its_own_to_tell_though_a_return_settles_with_it() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(latency=1.0), ledger=ledger)
        for each in (earned(0, "e0", bill_number="b0"), returned(0, "r1")):
            flow.receive(each)
            await flow.rest()
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(earned(1, "e1"))
        await asyncio.sleep(0.1)
        await ledger.settle(Settlement(states=((ledger.earn("e1").key, EarnState.REVOKED, LATE),)))
        flow.receive(returned(2, "r2"))
        await flow.rest()

        assert flow.vendor.asked == [["e0"]]
        assert flow.published.of(2).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert flow.published.of(1, EARNS).verdicts[0].kind is VerdictKind.REVOKED

    virtual_time.run(main())
