"""Records that come again, come twice, come without a customer, or bring several bills."""

import asyncio

from consumer.core.model import Record
from consumer.core.outcome import OutcomeCause, OutcomeStatus, VerdictKind
from consumer.ports import Call, Partition, Response
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.claiming import NOT_VALID
from tests.flow.fakes import RETURNS, FakeVendor, SlowLedger, answer, ok
from tests.flow.parts import Options
from tests.flow.records import earned, record, return_fields, returned

REDRIVEN = (("redrive-count", b"1"),)


async def received(flow: Flow, *records: Record) -> None:
    """One after the other, each settled before the next."""
    for each in records:
        flow.receive(each)
        await flow.rest()


def test_a_settled_return_that_comes_again_is_published_as_it_was_and_nobody_is_called() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(answers=lambda _: NOT_VALID), ledger=ledger)
        await received(flow, earned(0), returned(0))
        again = a_flow(FakeVendor(), ledger=ledger)
        await received(again, returned(0))

        assert again.published.completions == flow.published.completions[1:]
        assert again.published.dead_letters
        assert not again.vendor.calls

    virtual_time.run(main())


def test_an_outcome_that_was_stored_first_wins_over_a_later_one() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        redeemed = answer(400, {"errors": [{"code": 729, "message": "redeemed"}]})
        one = a_flow(FakeVendor(latency=1.0), ledger=ledger)
        other = a_flow(FakeVendor(latency=3.0, answers=lambda _: redeemed), ledger=ledger)
        await received(one, earned(0))
        one.receive(returned(0))
        other.receive(returned(0))
        await asyncio.gather(one.rest(), other.rest())

        assert other.published.completions == one.published.completions[-1:]
        assert not other.published.dead_letters

    virtual_time.run(main())


def test_a_redrive_asks_again_for_what_is_not_yet_revoked() -> None:
    async def main() -> None:
        def answers(call: Call) -> Response:
            if len(flow.vendor.calls) > 1:
                return ok(call)
            errors = [{"code": 731, "message": "no", "promotionId": "p1", "earnIds": ["e2"]}]
            detail = {"promotionId": "p1", "revokedEarnIds": ["e1"], "status": "SUCCESS"}
            return answer(200, {"data": {"revokedDetails": [detail]}, "errors": errors})

        flow = a_flow(FakeVendor(answers=answers))
        await received(flow, earned(0, "e1"), earned(1, "e2"), returned(0))
        await received(flow, record(1, return_fields(), headers=REDRIVEN), record(2, return_fields(), headers=REDRIVEN))

        assert flow.published.of(0).status is OutcomeStatus.PARTLY_REVOKED
        again = flow.published.of(1)
        assert (again.cause, again.status) == (OutcomeCause.REDRIVE, OutcomeStatus.REVOKED)
        assert {v.earn_id: v.kind for v in again.verdicts} == {
            "e1": VerdictKind.ALREADY_REVOKED,
            "e2": VerdictKind.REVOKED,
        }
        assert flow.vendor.asked == [["e1", "e2"], ["e2"]]
        assert flow.published.of(2).status is OutcomeStatus.DUPLICATE

    virtual_time.run(main())


def test_returns_without_a_customer_wait_for_nobody_and_say_so() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=50.0))
        await received(flow, earned(0))
        flow.receive(
            returned(0),
            returned(1, "r2", customer_id=None),
            returned(2, "r3", customer_id=None, type="NOT_INTERESTED_RETURN"),
            returned(3, "r4", customer_id=9, type="NOT_INTERESTED_RETURN"),
        )
        await asyncio.sleep(1.0)

        assert [(outcome.source.offset, outcome.reason) for outcome in flow.published.outcomes] == [
            (1, "no customer"),
            (2, "no customer"),
            (3, "not an interested customer"),
        ]
        await flow.rest()

    virtual_time.run(main())


