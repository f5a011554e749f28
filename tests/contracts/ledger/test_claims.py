"""Claims: one call for an earn at a time, whoever asks."""

import asyncio
from dataclasses import replace

import pytest

from consumer.adapters.ledger.claiming import decide
from consumer.core.model import Coordinates, EarnKind, EarnState
from consumer.ports import Granted, Settlement
from tests.builders import an_earn
from tests.contracts.ledger.conftest import AnyLedger, Starting
from tests.contracts.ledger.values import (
    E1,
    E2,
    LEASE,
    NOW,
    a_claim,
    at,
    denied,
    earn_now,
    ended,
    fed,
    granted,
    told,
)


async def test_a_free_earn_is_granted_for_certain(ledger: AnyLedger) -> None:
    await ledger.tell([told()])

    answer = await granted(ledger, a_claim(at(1)))

    assert [earn.claim for earn in answer.earns] == [str(at(1))]
    assert answer.uncertain == frozenset()
    assert (await earn_now(ledger)).claim == str(at(1))


async def test_a_record_that_comes_again_owns_its_claim_and_is_uncertain(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))

    assert (await granted(ledger, a_claim(at(1), now=NOW + 1))).uncertain == {E1}


async def test_a_claim_that_the_same_request_makes_again_of_an_earn_never_asked_for_is_certain(
    ledger: AnyLedger,
) -> None:
    await ledger.tell([told(), told(an_earn("e2"), fed(1))])
    await ledger.claim(a_claim(at(1), E1, E2))
    later = a_claim(at(1), E1, E2, now=NOW + 1)

    assert (await granted(ledger, replace(later, again={E1: NOW}))).uncertain == {E2}


@pytest.mark.parametrize("by", [at(1), at(2)])
async def test_a_claim_made_since_by_another_or_by_another_life_leaves_its_doubt(
    ledger: AnyLedger, by: Coordinates
) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))
    await ledger.claim(a_claim(by, now=NOW + LEASE + 1))
    again = replace(a_claim(at(1), now=NOW + 2 * LEASE + 2), again={E1: NOW})

    assert (await granted(ledger, again)).uncertain == {E1}


async def test_an_end_that_the_feed_told_of_an_earn_never_asked_for_is_nobodys_of_ours(ledger: AnyLedger) -> None:
    other = an_earn("e2", bill="B-2")
    await ledger.tell([told(), told(other, fed(1))])
    await ledger.claim(a_claim(at(1), E1, E2))
    await ledger.tell([told(source=fed(2), kind=EarnKind.REVOKED)])
    await ledger.tell([told(other, fed(3), kind=EarnKind.REVOKED)])

    answer = await granted(ledger, replace(a_claim(at(1), E1, E2, now=NOW + 1), again={E1: NOW}))

    assert {earn.key: earn.claim for earn in answer.earns} == {E1: None, E2: str(at(1))}
    assert (await earn_now(ledger)).claim is None


async def test_anothers_live_claim_denies_everything(ledger: AnyLedger) -> None:
    await ledger.tell([told(), told(an_earn("e2", bill="B-2"), fed(1))])
    await ledger.claim(a_claim(at(1), E1))

    answer = await denied(ledger, a_claim(at(2), E2, E1, now=NOW + LEASE))

    assert {earn.key: earn.claim for earn in answer.earns} == {E2: None, E1: str(at(1))}
    assert (await earn_now(ledger, "B-2")).claim is None


async def test_a_claim_of_another_record_of_the_lane_gives_way_and_is_uncertain(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(2)))

    answer = await granted(ledger, replace(a_claim(at(1), now=NOW + 1), instead_of=frozenset({str(at(2))})))

    assert answer.uncertain == {E1}
    assert (await earn_now(ledger)).claim == str(at(1))


async def test_anothers_claim_older_than_the_lease_is_taken_over_and_uncertain(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))

    answer = await granted(ledger, a_claim(at(2), now=NOW + LEASE + 1))

    assert answer.uncertain == {E1}
    assert answer.earns[0].claim == str(at(2))
    await denied(ledger, a_claim(at(1), now=NOW + LEASE + 2))


