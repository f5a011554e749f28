"""Which record may call for an earn, and what is known when an earlier call for it may have reached the vendor."""

import asyncio
from dataclasses import replace

import pytest

from consumer.core.model import Coordinates, EarnState
from consumer.core.outcome import OutcomeStatus, VerdictKind
from consumer.ports import Call, Partition, Response, Settlement
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.claiming import ELSEWHERE, NOT_VALID, a_flow_with_earns, claimed_by, key
from tests.flow.fakes import EARNS, RETURNS, Answer, FakeVendor, SlowLedger, answer, ok
from tests.flow.parts import LEASE, Options
from tests.flow.records import earned, record, return_fields, returned


def test_an_earn_that_another_record_calls_for_is_not_asked_for_and_no_slot_is_held_in_that_wait() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger, Options(per_minute=60))
        await claimed_by(ledger, ELSEWHERE)
        flow.receive(returned(0))
        await asyncio.sleep(30.0)

        assert not flow.vendor.calls
        assert flow.gate.under_way == 0
        assert len(ledger.claims) < 30

        await ledger.settle(Settlement(states=((key(), EarnState.REVOKED, ELSEWHERE),)))
        await flow.rest()
        assert [verdict.kind for verdict in flow.published.of(0).verdicts] == [VerdictKind.ALREADY_REVOKED]
        assert not flow.vendor.calls

    virtual_time.run(main())


def test_an_abandoned_claim_is_taken_over_and_its_earn_is_in_doubt() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID), ledger)
        await claimed_by(ledger, ELSEWHERE)
        flow.receive(returned(0))
        await flow.rest()

        assert LEASE < flow.vendor.calls[0][0] < LEASE + 10.0
        assert flow.published.of(0).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert len(flow.vendor.listings) == 1

    virtual_time.run(main())


def test_an_earn_that_changed_since_it_was_planned_is_planned_again_and_its_neighbour_is_let_go_meanwhile() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger)
        ledger.takes["claim"] = 1.0
        flow.receive(returned(0, "r1"), returned(1, "r2", bill_number="b2"))
        await asyncio.sleep(0.5)
        flow.receive(earned(2, "e1", kind="REDEEMED"))
        await flow.rest()

        assert flow.published.of(0).status is OutcomeStatus.FAILED
        assert flow.published.of(0).error_codes == (729,)
        assert flow.published.of(1).status is OutcomeStatus.REVOKED
        assert flow.vendor.asked == [["e2"]]

    virtual_time.run(main())


def test_an_earn_that_another_took_while_its_neighbour_is_called_for_elsewhere_is_planned_again_at_once() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger)
        await claimed_by(ledger, ELSEWHERE, "e2")
        ledger.takes["claim"] = 1.0
        flow.receive(returned(0, "r1"), returned(1, "r2", bill_number="b2"))
        await asyncio.sleep(0.5)
        await ledger.settle(Settlement(states=((key("e1"), EarnState.REVOKED, ELSEWHERE),)))
        await asyncio.sleep(1.0)

        assert flow.published.of(0).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert not flow.vendor.calls

    virtual_time.run(main())


def test_a_record_does_not_wait_for_a_claim_of_one_that_stands_behind_it_and_tells_of_the_revoke() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 1))
        flow.receive(returned(0, "r1"), returned(1, "r2"))
        await flow.rest(10.0)

        assert flow.published.of(0).verdicts[0].kind is VerdictKind.REVOKED
        assert flow.published.of(1).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert ledger.earn("e1").claim == "returns/0/0"

    virtual_time.run(main())


def test_a_record_does_not_wait_for_a_claim_of_one_that_stands_behind_it_and_did_not_fit_into_its_request() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger, Options(max_earns_per_call=1))
        await claimed_by(ledger, Coordinates(RETURNS, 0, 2))
        flow.receive(returned(0), returned(1, "r2", bill_number="b2"), returned(2, "r3"))
        await flow.rest(LEASE / 2)

        kinds = [flow.published.of(offset).verdicts[0].kind for offset in range(3)]
        assert kinds == [VerdictKind.REVOKED, VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED]
        assert flow.vendor.asked == [["e1"], ["e2"]]

    virtual_time.run(main())


def test_of_returns_in_two_partitions_the_earlier_by_its_coordinates_tells_of_the_revoke() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(latency=1.0), ledger)
        flow.inflow.assigned({Partition(RETURNS, 1): 1})
        flow.receive(record(0, return_fields("r2"), partition=1), returned(0, "r1"))
        await flow.rest(LEASE / 2)

        told = {each.source: each.verdicts[0].kind for each in flow.published.outcomes}
        assert told == {
            Coordinates(RETURNS, 0, 0): VerdictKind.REVOKED,
            Coordinates(RETURNS, 1, 0): VerdictKind.ALREADY_REVOKED,
        }

    virtual_time.run(main())


