"""Earns that wait for the purchase that names them: linked by customer, promotion and request, never by time."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.core.model import CustomerId, EarnKind, EarnState, Millis, OrgId, PromotionId, RequestId
from consumer.ports import TellResult
from tests.builders import a_purchase, an_earn, goods
from tests.contracts.ledger.conftest import AnyLedger, Clock
from tests.contracts.ledger.values import (
    E1,
    E2,
    a_claim,
    a_purchase_told,
    an_opening,
    at,
    earn_now,
    earns_of,
    ended,
    fed,
    late_earn,
    name_one,
    settled_late,
    tell_one,
    told,
    waiting,
)

OTHERS: list[dict[str, Any]] = [
    {"customer_id": CustomerId(1)},
    {"promotions": frozenset({PromotionId("p2")})},
    {"request_id": RequestId("q2")},
    {"purchase": a_purchase(org_id=OrgId("org-2"))},
]
"""Purchases that do not name the earn, each for one reason."""


async def test_an_earn_without_a_purchase_waits(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])

    assert await tell_one(ledger, waiting()) is TellResult.NOTED
    assert await earns_of(ledger) == []


@pytest.mark.parametrize("promotions", [frozenset({PromotionId("p1"), PromotionId("p9")}), None])
async def test_an_earn_is_linked_when_its_purchase_comes(ledger: AnyLedger, promotions: Any) -> None:
    await ledger.tell([waiting(), waiting("e2", fed(1))])

    assert await name_one(ledger, a_purchase_told(promotions=promotions)) == []

    assert await earns_of(ledger) == ["e1", "e2"]
    assert (await late_earn(ledger, waiting())).earns == (an_earn(),)


async def test_an_earn_is_linked_when_its_purchase_came_before_it(ledger: AnyLedger) -> None:
    assert await name_one(ledger, a_purchase_told()) == []

    assert await tell_one(ledger, waiting()) is TellResult.NOTED
    assert await earn_now(ledger) == an_earn()


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("first", ["earn", "purchase"])
async def test_what_differs_in_one_respect_is_not_linked(ledger: AnyLedger, first: str, other: dict[str, Any]) -> None:
    if first == "earn":
        await ledger.tell([waiting()])
        assert await name_one(ledger, a_purchase_told(**other)) == []
    else:
        await ledger.name([a_purchase_told(**other)])
        await ledger.tell([waiting()])

    assert (await late_earn(ledger, waiting())).earns == (an_earn(purchase=None),)
    await ledger.name([a_purchase_told(source=fed(200))])
    assert await earns_of(ledger) == ["e1"]


@pytest.mark.parametrize("earns_at", [0, 1, 2])
async def test_an_earn_that_two_purchases_name_is_linked_to_neither(ledger: AnyLedger, earns_at: int) -> None:
    bills = [a_purchase_told("B-1", fed(100)), a_purchase_told("B-2", fed(101), promotions=None)]
    for step in range(3):
        if step == earns_at:
            await ledger.tell([waiting()])
        else:
            await ledger.name([bills.pop(0)])

    assert [await earns_of(ledger, bill) for bill in ("B-1", "B-2")] == [[], []]
    assert await name_one(ledger, a_purchase_told("B-1", fed(100))) == []


@pytest.mark.parametrize("hanging", ["claimed", "revoked", "told late"])
async def test_what_hangs_on_a_link_keeps_it(ledger: AnyLedger, hanging: str) -> None:
    await ledger.tell([waiting()])
    await ledger.name([a_purchase_told()])
    if hanging == "claimed":
        await ledger.claim(a_claim(at(1)))
    elif hanging == "revoked":
        await ledger.settle(ended(E1, EarnState.REVOKED, at(1)))
    else:
        await ledger.settle(settled_late(told(source=fed(100))))

    await ledger.name([a_purchase_told("B-2", fed(101))])

    assert await earns_of(ledger) == ["e1"]


async def test_an_earn_that_names_its_purchase_itself_cares_for_no_naming(ledger: AnyLedger) -> None:
    await ledger.tell([waiting()])
    await ledger.name([a_purchase_told("B-2", fed(101)), a_purchase_told("B-3", fed(102))])

    assert await tell_one(ledger, told(source=fed(5))) is TellResult.NOTED

    await ledger.name([a_purchase_told("B-4", fed(103))])
    assert await earns_of(ledger) == ["e1"]
    assert await tell_one(ledger, waiting()) is TellResult.NOTED


@pytest.mark.parametrize("end_first", [True, False])
async def test_an_end_told_of_a_waiting_earn_sticks(ledger: AnyLedger, *, end_first: bool) -> None:
    events = [told(source=fed(5), kind=EarnKind.REDEEMED), waiting()]
    await ledger.tell(events if end_first else events[::-1])

    await ledger.name([a_purchase_told()])

    assert await earn_now(ledger) == an_earn(state=EarnState.REDEEMED)


async def test_earns_and_purchases_of_one_batch_find_each_other(ledger: AnyLedger) -> None:
    requests = [f"q{n}" for n in range(200)]
    await ledger.open([an_opening(brought=[goods(bill="B-7")])])
    await ledger.tell([waiting(f"e{n}", fed(n), request=request) for n, request in enumerate(requests)])

    late = await ledger.name(
        [a_purchase_told(f"B-{n}", fed(1000 + n), request_id=RequestId(each)) for n, each in enumerate(requests)]
    )

    assert [[key.earn_id for key in keys] for keys in late] == [["e7"] if n == 7 else [] for n in range(200)]
    assert [await earns_of(ledger, f"B-{n}") for n in (0, 199)] == [["e0"], ["e199"]]


async def test_what_a_purchase_names_goes_when_it_is_old(ledger: AnyLedger, clock: Clock) -> None:
    await ledger.name([a_purchase_told(), a_purchase_told("B-2", fed(101), request_id=RequestId("q2"))])
    clock.now = Millis(5_000)
    await ledger.name([a_purchase_told("B-3", fed(102), request_id=RequestId("q3"))])

    assert [await ledger.forget(Millis(5_000), 1) for _ in range(3)] == [1, 1, 0]

    await ledger.tell([waiting(), waiting("e3", fed(3), request="q3")])
    assert [await earns_of(ledger, bill) for bill in ("B-1", "B-3")] == [[], ["e3"]]


async def test_a_link_outlives_what_named_it(ledger: AnyLedger, clock: Clock) -> None:
    await ledger.name([a_purchase_told()])
    clock.now = Millis(5_000)
    await ledger.tell([waiting()])
    await ledger.forget(Millis(5_000), 10)

    assert await tell_one(ledger, replace(waiting(), source=fed())) is TellResult.NOTED
    assert await earns_of(ledger) == ["e1"]


async def test_a_claimed_earn_is_seen_by_claimants_as_it_is_linked(ledger: AnyLedger) -> None:
    await ledger.tell([waiting(), waiting("e2", fed(1))])
    await ledger.name([a_purchase_told()])
    await ledger.name([a_purchase_told("B-2", fed(101))])

    answer = await ledger.claim(a_claim(at(1), E1, E2))

    assert [earn.purchase for earn in answer.earns] == [None, None]