async def test_a_claim_made_again_starts_its_lease_again(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))
    await ledger.claim(a_claim(at(1), now=NOW + LEASE))

    await denied(ledger, a_claim(at(2), now=NOW + LEASE + 1))


async def test_an_earn_that_is_gone_is_reported_and_claims_the_others(ledger: AnyLedger) -> None:
    await ledger.tell([told(), told(an_earn("e2"), fed(1))])
    await ledger.settle(ended(E1, EarnState.REVOKED, at(5)))

    answer = await granted(ledger, a_claim(at(1), E1, E2))

    assert [(earn.key, earn.state, earn.claim) for earn in answer.earns] == [
        (E1, EarnState.REVOKED, str(at(5))),
        (E2, EarnState.HELD, str(at(1))),
    ]
    assert answer.uncertain == frozenset()


async def test_a_redeemed_earn_is_not_claimed(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.settle(ended(E1, EarnState.REDEEMED))

    (earn,) = (await granted(ledger, a_claim(at(1)))).earns

    assert (earn.state, earn.claim) == (EarnState.REDEEMED, None)


async def test_one_claim_may_speak_for_several_records(ledger: AnyLedger) -> None:
    await ledger.tell([told(), told(an_earn("e2"), fed(1))])
    claim = a_claim(at(1))

    answer = await granted(ledger, type(claim)(owners={E1: at(1), E2: at(2)}, now=NOW, lease=LEASE))

    assert {earn.key: earn.claim for earn in answer.earns} == {E1: str(at(1)), E2: str(at(2))}


async def test_a_released_claim_is_free_again(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))
    await ledger.settle(Settlement(release=((E1, NOW),)))

    assert (await granted(ledger, a_claim(at(2)))).uncertain == frozenset()


async def test_a_claim_made_anew_outlives_the_release_of_the_one_before(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))
    await ledger.claim(a_claim(at(1), now=NOW + 1))
    await ledger.settle(Settlement(release=((E1, NOW),)))

    assert (await granted(ledger, a_claim(at(1), now=NOW + 2))).uncertain == {E1}


async def test_claims_of_one_moment_are_decided_in_order(ledger: AnyLedger) -> None:
    await ledger.tell([told(), told(an_earn("e2"), fed(1))])

    answers = await asyncio.gather(
        ledger.claim(a_claim(at(1), E1)), ledger.claim(a_claim(at(2), E2, E1)), ledger.claim(a_claim(at(3), E2))
    )

    assert [isinstance(answer, Granted) for answer in answers] == [True, False, True]


async def test_of_two_consumers_that_claim_at_once_exactly_one_is_granted(another: Starting) -> None:
    one, two = await another(), await another()
    for number in range(10):
        left, right = an_earn(f"a{number}"), an_earn(f"b{number}")
        await one.tell([told(left, fed(2 * number)), told(right, fed(2 * number + 1))])

        answers = await asyncio.gather(
            one.claim(a_claim(at(1), left.key, right.key)), two.claim(a_claim(at(2), right.key, left.key))
        )

        assert sorted(type(answer).__name__ for answer in answers) == ["Denied", "Granted"]


@pytest.mark.parametrize(("in_doubt", "claimed_by"), [(False, None), (True, str(at(1)))])
def test_an_end_that_is_told_of_while_a_claim_is_not_heard_of_is_its_own_only_if_it_was_in_doubt_before(
    claimed_by: str | None, *, in_doubt: bool
) -> None:
    key = (E1.org_id, E1.earn_id)
    row = (*key, 4711, "p1", None, None, None, None, 1, "revoked", str(at(1)), NOW)

    answer, written = decide(a_claim(at(1)), {key: row}, {(*key, str(at(1)), NOW): in_doubt})

    assert [earn.claim for earn in answer.earns] == [claimed_by]
    assert [each[-2:] for each, _ in written] == ([] if in_doubt else [(None, None)])
