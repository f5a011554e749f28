"""A customer's records, from arrival to outcome."""

import asyncio
from collections.abc import Mapping

import pytest

from consumer.core.outcome import OutcomeCause, OutcomeStatus, VerdictKind
from consumer.ports import Call, Partition, Response, Unavailable
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, answer, ok
from tests.flow.parts import Options
from tests.flow.records import earned, record, return_fields, returned


def test_a_return_revokes_the_earn_of_its_purchase() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(earned(0))
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        outcome = flow.published.of(0)
        assert outcome.status is OutcomeStatus.REVOKED
        assert [(v.earn_id, v.kind) for v in outcome.verdicts] == [("e1", VerdictKind.REVOKED)]
        assert outcome.attempts == 1
        assert outcome.request_ids == ("r",)
        assert flow.vendor.asked == [["e1"]]

    virtual_time.run(main())


def test_a_return_before_its_earn_settles_at_once_and_the_late_earn_follows() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(returned(0))
        await flow.rest()
        flow.receive(earned(5))
        await flow.rest()

        assert flow.published.of(0).status is OutcomeStatus.NOTHING_TO_REVOKE
        late = flow.published.of(5, EARNS)
        assert late.cause is OutcomeCause.LATE_EARN
        assert late.status is OutcomeStatus.REVOKED
        assert late.event_id == "r1"

    virtual_time.run(main())


def test_returns_that_wait_together_become_one_request() -> None:
    async def main() -> None:
        vendor = FakeVendor()
        flow = a_flow(vendor)
        flow.receive(earned(0, "e1"), earned(1, "e2", bill_number="b2"), earned(2, "e3", bill_number="b3"))
        await flow.rest()
        flow.receive(returned(0, "r1"), returned(1, "r2", bill_number="b2"), returned(2, "r3", bill_number="b3"))
        await flow.rest()

        assert vendor.asked == [["e1", "e2", "e3"]]
        assert [outcome.status for outcome in flow.published.outcomes] == [OutcomeStatus.REVOKED] * 3
        assert [outcome.source.offset for outcome in flow.published.outcomes] == [0, 1, 2]

    virtual_time.run(main())


def test_of_two_returns_of_one_bill_the_earlier_revokes_and_the_later_finds_it_done() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(earned(0))
        await flow.rest()
        flow.receive(returned(0, "r1"), returned(1, "r2"))
        await flow.rest()

        assert [outcome.verdicts[0].kind for outcome in flow.published.outcomes] == [
            VerdictKind.REVOKED,
            VerdictKind.ALREADY_REVOKED,
        ]
        assert len(flow.vendor.calls) == 1

    virtual_time.run(main())


def test_a_lost_answer_is_repeated_and_its_refusal_verified() -> None:
    async def main() -> None:
        answers = iter([None, answer(400, {"errors": [{"code": 731, "message": "not valid"}]})])

        def answers_of(call: Call) -> Response:
            del call
            given = next(answers)
            if given is None:
                raise Unavailable("timeout")
            return given

        flow = a_flow(FakeVendor(answers=answers_of))
        flow.receive(earned(0))
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        outcome = flow.published.of(0)
        assert outcome.verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert outcome.attempts == 2
        assert len(flow.vendor.listings) == 1
        assert not flow.published.dead_letters

    virtual_time.run(main())


def test_an_error_that_names_no_earn_is_halved_until_it_is_attributed() -> None:
    async def main() -> None:
        def answers_of(call: Call) -> Response:
            if any(each.earn_id == "e3" for each in call.earns):
                return answer(400, {"errors": [{"code": 729, "message": "redeemed"}]})
            return ok(call)

        flow = a_flow(FakeVendor(answers=answers_of))
        flow.receive(*[earned(n, f"e{n}") for n in range(5)])
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        outcome = flow.published.of(0)
        assert {v.earn_id: v.kind for v in outcome.verdicts} == {
            "e0": VerdictKind.REVOKED,
            "e1": VerdictKind.REVOKED,
            "e2": VerdictKind.REVOKED,
            "e3": VerdictKind.ALREADY_REDEEMED,
            "e4": VerdictKind.REVOKED,
        }
        assert outcome.status is OutcomeStatus.PARTLY_REVOKED
        assert outcome.error_codes == (729,)
        assert [letter.dead_letter_reason for letter in flow.published.dead_letters] == ["729"]

    virtual_time.run(main())


def test_a_revoked_partition_starts_no_new_attempt_and_its_drain_ends_with_the_call() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=5.0), Options(concurrency=1))
        flow.receive(earned(0), earned(1, "e2", customer_id=8, bill_number="b2"))
        await flow.rest()
        flow.receive(returned(0), returned(1, "r2", customer_id=8, bill_number="b2"))
        await asyncio.sleep(1.0)
        drain = flow.inflow.revoked([Partition(RETURNS, 0)])
        under_way = drain.done()
        await flow.rest()

        assert not under_way
        assert drain.done()
        assert [outcome.source.offset for outcome in flow.published.outcomes] == [0]
        assert flow.vendor.asked == [["e1"]]

    virtual_time.run(main())


def test_a_request_carries_at_most_so_many_earns() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(), Options(max_earns_per_call=3))
        flow.receive(*[earned(n, f"e{n}") for n in range(8)])
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        assert [len(asked) for asked in flow.vendor.asked] == [3, 3, 2]
        assert flow.published.of(0).attempts == 3
        assert len(flow.published.of(0).verdicts) == 8

    virtual_time.run(main())


@pytest.mark.parametrize("value", [None, b"garbage", return_fields(event_id="")])
def test_what_cannot_be_read_has_an_invalid_outcome_and_a_dead_letter(
    value: Mapping[str, object] | bytes | None,
) -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(record(0, value))
        await flow.rest()

        assert flow.published.of(0).status is OutcomeStatus.INVALID
        assert len(flow.published.dead_letters) == 1

    virtual_time.run(main())


def test_the_same_event_elsewhere_is_a_duplicate() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(returned(0), returned(1))
        await flow.rest()

        assert [outcome.status for outcome in flow.published.outcomes] == [
            OutcomeStatus.NOTHING_TO_REVOKE,
            OutcomeStatus.DUPLICATE,
        ]
        assert flow.published.of(1).verdicts == ()

    virtual_time.run(main())
