"""The earn feed: what is told is kept, and an earn that comes after its return is late."""

from dataclasses import replace

import pytest

from consumer.core.model import BillNumber, EarnKind, EarnState
from consumer.ports import EarlierReturn, LateEarn, ReturnState, TellResult
from tests.builders import BILL, BOUGHT_AT, CUSTOMER, ORG, RETURNED_AT, an_earn, goods
from tests.contracts.ledger.conftest import AnyLedger
from tests.contracts.ledger.values import (
    E1,
    a_claim,
    an_opening,
    at,
    earn_now,
    ended,
    fed,
    granted,
    late_earn,
    opened,
    settled,
    settled_late,
    tell_one,
    told,
    waiting,
)

ENDS = [(EarnKind.REDEEMED, EarnState.REDEEMED), (EarnKind.REVOKED, EarnState.REVOKED)]


async def test_an_earn_before_its_return_is_noted(ledger: AnyLedger) -> None:
    assert await tell_one(ledger, told()) is TellResult.NOTED
    assert await earn_now(ledger) == an_earn()


async def test_an_earn_after_its_return_is_late_each_time_its_record_comes(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])

    assert [await tell_one(ledger, told()) for _ in range(2)] == [TellResult.LATE] * 2


async def test_a_record_that_comes_again_after_its_return_came_is_late_now(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.open([an_opening()])

    assert await tell_one(ledger, told()) is TellResult.LATE


async def test_a_return_that_may_take_no_late_earn_makes_none_late(ledger: AnyLedger) -> None:
    await ledger.open([an_opening(eligible=False), an_opening("r2", at(1), brought=[goods(bill="B-2")])])

    assert await tell_one(ledger, told()) is TellResult.NOTED


async def test_an_earn_of_no_purchase_is_never_late(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])

    assert await tell_one(ledger, told(an_earn(purchase=None))) is TellResult.NOTED


async def test_a_copy_of_an_earn_is_noted_and_changes_nothing(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.open([an_opening(brought=[goods(bill="B-2")])])

    assert await tell_one(ledger, told(an_earn(bill="B-2"), fed(1))) is TellResult.NOTED
    assert await earn_now(ledger) == an_earn()


async def test_copies_in_one_batch_are_told_apart(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])

    results = await ledger.tell([told(), told(source=fed(1)), told(source=fed(2), redrive=1)])

    assert results == [TellResult.LATE, TellResult.NOTED, TellResult.LATE]


async def test_a_late_outcome_makes_its_record_late_for_ever(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.settle(settled_late(told()))

    assert await tell_one(ledger, told()) is TellResult.LATE
    assert (await late_earn(ledger, told())).settled == b"late"


async def test_an_earn_record_sent_again_is_looked_at_anew(ledger: AnyLedger) -> None:
    again = told(source=fed(9), redrive=1)
    await ledger.open([an_opening()])
    await ledger.tell([told()])
    await ledger.settle(settled_late(told()))

    assert await tell_one(ledger, again) is TellResult.LATE

    assert (await late_earn(ledger, again)).settled is None
    await ledger.settle(settled_late(again, b"second"))
    assert (await late_earn(ledger, again)).settled == b"second"
    assert await tell_one(ledger, told()) is TellResult.NOTED


async def test_an_earn_record_sent_again_before_any_return_is_noted(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.settle(settled_late(told()))

    assert await tell_one(ledger, told(source=fed(9), redrive=1)) is TellResult.NOTED


@pytest.mark.parametrize(("kind", "state"), ENDS)
async def test_the_end_of_an_earn_is_remembered(ledger: AnyLedger, kind: EarnKind, state: EarnState) -> None:
    await ledger.tell([told()])

    assert await tell_one(ledger, told(source=fed(1), kind=kind)) is TellResult.NOTED
    assert (await earn_now(ledger)).state is state


@pytest.mark.parametrize(("kind", "state"), ENDS)
async def test_an_end_told_before_the_earn_sticks(ledger: AnyLedger, kind: EarnKind, state: EarnState) -> None:
    await ledger.open([an_opening()])
    await ledger.tell([told(kind=kind)])

    assert await tell_one(ledger, told(source=fed(1))) is TellResult.LATE

    assert await earn_now(ledger) == an_earn(state=state)


@pytest.mark.parametrize(("kind", "state"), ENDS)
@pytest.mark.parametrize("before", [True, False])
async def test_an_end_in_one_batch_with_its_earn_sticks(
    ledger: AnyLedger, kind: EarnKind, state: EarnState, *, before: bool
) -> None:
    events = [told(source=fed(0), kind=kind), told(source=fed(1))]

    await ledger.tell(events if before else events[::-1])

    assert await earn_now(ledger) == an_earn(state=state)


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_an_earn_whose_end_came_first_and_that_is_told_without_its_purchase_and_with_it_has_it(
    ledger: AnyLedger, *, in_one_batch: bool
) -> None:
    events = [waiting(source=fed(1)), told(source=fed(2))]
    await ledger.tell([told(kind=EarnKind.REVOKED)])

    for batch in [events] if in_one_batch else [[each] for each in events]:
        await ledger.tell(batch)

    assert (await opened(ledger, an_opening())).earns == (an_earn(state=EarnState.REVOKED),)


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_an_earn_sent_again_without_its_purchase_and_then_with_it_is_the_later_records(
    ledger: AnyLedger, *, in_one_batch: bool
) -> None:
    events = [waiting(source=fed(1), redrive=1), told(source=fed(2), redrive=1)]
    await ledger.open([an_opening()])
    await ledger.tell([waiting()])

    for batch in [events] if in_one_batch else [[each] for each in events]:
        await ledger.tell(batch)

    assert await tell_one(ledger, told(source=fed(2), redrive=1)) is TellResult.LATE
    assert await tell_one(ledger, waiting(source=fed(1), redrive=1)) is TellResult.NOTED


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_the_first_end_told_stands(ledger: AnyLedger, *, in_one_batch: bool) -> None:
    ends = [told(source=fed(1), kind=EarnKind.REDEEMED), told(source=fed(2), kind=EarnKind.REVOKED)]
    await ledger.tell([told()])

    for batch in [ends] if in_one_batch else [[end] for end in ends]:
        await ledger.tell(batch)

    assert (await earn_now(ledger)).state is EarnState.REDEEMED


async def test_a_revoke_of_ours_stands_above_what_the_feed_told(ledger: AnyLedger) -> None:
    await ledger.tell([told(), told(source=fed(1), kind=EarnKind.REDEEMED)])

    await ledger.settle(ended(E1, EarnState.REVOKED, at(1)))

    assert (await earn_now(ledger)).state is EarnState.REVOKED


async def test_the_record_whose_call_is_under_way_stays_named_when_the_feed_tells_of_the_revoke(
    ledger: AnyLedger,
) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at(1)))

    await ledger.tell([told(source=fed(1), kind=EarnKind.REVOKED)])

    assert (await granted(ledger, a_claim(at(1)))).earns == (an_earn(state=EarnState.REVOKED, claim=str(at(1))),)