def test_what_needs_no_call_settles_at_once_though_nobody_may_call() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(), Options(per_minute=60))
        flow.gate.shut()
        await received(flow, earned(0), earned(1, "e2", bill_number="b2", promotion_type="POS"))
        flow.receive(returned(0, "r1", bill_number="unknown"), returned(1, "r2", bill_number="b2"))
        await flow.rest()

        assert flow.published.of(0).reason == "no earn of the purchase is known"
        assert flow.published.of(1).error_codes == (730,)

    virtual_time.run(main())


def test_what_needs_no_call_waits_behind_its_customers_call_to_keep_the_order() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=5.0))
        await received(flow, earned(0))
        invalid = record(1, return_fields("r2", bill_number=""))
        flow.receive(returned(0), invalid, returned(2, "r1"), returned(3, "r3", bill_number="unknown"))
        await asyncio.sleep(1.0)
        assert not flow.published.outcomes
        await flow.rest()

        assert [(outcome.source.offset, outcome.status.value) for outcome in flow.published.outcomes] == [
            (0, "REVOKED"),
            (1, "INVALID"),
            (2, "DUPLICATE"),
            (3, "NOTHING_TO_REVOKE"),
        ]

    virtual_time.run(main())


def test_an_exchange_takes_back_the_earns_of_all_its_parent_bills() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        await received(flow, earned(0, "e1", bill_number="b1"), earned(1, "e2", bill_number="b2"))
        lines = [
            {"line_id": str(n), "item_code": None, "quantity": 1.0, "parent_bill_number": bill, "return_type": "FULL"}
            for n, bill in enumerate(("b1", "b2"))
        ]
        await received(flow, returned(0, type="MIXED", bill_number="x", lines=lines))

        outcome = flow.published.of(0)
        assert outcome.bill_numbers == ("b1", "b2")
        assert [verdict.earn_id for verdict in outcome.verdicts] == ["e1", "e2"]
        assert flow.vendor.asked == [["e1", "e2"]]

    virtual_time.run(main())


def test_what_the_policy_keeps_is_told_with_its_reason() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        await received(flow, earned(0, customer_id=8), returned(0))

        outcome = flow.published.of(0)
        assert outcome.reason == "the policy keeps all earns of the purchase"
        assert [(v.kind, v.message) for v in outcome.verdicts] == [(VerdictKind.KEPT_BY_POLICY, "other-customer")]

    virtual_time.run(main())


def test_an_answer_without_a_request_id_is_counted_and_has_no_id() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(answers=lambda _: answer(200, {"data": {"code": 200}}, request_id=None)))
        await received(flow, earned(0), returned(0))

        assert (flow.published.of(0).attempts, flow.published.of(0).request_ids) == (1, ())

    virtual_time.run(main())


def test_a_request_is_filled_with_whole_returns_up_to_its_limit() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(), Options(max_earns_per_call=2))
        await received(flow, *[earned(n, f"e{n}", bill_number=f"b{n}") for n in range(3)])
        flow.receive(*[returned(n, f"r{n}", bill_number=f"b{n}") for n in range(3)])
        await flow.rest()

        assert flow.vendor.asked == [["e0", "e1"], ["e2"]]
        assert [outcome.source.offset for outcome in flow.published.outcomes] == [0, 1, 2]

    virtual_time.run(main())


def test_the_lanes_are_counted_by_what_they_do() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=5.0), Options(concurrency=1))
        await received(flow, *[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(2)])
        assert flow.lanes.oldest() is None
        flow.receive(*[returned(n, f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(2)])
        await asyncio.sleep(1.0)

        counts = flow.lanes.counts()
        assert (counts.working, counts.waiting, counts.largest) == (1, 1, 1)
        assert flow.lanes.oldest() == returned(0).timestamp
        flow.inflow.revoked([Partition(RETURNS, 0)])
        await flow.rest()
        assert flow.lanes.counts().largest == 0

    virtual_time.run(main())
