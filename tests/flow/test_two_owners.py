"""A partition that was lost in mid-call: what its old owner still hears spoils nothing of the new one's work."""

import asyncio

from consumer.core.outcome import OutcomeStatus, VerdictKind
from consumer.ports import Call, Partition, Response
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.claiming import NOT_VALID, a_flow_with_earns
from tests.flow.fakes import RETURNS, FakeVendor, SlowLedger, answer, holds_nothing
from tests.flow.parts import LEASE, Options
from tests.flow.records import earned, returned

BUSY = answer(521, {"errors": [{"code": 521, "message": "several actions at once"}]})


async def lost_in_mid_call(vendor: FakeVendor, ledger: SlowLedger) -> Flow:
    """An owner inside a call of five seconds for a return that is another's now."""
    vendor.latency = 5.0
    old = await a_flow_with_earns(vendor, ledger)
    old.receive(returned(0))
    await asyncio.sleep(0.5)
    old.inflow.lost([Partition(RETURNS, 0)])
    return old


def test_the_old_owner_does_not_take_back_the_claim_of_the_new_one() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        old = await lost_in_mid_call(FakeVendor(answers=lambda _: BUSY), ledger)
        killed_in_its_call = a_flow(FakeVendor(latency=100.0), ledger=ledger)
        killed_in_its_call.receive(returned(0))
        await old.rest(10.0)
        after_it = a_flow(FakeVendor(answers=lambda _: NOT_VALID, lists=holds_nothing), ledger=ledger)
        after_it.receive(returned(0))
        await after_it.rest(10.0)

        assert after_it.published.of(0).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert after_it.published.dead_letters == []

    virtual_time.run(main())


def test_the_old_owner_settles_nothing_that_the_new_one_may_have_changed() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        old = await lost_in_mid_call(FakeVendor(answers=lambda _: NOT_VALID), ledger)
        new = a_flow(FakeVendor(latency=8.0), ledger=ledger)
        new.receive(returned(0))
        await asyncio.gather(old.rest(30.0), new.rest(30.0))

        assert new.published.of(0).status is OutcomeStatus.REVOKED
        assert old.published.outcomes == []

    virtual_time.run(main())


def test_what_the_old_owner_learnt_is_known_to_the_new_one() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        old = await lost_in_mid_call(FakeVendor(), ledger)
        await old.rest(10.0)
        new = a_flow(FakeVendor(), ledger=ledger)
        new.receive(returned(0))
        await new.rest(10.0)

        assert new.published.of(0).verdicts[0].kind is VerdictKind.REVOKED
        assert new.vendor.calls == []

    virtual_time.run(main())


def test_a_refused_earn_is_not_asked_for_elsewhere_while_its_request_asks_on() -> None:
    async def main() -> None:
        ledger = SlowLedger()

        def answers(call: Call) -> Response:
            is_refused = call.earns[0].earn_id == "e1" or asyncio.get_running_loop().time() > LEASE / 2
            return NOT_VALID if is_refused else answer(429, {}, retry_after=LEASE / 2)

        one = a_flow(FakeVendor(answers=answers), Options(max_earns_per_call=1), ledger=ledger)
        one.receive(earned(0, "e1"), earned(1, "e2"))
        await one.rest()
        one.receive(returned(0))
        await asyncio.sleep(70.0)
        other = a_flow(FakeVendor(answers=lambda _: NOT_VALID), ledger=ledger)
        other.receive(earned(0, "e1"))
        await asyncio.gather(one.rest(), other.rest())

        assert [each.kind for each in one.published.of(0).verdicts] == [VerdictKind.NOT_VALID, VerdictKind.NOT_VALID]
        assert other.vendor.asked == []
        assert [each.outcome for each in other.published.completions] == [None]

    virtual_time.run(main())
