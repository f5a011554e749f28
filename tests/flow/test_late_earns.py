"""Earns that come after a return of their purchase."""

import asyncio
from collections.abc import Awaitable, Callable

from consumer.core.model import Coordinates, EarnState, Record
from consumer.core.outcome import OutcomeCause, OutcomeStatus, VerdictKind
from consumer.ports import Call, Claim, Denied, Granted, Partition, Response
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.claiming import NOT_VALID, claimed_by
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, SlowLedger, ok
from tests.flow.records import earn_fields, earned, record, returned


async def received(flow: Flow, *records: Record) -> None:
    """One after the other, each settled before the next."""
    for each in records:
        flow.receive(each)
        await flow.rest()


def test_a_late_earn_that_the_policy_keeps_leads_to_nothing() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        partly = {"return_type": "LINE_ITEM", "lines": [line("1")]}
        await received(flow, returned(0, "r1", **partly), earned(0, line_ids=["2"]))

        assert len(flow.published.outcomes) == 1
        assert len(flow.published.completions) == 2
        assert not flow.vendor.calls

    virtual_time.run(main())


def line(line_id: str) -> dict[str, object]:
    return {
        "line_id": line_id,
        "item_code": None,
        "quantity": 1.0,
        "parent_bill_number": None,
        "return_type": None,
    }


def test_the_first_return_whose_plan_takes_a_late_earn_has_the_outcome() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        first = returned(0, "r1", return_type="LINE_ITEM", lines=[line("1")])
        second = returned(1, "r2", return_type="LINE_ITEM", lines=[line("2")])
        await received(flow, first, second, earned(0, line_ids=["2"]))

        late = flow.published.of(0, EARNS)
        assert late.event_id == "r2"
        assert late.source == Coordinates(EARNS, 0, 0)
        assert late.status is OutcomeStatus.REVOKED
        assert (late.attempts, late.request_ids) == (1, ("r",))

    virtual_time.run(main())


def test_a_late_earn_that_cannot_be_revoked_is_set_aside_under_the_returns_name() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(answers=lambda _: NOT_VALID))
        await received(flow, returned(0), earned(0))

        (letter,) = flow.published.dead_letters
        assert letter.record.source == Coordinates(EARNS, 0, 0)
        assert letter.dead_letter is not None
        assert dict(letter.dead_letter.headers)["dlt-event-id"] == b"r1"
        assert flow.published.of(0, EARNS).status is OutcomeStatus.FAILED

    virtual_time.run(main())


def test_a_late_earn_that_is_delivered_again_leads_to_the_same_outcome_and_no_call() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        await received(flow, returned(0), earned(0))
        again = a_flow(FakeVendor(), ledger=ledger)
        await received(again, earned(0))

        assert again.published.outcomes == [flow.published.of(0, EARNS)]
        assert not again.vendor.calls

    virtual_time.run(main())


def test_a_late_earn_whose_record_comes_again_after_its_claim_is_in_doubt() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(latency=100.0), ledger=ledger)
        await received(flow, returned(0))
        await received(flow, earned(0, "e2", bill_number="b2"))
        flow.receive(earned(1))
        await asyncio.sleep(0.01)
        earn = ledger.earn()
        assert earn.claim == f"{EARNS}/0/1"

        restarted = a_flow(FakeVendor(answers=lambda _: NOT_VALID), ledger=ledger)
        await received(restarted, earned(1))

        assert restarted.published.of(1, EARNS).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert len(restarted.vendor.listings) == 1
        await flow.rest()

    virtual_time.run(main())


def test_a_return_and_a_late_earn_of_one_request_tell_of_the_earn_once_as_revoked() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(latency=1.0), ledger=ledger)
        await received(flow, earned(0, "e0", bill_number="b0"), returned(0, "r1"))
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(earned(1, "e1"))
        await asyncio.sleep(0.1)
        flow.receive(returned(2, "r2"))
        await flow.rest()

        assert flow.vendor.asked == [["e0"], ["e1"]]
        assert flow.published.of(1, EARNS).verdicts[0].kind is VerdictKind.REVOKED
        assert flow.published.of(2).verdicts[0].kind is VerdictKind.ALREADY_REVOKED

    virtual_time.run(main())


def test_a_late_earn_whose_claim_an_earlier_return_holds_has_no_outcome_of_its_own() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(latency=1.0), ledger=ledger)
        await received(flow, earned(0, "e0", bill_number="b0"), returned(0, "r1"))
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(earned(1, "e1"))
        await asyncio.sleep(0.1)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 2))
        flow.receive(returned(2, "r2"))
        await flow.rest()

        assert flow.published.of(2).verdicts[0].kind is VerdictKind.REVOKED
        assert [outcome.source.offset for outcome in flow.published.outcomes] == [0, 1, 2]
        assert len(flow.published.completions) == 5

    virtual_time.run(main())


