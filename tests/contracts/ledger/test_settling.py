"""What is settled stays settled, and the strongest word on an earn stands."""

import pytest

from consumer.adapters.ledger.calls import calls_text
from consumer.adapters.ledger.settling import _ended
from consumer.core.model import EarnKind, EarnState
from consumer.ports import SettledEarn, Settlement
from tests.builders import a_call, an_earn
from tests.contracts.ledger.conftest import AnyLedger
from tests.contracts.ledger.values import (
    E1,
    E2,
    NOW,
    a_claim,
    an_opening,
    at,
    earn_now,
    ended,
    fed,
    granted,
    late_earn,
    settled,
    settled_late,
    settled_return,
    tell_one,
    told,
)


async def test_the_outcomes_of_all_returns_and_late_earns_are_told(ledger: AnyLedger) -> None:
    first, second, late = an_opening("r1", at(0)), an_opening("r2", at(1)), told()
    await ledger.open([first, second])
    await ledger.tell([late])

    stands = await ledger.settle(
        Settlement(
            returns=(settled_return(first, b"1"), settled_return(second, b"2")), late=settled_late(late, b"3").late
        )
    )

    assert stands == {at(0): b"1", at(1): b"2", late.source: b"3"}


async def test_an_outcome_stored_before_wins(ledger: AnyLedger) -> None:
    first, second = an_opening("r1", at(0)), an_opening("r2", at(1))
    await ledger.open([first, second])
    await ledger.settle(settled(first, b"stored"))

    stands = await ledger.settle(Settlement(returns=(settled_return(first, b"new"), settled_return(second, b"2"))))

    assert stands == {at(0): b"stored", at(1): b"2"}


async def test_a_late_outcome_stored_before_wins(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.settle(settled_late(told(), b"stored"))

    assert await ledger.settle(settled_late(told(), b"new")) == {fed(): b"stored"}


async def test_a_late_outcome_of_a_record_that_was_sent_again_is_not_kept(ledger: AnyLedger) -> None:
    again = told(source=fed(5), redrive=1)
    await ledger.tell([told()])
    await ledger.tell([again])

    assert await ledger.settle(settled_late(told(), b"stale")) == {fed(): b"stale"}
    assert (await late_earn(ledger, again)).settled is None


async def test_a_revoked_earn_says_who_revoked_it(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))

    await ledger.settle(ended(E1, EarnState.REVOKED, at(1)))

    earn = await earn_now(ledger)
    assert (earn.state, earn.claim) == (EarnState.REVOKED, str(at(1)))


async def test_an_earn_revoked_by_nobody_of_ours_carries_no_claim(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))

    await ledger.settle(ended(E1, EarnState.REVOKED))

    assert (await earn_now(ledger)).claim is None


@pytest.mark.parametrize(
    ("states", "stands"),
    [
        ([EarnState.REDEEMED, EarnState.HELD], EarnState.REDEEMED),
        ([EarnState.REVOKED, EarnState.HELD], EarnState.REVOKED),
        ([EarnState.REDEEMED, EarnState.REVOKED], EarnState.REVOKED),
        ([EarnState.REVOKED, EarnState.REDEEMED], EarnState.REVOKED),
    ],
)
async def test_the_strongest_word_stands(ledger: AnyLedger, states: list[EarnState], stands: EarnState) -> None:
    await ledger.tell([told(), told(an_earn("e2", bill="B-2"), fed(1))])

    await ledger.settle(Settlement(states=tuple((E1, state, None) for state in states)))
    for state in states:
        await ledger.settle(ended(E2, state))

    assert (await earn_now(ledger)).state is stands
    assert (await earn_now(ledger, "B-2")).state is stands


async def test_a_redeemed_earn_carries_no_claim(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))

    await ledger.settle(ended(E1, EarnState.REDEEMED, at(1)))

    assert (await earn_now(ledger)).claim is None


async def test_a_claim_that_is_given_back_is_no_name_of_a_revoke_that_the_feed_told_of(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))
    await ledger.tell([told(source=fed(1), kind=EarnKind.REVOKED)])

    await ledger.settle(Settlement(release=((E1, NOW),)))

    assert await earn_now(ledger) == an_earn(state=EarnState.REVOKED)


async def test_a_release_takes_no_name_off_a_revoked_earn(ledger: AnyLedger) -> None:
    await ledger.tell([told()])

    await ledger.settle(Settlement(states=((E1, EarnState.REVOKED, at(1)),), release=((E1, NOW),)))

    assert (await earn_now(ledger)).claim == str(at(1))


async def test_settling_again_after_a_crash_changes_nothing(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])
    await ledger.tell([told(), told(an_earn("e2", bill="B-2"), fed(1))])
    await ledger.claim(a_claim(at(), E1, E2))
    settlement = Settlement(
        returns=(settled_return(an_opening()),), states=((E1, EarnState.REVOKED, at()),), release=((E2, NOW),)
    )

    assert await ledger.settle(settlement) == await ledger.settle(settlement) == {at(): b"outcome"}

    assert (await earn_now(ledger)).claim == str(at())
    assert (await earn_now(ledger, "B-2")).claim is None


async def test_what_was_never_written_is_settled_as_given(ledger: AnyLedger) -> None:
    settlement = Settlement(
        returns=(settled_return(an_opening(), b"1"),),
        late=settled_late(told(), b"2").late,
        states=((E1, EarnState.REVOKED, None),),
        release=((E2, NOW),),
    )

    assert await ledger.settle(settlement) == {at(): b"1", fed(): b"2"}
    assert await tell_one(ledger, told()) == "noted"


async def test_an_earn_that_is_unknown_is_left_out_of_a_claim(ledger: AnyLedger) -> None:
    assert (await granted(ledger, a_claim(at(1)))).earns == ()


def test_the_calls_that_the_earns_of_a_record_share_are_put_into_text_once() -> None:
    shared, others = (a_call(["e1", "e2"]),), (a_call(["e3"]),)
    given = [(fed(0), E1, shared), (fed(0), E2, shared), (fed(1), E1, others), (fed(2), E2, ())]
    late = [SettledEarn(source=source, earn=key, outcome=b"late", calls=calls) for source, key, calls in given]

    first, second, third, fourth = [end[-1] for _, end in _ended(late)]

    assert first is second
    assert [first, third, fourth] == [calls_text(shared), calls_text(others), None]
