"""Each call is kept with the decision that it led to: what was asked, when, and how it ended."""

from dataclasses import replace
from itertools import chain, repeat

from consumer.core.model import Coordinates, EventId, Millis, OrgId, RequestId
from consumer.core.vendor_call import LOST, VendorCall
from consumer.flow.item import Calls, LateItem
from consumer.flow.settlement import _settled_late
from consumer.ports import Call, Response, Unavailable
from tests.builders import a_call
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.claiming import NOT_VALID, a_flow_with_earns, claimed_by, key
from tests.flow.fakes import RETURNS, FakeVendor, SlowLedger, answer, ok
from tests.flow.records import earned, returned

ORG = OrgId("100")


def calls_of(ledger: SlowLedger, event_id: str = "r1") -> tuple[VendorCall, ...]:
    (settled,) = ledger.shelf.returns[ORG, EventId(event_id)]
    return settled.calls


def in_short(calls: tuple[VendorCall, ...]) -> list[tuple[str, str, tuple[int, ...], str | None]]:
    return [(f"{call.kind} {' '.join(call.earns)}", call.end, call.codes, call.request_id) for call in calls]


async def a_returned_bill(vendor: FakeVendor, ledger: SlowLedger, earns: int = 1) -> Flow:
    flow = a_flow(vendor, ledger=ledger)
    flow.receive(*[earned(n, f"e{n + 1}") for n in range(earns)])
    await flow.rest()
    flow.receive(returned(0))
    await flow.rest()
    return flow


def test_a_call_without_an_answer_and_its_repeat_are_both_kept() -> None:
    async def main() -> None:
        silences = chain([Unavailable("timeout")], repeat(None))

        def answers(call: Call) -> Response:
            if (silence := next(silences)) is not None:
                raise silence
            return ok(call)

        ledger = SlowLedger()
        flow = await a_returned_bill(FakeVendor(answers=answers), ledger)

        calls = calls_of(ledger)
        assert in_short(calls) == [("revoke e1", "timeout", (), None), ("revoke e1", "200", (), "r")]
        assert calls[0].at < calls[1].at <= flow.published.of(0).decided_at
        assert flow.published.of(0).attempts == 2
        assert flow.published.of(0).request_ids == ("r",)

    virtual_time.run(main())


def test_a_request_that_surely_never_left_is_no_call() -> None:
    async def main() -> None:
        silences = chain([Unavailable("connect", sent=False)], repeat(None))

        def answers(call: Call) -> Response:
            if (silence := next(silences)) is not None:
                raise silence
            return ok(call)

        ledger = SlowLedger()
        await a_returned_bill(FakeVendor(answers=answers), ledger)

        assert in_short(calls_of(ledger)) == [("revoke e1", "200", (), "r")]

    virtual_time.run(main())


def test_the_code_of_an_error_that_names_no_earn_is_kept() -> None:
    async def main() -> None:
        def answers(call: Call) -> Response:
            refused = answer(200, {"errors": [{"code": 729, "message": "redeemed"}]})
            return refused if any(each.earn_id == "e2" for each in call.earns) else ok(call)

        ledger = SlowLedger()
        await a_returned_bill(FakeVendor(answers=answers), ledger, earns=2)

        assert in_short(calls_of(ledger)) == [
            ("revoke e1 e2", "200", (729,), "r"),
            ("revoke e1", "200", (), "r"),
            ("revoke e2", "200", (729,), "r"),
        ]

    virtual_time.run(main())


def test_a_code_that_is_the_status_is_not_told_twice() -> None:
    async def main() -> None:
        answers = chain([answer(503, {})], repeat(None))
        ledger = SlowLedger()
        await a_returned_bill(FakeVendor(answers=lambda call: next(answers) or ok(call)), ledger)

        assert in_short(calls_of(ledger))[0] == ("revoke e1", "503", (), "r")

    virtual_time.run(main())


def test_a_request_for_several_returns_is_kept_with_each_and_its_own_earns() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(), ledger)
        flow.receive(returned(0), returned(1, "r2", bill_number="b2"))
        await flow.rest()

        assert [(call.earns, call.of) for call in calls_of(ledger)] == [(("e1",), 2)]
        assert [(call.earns, call.of) for call in calls_of(ledger, "r2")] == [(("e2",), 2)]

    virtual_time.run(main())


def test_a_call_of_an_earlier_life_and_the_listing_are_kept() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID), ledger)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 0))
        flow.receive(returned(0))
        await flow.rest()

        assert in_short(calls_of(ledger)) == [
            ("revoke e1", LOST, (), None),
            ("revoke e1", "400", (731,), "r"),
            ("listing e1", "200", (), "r"),
        ]
        assert flow.published.of(0).attempts == 1

    virtual_time.run(main())


def test_a_claim_that_this_life_renews_tells_of_no_lost_call() -> None:
    async def main() -> None:
        answers = chain([answer(503, {})], repeat(None))
        ledger = SlowLedger()
        await a_returned_bill(FakeVendor(answers=lambda call: next(answers) or ok(call)), ledger)

        assert [call.end for call in calls_of(ledger)] == ["503", "200"]
        assert len(ledger.claims) == 2

    virtual_time.run(main())


def test_the_calls_of_a_late_earn_are_kept_with_the_earn() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        flow.receive(returned(0))
        await flow.rest()
        flow.receive(earned(5))
        await flow.rest()

        assert calls_of(ledger) == ()
        assert in_short(ledger.shelf.earns[key()].late_calls) == [("revoke e1", "200", (), "r")]

    virtual_time.run(main())


def test_of_very_many_calls_the_first_and_the_last_are_kept_and_all_are_counted() -> None:
    calls = Calls()
    for number in range(100):
        calls.note(replace(a_call(["e1"]), at=Millis(number), request_id=RequestId(f"r{number}")))

    kept = [*range(10), *range(60, 100)]
    assert [call.at for call in calls.made] == kept
    assert calls.request_ids == [f"r{number}" for number in kept]
    assert calls.attempts == 100


def test_the_late_earns_of_one_record_share_its_calls() -> None:
    earns, calls = (key("e1"), key("e2")), Calls(made=[a_call(["e1", "e2"])])
    item = LateItem(record=earned(5), started=0.0, redrive=0, earns=earns, calls=calls)

    first, second = _settled_late(item, b"late")

    assert [each.earn for each in (first, second)] == [*earns]
    assert first.calls == (a_call(["e1", "e2"]),)
    assert first.calls is second.calls
