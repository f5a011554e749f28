"""Purchases that come after a return of them, and name earns that waited."""

import asyncio

from consumer.core.model import Coordinates
from consumer.core.outcome import OutcomeCause, OutcomeStatus, VerdictKind
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.claiming import NOT_VALID, claimed_by
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, SlowLedger, answer, ok
from tests.flow.notified import bought, received, verdicts, waiting
from tests.flow.records import earned, returned


def a_line(line_id: str) -> dict[str, object]:
    return {"line_id": line_id, "quantity": 1.0, "parent_bill_number": None, "return_type": None}


def test_all_that_waited_for_a_purchase_that_comes_after_its_return_is_one_call_and_one_outcome() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        await received(flow, returned(0), waiting(0, "e1"), waiting(1, "e2"), bought(2))

        late = flow.published.of(2, EARNS)
        assert (late.event_id, late.cause, late.source) == ("r1", OutcomeCause.LATE_EARN, Coordinates(EARNS, 0, 2))
        assert verdicts(flow, 2) == {"e1": VerdictKind.REVOKED, "e2": VerdictKind.REVOKED}
        assert flow.vendor.asked == [["e1", "e2"]]
        assert len(flow.published.outcomes) == 2

    virtual_time.run(main())


def test_a_purchase_delivered_again_leads_to_the_same_outcome_and_no_call() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        await received(flow, returned(0), waiting(0, "e1"), waiting(1, "e2"), bought(2))
        again = a_flow(FakeVendor(), ledger=ledger)
        await received(again, waiting(0, "e1"), bought(2))

        assert again.published.outcomes == [flow.published.of(2, EARNS)]
        assert not again.vendor.calls

    virtual_time.run(main())


def test_what_the_policy_keeps_of_a_late_purchases_earns_is_told_beside_what_it_takes() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        milestone = {"earned_from_type": "MILESTONE"}
        await received(flow, returned(0), waiting(0, "e1"), waiting(1, "e2", **milestone), bought(2))

        assert verdicts(flow, 2) == {"e1": VerdictKind.REVOKED, "e2": VerdictKind.KEPT_BY_POLICY}

    virtual_time.run(main())


def test_earns_of_a_late_purchase_that_only_a_later_return_takes_are_taken_as_well() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        sold = [{"line_id": line, "quantity": 1.0} for line in ("1", "2")]
        first, second = (
            {"return_type": "LINE_ITEM", "purchase_lines": sold, "lines": [a_line(line)]} for line in ("1", "2")
        )
        await received(flow, returned(0, "r1", **first), returned(1, "r2", **second))
        tied, kept = {"line_ids": ["1"]}, {"earned_from_type": "REWARD"}
        await received(flow, waiting(0, "e1", **tied), waiting(1, "e2"), waiting(2, "e3", **kept), bought(3))

        assert verdicts(flow, 3) == {
            "e1": VerdictKind.REVOKED,
            "e2": VerdictKind.REVOKED,
            "e3": VerdictKind.KEPT_BY_POLICY,
        }
        assert flow.published.of(3, EARNS).event_id == "r1"

    virtual_time.run(main())


def test_a_late_purchase_all_of_whose_earns_the_policy_keeps_leads_to_nothing() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        await received(flow, returned(0), waiting(0, earned_from_type="REWARD"), bought(1))

        assert len(flow.published.outcomes) == 1
        assert len(flow.published.completions) == 3

    virtual_time.run(main())


def test_a_late_purchase_that_fails_is_set_aside_and_asked_for_again_when_a_person_sends_it() -> None:
    async def main() -> None:
        answers = [NOT_VALID, NOT_VALID, NOT_VALID]
        rows = [{"earnedPromotionId": earn, "promotionId": "p1", "earnedStatus": "EARNED"} for earn in ("e1", "e2")]
        vendor = FakeVendor(
            answers=lambda call: answers.pop() if answers else ok(call),
            lists=lambda _: answer(200, {"data": rows, "errors": []}),
        )
        flow = a_flow(vendor)
        await received(flow, returned(0), waiting(0, "e1"), waiting(1, "e2"), bought(2))

        (letter,) = flow.published.dead_letters
        assert letter.record.source == Coordinates(EARNS, 0, 2)
        await received(flow, bought(3, redrive=1))
        again = flow.published.of(3, EARNS)
        assert (again.cause, again.status) == (OutcomeCause.REDRIVE, OutcomeStatus.REVOKED)
        assert verdicts(flow, 3) == {"e1": VerdictKind.REVOKED, "e2": VerdictKind.REVOKED}

    virtual_time.run(main())


def test_a_late_purchase_tells_only_of_the_earns_that_no_return_of_the_same_request_takes() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(latency=1.0), ledger=ledger)
        await received(flow, earned(0, "e0", bill_number="b0"), returned(0), waiting(1, "e1"), waiting(2, "e2"))
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(bought(3))
        await asyncio.sleep(0.1)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 2), "e2")
        flow.receive(returned(2, "r2"))
        await flow.rest()

        assert verdicts(flow, 3) == {"e1": VerdictKind.REVOKED}
        assert verdicts(flow, 2, RETURNS) == {"e1": VerdictKind.ALREADY_REVOKED, "e2": VerdictKind.REVOKED}

    virtual_time.run(main())


def test_an_earn_that_turns_out_to_be_named_by_two_purchases_is_not_asked_for() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=1.0))
        await received(flow, earned(0, "e0", bill_number="b0"), waiting(1), bought(2))
        flow.receive(returned(0, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(returned(1, "r1"))
        await asyncio.sleep(0.1)
        flow.receive(bought(3, "b2"))
        await flow.rest()

        assert flow.vendor.asked == [["e0"]]
        assert flow.published.of(1).status is OutcomeStatus.NOTHING_TO_REVOKE

    virtual_time.run(main())


def test_a_late_purchase_whose_earns_another_one_names_as_well_tells_nothing() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=1.0))
        await received(flow, earned(0, "e0", bill_number="b0"), returned(0, "r1"), waiting(1))
        flow.receive(returned(1, "r0", bill_number="b0"))
        await asyncio.sleep(0.5)
        flow.receive(bought(2))
        await asyncio.sleep(0.1)
        flow.receive(bought(3, "b2"))
        await flow.rest()

        assert flow.vendor.asked == [["e0"]]
        assert len(flow.published.outcomes) == 2

    virtual_time.run(main())