@pytest.mark.parametrize("gone", [0, 1])
def test_a_revoke_that_the_feed_echoes_is_told_once_although_one_of_two_returns_goes_elsewhere(gone: int) -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(latency=1.0), ledger)
        flow.inflow.assigned({Partition(RETURNS, 1): 1})
        flow.receive(record(0, return_fields("r2"), partition=1), returned(0, "r1"))
        await asyncio.sleep(0.5)
        flow.receive(earned(2, "e1", kind="REVOKED"))
        await asyncio.sleep(0.1)
        flow.inflow.lost([Partition(RETURNS, gone)])
        await flow.rest(LEASE / 2)
        here = [each.verdicts[0].kind for each in flow.published.outcomes]
        claim = ledger.earn("e1").claim

        assert claim == "returns/0/0"
        assert here == [VerdictKind.REVOKED if gone else VerdictKind.ALREADY_REVOKED]

    virtual_time.run(main())


def test_of_returns_behind_a_late_earn_the_first_takes_over_the_claim_of_the_second() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(latency=1.0), ledger=ledger)
        flow.receive(earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0, "r0"))
        await asyncio.sleep(0.5)
        flow.receive(earned(2, "e1"), returned(1, "r1"), returned(2, "r2"))
        await claimed_by(ledger, Coordinates(RETURNS, 0, 2))
        await flow.rest(LEASE / 2)

        kinds = [
            {str(each.earn_id): each.kind for each in flow.published.of(offset).verdicts}["e1"] for offset in (1, 2)
        ]
        assert kinds == [VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED]

    virtual_time.run(main())


def test_nothing_is_revoked_in_the_name_of_a_record_behind_whose_outcome_stands() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger, Options(max_earns_per_call=1))
        await claimed_by(ledger, Coordinates(RETURNS, 0, 2))
        flow.receive(returned(0), returned(1, "r2", bill_number="b2"), returned(2))
        await flow.rest(2 * LEASE)

        assert [flow.published.of(offset).status for offset in (0, 2)] == [
            OutcomeStatus.REVOKED,
            OutcomeStatus.DUPLICATE,
        ]
        assert flow.published.of(0).verdicts[0].kind is VerdictKind.REVOKED

    virtual_time.run(main())


def test_what_was_revoked_in_the_name_of_a_late_earns_record_behind_is_told_there() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(latency=1.0), ledger, Options(max_earns_per_call=1))
        flow.receive(earned(2, "e3", bill_number="b3"))
        await claimed_by(ledger, Coordinates(EARNS, 0, 0))
        flow.receive(returned(0, "r2", bill_number="b2"))
        await asyncio.sleep(0.5)
        flow.receive(returned(1), returned(2, "r3", bill_number="b3"), returned(3, "r4"))
        await asyncio.sleep(0.1)
        flow.receive(earned(0, "e1"))
        await flow.rest(LEASE / 2)

        kinds = [flow.published.of(offset).verdicts[0].kind for offset in (1, 3)]
        assert kinds == [VerdictKind.ALREADY_REVOKED, VerdictKind.ALREADY_REVOKED]
        assert flow.published.of(0, EARNS).verdicts[0].kind is VerdictKind.REVOKED
        assert flow.vendor.asked == [["e2"], ["e1"], ["e3"]]

    virtual_time.run(main())


def test_a_drain_waits_for_a_request_that_claims_in_the_name_of_a_record_behind_it() -> None:
    async def main() -> None:
        ledger, behind = SlowLedger(), Partition(RETURNS, 1)
        flow = await a_flow_with_earns(FakeVendor(latency=5.0), ledger, Options(max_earns_per_call=1))
        flow.inflow.assigned({behind: 1})
        await claimed_by(ledger, Coordinates(RETURNS, 1, 0))
        owner = record(0, return_fields("r3"), partition=1)
        flow.receive(returned(0), returned(1, "r2", bill_number="b2"), owner)
        await asyncio.sleep(1.0)
        drain = flow.inflow.revoked([behind])

        assert not drain.done()
        await asyncio.sleep(5.0)
        assert drain.done()
        assert ledger.earn("e1").claim == "returns/1/0"

    virtual_time.run(main())


def test_a_claim_that_a_hold_outlasted_is_made_again_before_the_next_call() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(answers=in_parts(until=LEASE * 2)), ledger=ledger)
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        assert [len(claim.owners) for claim in ledger.claims] == [2, 1]
        assert flow.published.of(0).status is OutcomeStatus.REVOKED

    virtual_time.run(main())


async def refused_with_slow_claims(ledger: SlowLedger, until: float) -> Flow:
    """A return whose earn is refused, at rest; each claim that begins before then takes more than half the lease."""
    flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID), ledger)
    ledger.takes["claim"] = LEASE * 0.6
    flow.receive(returned(0))
    await asyncio.sleep(until)
    ledger.takes.clear()
    await flow.rest()
    return flow