def test_a_late_earn_behind_a_return_that_told_of_it_leads_to_nothing_more() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        await received(flow, earned(0), returned(0, "r1"))
        again = a_flow(FakeVendor(), ledger=ledger)
        await received(again, earned(0))

        assert len(again.published.completions) == 1
        assert not again.published.outcomes

    virtual_time.run(main())


def test_a_late_earn_that_is_already_redeemed_is_settled_without_a_call() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        await received(flow, earned(0, kind="REDEEMED"), returned(0), earned(1))

        late = flow.published.of(1, EARNS)
        assert late.error_codes == (729,)
        assert late.cause is OutcomeCause.LATE_EARN
        assert ledger.earn().state is EarnState.REDEEMED
        assert not flow.vendor.calls

    virtual_time.run(main())


def test_a_late_earn_of_which_a_return_tells_that_is_settled_with_it_is_told_once() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=1.0))
        await received(flow, earned(0, "e0", bill_number="b0"), earned(1, kind="REDEEMED"), returned(0, "r1"))
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(earned(2))
        await asyncio.sleep(0.1)
        flow.receive(returned(2, "r2"))
        await flow.rest()

        assert flow.published.of(2).error_codes == (729,)
        assert [outcome.source.topic for outcome in flow.published.outcomes] == [RETURNS] * 3

    virtual_time.run(main())


def test_a_late_earn_that_was_sent_again_is_asked_for_again_as_a_redrive() -> None:
    async def main() -> None:
        refusals = iter([NOT_VALID])

        def answers(call: Call) -> Response:
            return next(refusals, ok(call))

        flow = a_flow(FakeVendor(answers=answers))
        redriven = record(1, earn_fields(), topic=EARNS, headers=(("redrive-count", b"1"),))
        await received(flow, returned(0), earned(0), redriven)

        assert flow.published.of(0, EARNS).status is OutcomeStatus.FAILED
        again = flow.published.of(1, EARNS)
        assert (again.cause, again.status) == (OutcomeCause.REDRIVE, OutcomeStatus.REVOKED)

    virtual_time.run(main())


def test_a_late_earn_that_was_sent_again_is_asked_for_though_a_return_failed_at_it_meanwhile() -> None:
    async def main() -> None:
        answers = [NOT_VALID, NOT_VALID]
        flow = a_flow(FakeVendor(answers=lambda call: answers.pop() if answers else ok(call)))
        await received(flow, returned(0, "r1"), earned(0), returned(1, "r2"))
        again = record(1, earn_fields(), topic=EARNS, headers=(("redrive-count", b"1"),))
        await received(flow, again)

        outcome = flow.published.of(1, EARNS)
        assert (outcome.cause, outcome.status) == (OutcomeCause.REDRIVE, OutcomeStatus.REVOKED)
        assert len(flow.vendor.calls) == 3

    virtual_time.run(main())


def test_late_earns_that_wait_behind_a_failing_call_are_looked_at_again_when_it_is_over() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(latency=1.0), ledger=ledger)
        await received(flow, earned(0, "e0", bill_number="b0"), returned(0, "r1"))
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(earned(1, "e1"))
        await asyncio.sleep(0.1)
        flow.receive(earned(2, "e1", kind="REVOKED"))
        await flow.rest()

        assert flow.vendor.asked == [["e0"]]
        assert flow.published.of(1, EARNS).verdicts[0].kind is VerdictKind.ALREADY_REVOKED

    virtual_time.run(main())


class Overtaken(SlowLedger):
    """One in which others come first: before the next claim is made, `meanwhile` is done."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def claim(self, claim: Claim) -> Granted | Denied:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().claim(claim)


def test_a_late_earn_of_which_another_instance_tells_before_it_is_claimed_is_not_asked_for() -> None:
    async def main() -> None:
        ledger = Overtaken()
        flow = a_flow(FakeVendor(), ledger=ledger)
        another = a_flow(FakeVendor(answers=lambda _: NOT_VALID), ledger=ledger)
        await received(flow, returned(0, "r1"))
        ledger.meanwhile = lambda: received(another, returned(1, "r2"))
        await received(flow, earned(0, "e1"))

        assert another.published.of(1).status is OutcomeStatus.FAILED
        assert not flow.vendor.calls
        assert len(flow.published.completions) == 2
        assert ledger.earn("e1").claim is None

    virtual_time.run(main())


def test_nothing_is_claimed_for_a_return_that_goes_to_another_while_late_earns_are_looked_at() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        await received(flow, earned(0, "e0", bill_number="b0"), returned(0, "r1"))
        ledger.takes["late_earns"] = 1.0
        flow.receive(earned(1, "e1"))
        await asyncio.sleep(0.5)
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(1.0)
        flow.inflow.lost([Partition(RETURNS, 0)])
        await flow.rest()

        assert {owner.topic for claim in ledger.claims for owner in claim.owners.values()} == {EARNS}
        assert flow.vendor.asked == [["e1"]]
        assert flow.gate.under_way == 0

    virtual_time.run(main())