async def test_a_late_earn_sees_the_returns_that_may_take_it_oldest_first(ledger: AnyLedger) -> None:
    parts = [goods({line: 1.0}) for line in "1234"]
    openings = [
        an_opening("r1", at(5), brought=[goods(bill="B-0"), parts[0]], bill_numbers=(BillNumber("B-0"), BILL)),
        an_opening("r2", at(6), brought=[parts[1]], eligible=False, customer_id=None, purchased_at=None),
        an_opening("r3", at(1, 1), brought=[parts[2]]),
        an_opening("r4", at(7), brought=[parts[3]], purchased_at=None),
    ]
    await ledger.open(openings)
    await ledger.settle(settled(openings[2], b"third"))
    await ledger.tell([told()])

    view = await late_earn(ledger, told())

    def earlier(number: int, *returned: int) -> EarlierReturn:
        opening = openings[number]
        return EarlierReturn(
            source=opening.source,
            org_id=ORG,
            event_id=opening.event_id,
            customer_id=CUSTOMER,
            purchased_at=None if number == 3 else BOUGHT_AT,
            returned_at=RETURNED_AT,
            bill_numbers=opening.bill_numbers,
            returned=tuple(parts[part] for part in returned),
            state=ReturnState.SETTLED if number == 2 else ReturnState.OPEN,
            outcome=b"third" if number == 2 else None,
        )

    assert view == LateEarn(
        earns=(an_earn(),), settled=None, returns=(earlier(0, 2, 0), earlier(2, 0, 1, 3, 2), earlier(3, 0, 1, 2, 3))
    )


async def test_a_redriven_return_stands_where_it_first_was_with_its_newest_outcome(ledger: AnyLedger) -> None:
    first, again = an_opening(), an_opening(source=at(8), redrive=1)
    await ledger.open([first])
    await ledger.settle(settled(first, b"first"))
    await ledger.open([again])
    await ledger.tell([told()])

    (open_again,) = (await late_earn(ledger, told())).returns
    await ledger.settle(settled(again, b"second"))
    (settled_again,) = (await late_earn(ledger, told())).returns

    assert (open_again.source, open_again.state, open_again.outcome) == (at(), ReturnState.OPEN, b"first")
    assert (settled_again.source, settled_again.state, settled_again.outcome) == (at(), ReturnState.SETTLED, b"second")
    assert settled_again.returned == (goods({"1": 1.0}),)


async def test_late_earns_are_read_afresh(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])
    await ledger.tell([told()])
    before = await late_earn(ledger, told())
    await ledger.settle(ended(E1, EarnState.REVOKED))
    await ledger.open([an_opening("r2", at(1))])

    after = await late_earn(ledger, told())

    assert (before.earns[0].state, len(before.returns)) == (EarnState.HELD, 1)
    assert (after.earns[0].state, len(after.returns)) == (EarnState.REVOKED, 2)


async def test_an_earn_of_no_purchase_has_no_returns(ledger: AnyLedger) -> None:
    alone = told(an_earn(purchase=None))
    await ledger.tell([alone])

    assert await late_earn(ledger, alone) == LateEarn(earns=(an_earn(purchase=None),), settled=None, returns=())


async def test_many_events_at_once_each_get_their_own_answer(ledger: AnyLedger) -> None:
    await ledger.open([an_opening(f"r{n}", at(n), brought=[goods(bill=f"B-{n}")]) for n in range(0, 600, 2)])

    results = await ledger.tell([told(an_earn(f"e{n}", bill=f"B-{n}"), fed(n)) for n in range(600)])

    assert results == [TellResult.LATE, TellResult.NOTED] * 300


async def test_an_earn_keeps_its_state_when_its_first_record_comes_again(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    await ledger.settle(ended(E1, EarnState.REVOKED, at(1)))

    await ledger.tell([told(), told(source=fed(9), redrive=3)])

    assert await earn_now(ledger) == replace(an_earn(), state=EarnState.REVOKED, claim=str(at(1)))