def test_a_claim_that_took_too_long_is_made_again_before_the_call_and_casts_no_doubt_on_earns_never_asked_for() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await refused_with_slow_claims(ledger, until=1.0)

        first, second = ledger.claims
        assert second.now - first.now == LEASE * 600
        assert flow.published.of(0).verdicts[0].kind is VerdictKind.NOT_VALID
        assert flow.published.of(0).error_codes == (731,)
        assert flow.vendor.listings == []

    virtual_time.run(main())


def test_a_request_whose_claims_take_too_long_again_and_again_is_let_go_and_begun_anew() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await refused_with_slow_claims(ledger, until=LEASE * 0.9)

        assert len(ledger.claims) == 3
        assert flow.vendor.calls[0][0] >= LEASE * 1.2
        assert flow.published.of(0).verdicts[0].kind is VerdictKind.NOT_VALID

    virtual_time.run(main())


def test_a_claim_that_is_made_again_keeps_the_end_that_a_call_without_an_answer_may_have_brought() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(answers=in_parts(until=LEASE)), ledger=ledger)
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(1.0)
        flow.receive(earned(2, "e2", kind="REVOKED"))
        await flow.rest()

        assert [len(claim.owners) for claim in ledger.claims] == [2, 1]
        assert {each.kind for each in flow.published.of(0).verdicts} == {VerdictKind.REVOKED}

    virtual_time.run(main())


def test_a_claim_that_a_hold_outlasted_and_another_took_stops_the_request() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(answers=in_parts(until=LEASE * 2)), ledger=ledger)
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(LEASE * 2 - 50.0)
        await claimed_by(ledger, ELSEWHERE, "e2")
        calls = len(flow.vendor.calls)
        await asyncio.sleep(100.0)

        assert ledger.earn("e2").claim == str(ELSEWHERE)
        assert len(flow.vendor.calls) == calls
        assert flow.gate.under_way == 0

        await ledger.settle(Settlement(states=((key("e2"), EarnState.REVOKED, ELSEWHERE),)))
        await flow.rest()
        kinds = [verdict.kind for verdict in flow.published.of(0).verdicts]
        assert kinds == [VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED]

    virtual_time.run(main())


def test_a_request_that_a_hold_outlasted_is_let_go_with_its_partition() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(answers=in_parts(until=LEASE * 2)), ledger=ledger)
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(LEASE * 2 - 50.0)
        drain = flow.inflow.revoked([Partition(RETURNS, 0)])
        await flow.rest(1.0)

        assert drain.done()
        assert ledger.earn("e1").claim == "returns/0/0"
        assert all(task.done() for task in flow.tasks)

    virtual_time.run(main())


def in_parts(until: float) -> Answer:
    """e1 is revoked, of e2 nothing is said; asked for alone it is too much until then."""

    def answers(call: Call) -> Response:
        if len(call.earns) > 1:
            detail = {"promotionId": "p1", "revokedEarnIds": ["e1"], "status": "SUCCESS"}
            return answer(200, {"data": {"revokedDetails": [detail]}, "errors": []})
        if asyncio.get_running_loop().time() < until:
            return answer(429, {}, retry_after=until)
        return ok(call)

    return answers


def test_a_bill_of_more_earns_than_a_lane_remembers_comes_to_its_end() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger)
        held = ledger.shelf.earns[key("e1")]
        many = 10_001
        for number in range(many):
            another = replace(held.earn, key=key(f"m{number}"))
            ledger.shelf.earns[another.key] = replace(held, earn=another)
        ledger.takes["claim"] = 1.0
        flow.receive(returned(0))
        await asyncio.sleep(0.5)
        for number in range(many):
            gone = ledger.shelf.earns[key(f"m{number}")]
            earn = replace(gone.earn, state=EarnState.REVOKED)
            ledger.shelf.earns[key(f"m{number}")] = replace(gone, earn=earn)
        await flow.rest(60.0)

        assert flow.published.of(0).status is OutcomeStatus.REVOKED
        assert len(flow.vendor.calls) == 1

    virtual_time.run(main())


def test_two_instances_that_want_one_earn_call_once() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        one = await a_flow_with_earns(FakeVendor(latency=5.0), ledger)
        other = a_flow(FakeVendor(), ledger=ledger)
        other.inflow.assigned({Partition(RETURNS, 1): 1})
        one.receive(returned(0))
        await asyncio.sleep(1.0)
        other.receive(record(0, return_fields("r2"), partition=1))
        await asyncio.gather(one.rest(), other.rest())

        assert one.published.of(0).verdicts[0].kind is VerdictKind.REVOKED
        assert other.published.of(0).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert not other.vendor.calls

    virtual_time.run(main())
