"""Refusals of earns that an earlier call may have revoked: the listing decides."""

import asyncio
from dataclasses import replace

import pytest

from consumer.core.model import Coordinates
from consumer.core.outcome import VerdictKind
from consumer.ports import Call, Response, Unavailable
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.claiming import NOT_VALID, a_flow_with_earns, claimed_by
from tests.flow.fakes import RETURNS, Answer, FakeVendor, SlowLedger, answer, holds_nothing, ok
from tests.flow.parts import Options
from tests.flow.records import earned, returned

TOO_LARGE = replace(answer(200, {}), body=b"", unread="it is too large")


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        (holds_nothing, VerdictKind.ALREADY_REVOKED),
        (
            lambda _: answer(200, {"data": [{"earnedPromotionId": "e1", "promotionId": "p1", "earnedStatus": "X"}]}),
            VerdictKind.NOT_VALID,
        ),
        (lambda _: answer(404, {"errors": [{"code": 404, "message": "who?"}]}), VerdictKind.NOT_VALID),
        (lambda _: TOO_LARGE, VerdictKind.NOT_VALID),
    ],
)
def test_its_own_claim_makes_a_record_doubt_and_the_listing_decides(
    listed: Answer,
    kind: VerdictKind,
) -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID, lists=listed), ledger)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 0))
        flow.receive(returned(0))
        await flow.rest()

        assert flow.published.of(0).verdicts[0].kind is kind
        assert flow.published.of(0).attempts == 1
        assert len(flow.vendor.listings) == 1
        assert ledger.earn().claim is None

    virtual_time.run(main())


def test_without_verification_a_doubtful_refusal_counts_as_revoked_before() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID), ledger, Options(verify_uncertain=False))
        await claimed_by(ledger, Coordinates(RETURNS, 0, 0))
        flow.receive(returned(0))
        await flow.rest()

        assert flow.published.of(0).verdicts[0].kind is VerdictKind.ALREADY_REVOKED
        assert not flow.vendor.listings

    virtual_time.run(main())


def test_an_earn_that_a_throttled_answer_is_silent_of_is_in_doubt() -> None:
    async def main() -> None:
        partly = answer(200, {"errors": [{"code": 429, "message": "slow", "earnIds": ["e1"]}]})
        answers = iter([partly])
        vendor = FakeVendor(answers=lambda _: next(answers, NOT_VALID))
        ledger = SlowLedger()
        flow = a_flow(vendor, ledger=ledger)
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        assert {each.kind for each in flow.published.of(0).verdicts} == {VerdictKind.ALREADY_REVOKED}
        assert len(vendor.listings) == 1

    virtual_time.run(main())


def test_a_listing_without_an_answer_is_asked_for_again_and_the_revoke_is_not() -> None:
    async def main() -> None:
        away = iter([answer(503, {})])

        def lists(call: Call) -> Response:
            return next(away, holds_nothing(call))

        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID, lists=lists), ledger)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 0))
        flow.receive(returned(0))
        await flow.rest()

        assert len(flow.vendor.calls) == 1
        assert flow.published.of(0).verdicts[0].kind is VerdictKind.ALREADY_REVOKED

    virtual_time.run(main())


def test_a_revoke_that_the_feed_tells_of_while_a_call_is_in_doubt_is_taken_for_ours() -> None:
    async def main() -> None:
        def silent(_: Call) -> Response:
            raise Unavailable("timeout")

        flow = await a_flow_with_earns(FakeVendor(answers=silent), SlowLedger())
        flow.receive(returned(0))
        await asyncio.sleep(0.1)
        flow.receive(earned(1, kind="REVOKED"))
        await flow.rest()

        assert [verdict.kind for verdict in flow.published.of(0).verdicts] == [VerdictKind.REVOKED]
        assert flow.published.of(0).attempts == len(flow.vendor.calls) == 1

    virtual_time.run(main())


def test_a_listing_that_is_lost_is_asked_for_again() -> None:
    async def main() -> None:
        silences = iter([Unavailable("connect", sent=False)])

        def lists(call: Call) -> Response:
            for silence in silences:
                raise silence
            return holds_nothing(call)

        ledger = SlowLedger()
        flow = await a_flow_with_earns(FakeVendor(answers=lambda _: NOT_VALID, lists=lists), ledger)
        await claimed_by(ledger, Coordinates(RETURNS, 0, 0))
        flow.receive(returned(0))
        await flow.rest()

        assert len(flow.vendor.listings) == 2
        assert flow.published.of(0).verdicts[0].kind is VerdictKind.ALREADY_REVOKED

    virtual_time.run(main())


def test_a_success_too_large_to_be_read_is_asked_for_again_in_halves_and_in_doubt() -> None:
    async def main() -> None:
        answers = iter([TOO_LARGE])

        def answers_of(call: Call) -> Response:
            return TOO_LARGE if len(call.earns) > 2 else next(answers, NOT_VALID)

        flow = a_flow(FakeVendor(answers=answers_of))
        flow.receive(*[earned(n, f"e{n}") for n in range(5)])
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        assert flow.vendor.asked == [
            ["e0", "e1", "e2", "e3", "e4"],
            ["e0", "e1"],
            ["e0"],
            ["e1"],
            ["e2", "e3", "e4"],
            ["e2"],
            ["e3", "e4"],
            ["e3"],
            ["e4"],
        ]
        assert {each.kind for each in flow.published.of(0).verdicts} == {VerdictKind.ALREADY_REVOKED}
        assert len(flow.vendor.listings) == 1
        assert flow.telemetry.retries == ["unnamed"] * 3

    virtual_time.run(main())


def test_an_outage_whose_page_is_too_large_is_not_asked_for_in_halves() -> None:
    async def main() -> None:
        outage = iter([replace(answer(503, {}), body=b"", unread="it is too large")])
        flow = a_flow(FakeVendor(answers=lambda call: next(outage, None) or ok(call)))
        flow.receive(earned(0, "e1"), earned(1, "e2"))
        await flow.rest()
        flow.receive(returned(0))
        await flow.rest()

        assert flow.vendor.asked == [["e1", "e2"]] * 2

    virtual_time.run(main())
