"""Earns whose purchase comes after a return of it: who has to tell of them, and what stands."""

import pytest

from consumer.core.model import PromotionId
from consumer.ports import Settlement, TellResult, Told, ToldPurchase
from tests.builders import an_earn
from tests.contracts.ledger.conftest import AnyLedger
from tests.contracts.ledger.values import (
    a_purchase_told,
    an_opening,
    at,
    fed,
    name_one,
    settled_late,
    tell_one,
    told,
    waiting,
)


async def view_of(ledger: AnyLedger, purchase: ToldPurchase, *earns: Told) -> tuple[list[str], bytes | None, int]:
    """The earns that the purchase's turn reads, what it settled before, and how many returns came before."""
    (view,) = await ledger.late_earns([(purchase.source, tuple(each.event.key for each in earns))])
    return [earn.key.earn_id for earn in view.earns], view.settled, len(view.returns)


def both_settled(purchase: ToldPurchase, outcome: bytes) -> Settlement:
    """The end of a purchase's record that had two late earns to tell of."""
    about = [told(an_earn(earn_id), purchase.source) for earn_id in ("e1", "e2")]
    return Settlement(late=tuple(late for each in about for late in settled_late(each, outcome).late))


async def test_a_second_word_of_an_earn_that_names_its_purchase_is_late_after_its_return(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])
    await ledger.tell([waiting()])

    assert await tell_one(ledger, told(source=fed(5))) is TellResult.LATE


@pytest.mark.parametrize("earn_first", [True, False])
async def test_who_links_an_earn_after_its_return_has_it_late_each_time(ledger: AnyLedger, *, earn_first: bool) -> None:
    await ledger.open([an_opening()])
    if earn_first:
        assert await tell_one(ledger, waiting()) is TellResult.NOTED
    assert await name_one(ledger, a_purchase_told()) == (["e1"] if earn_first else [])

    late = TellResult.NOTED if earn_first else TellResult.LATE
    assert [await tell_one(ledger, waiting()) for _ in range(2)] == [late] * 2
    assert [await name_one(ledger, a_purchase_told()) for _ in range(2)] == [["e1"] if earn_first else []] * 2


async def test_a_link_made_before_the_return_is_late_where_its_record_comes_again(ledger: AnyLedger) -> None:
    await ledger.tell([waiting()])
    await ledger.name([a_purchase_told()])
    await ledger.open([an_opening()])

    assert await tell_one(ledger, waiting()) is TellResult.NOTED
    assert await name_one(ledger, a_purchase_told()) == ["e1"]


async def test_a_purchase_has_all_the_earns_late_that_waited_for_it(ledger: AnyLedger) -> None:
    purchase = a_purchase_told()
    await ledger.open([an_opening(), an_opening("r2", at(1))])
    earns = [waiting("e2", fed(1)), waiting("e1", fed(0))]
    await ledger.tell([*earns, waiting("e3", fed(2), promotion_id=PromotionId("p2"))])

    assert await name_one(ledger, purchase) == ["e1", "e2"]

    assert await view_of(ledger, purchase, *earns) == (["e2", "e1"], None, 2)
    await ledger.settle(both_settled(purchase, b"late"))
    assert await name_one(ledger, purchase) == ["e1", "e2"]
    assert await view_of(ledger, purchase, *earns) == (["e2", "e1"], b"late", 2)


async def test_of_two_settlements_of_a_purchases_record_the_first_stands(ledger: AnyLedger) -> None:
    purchase = a_purchase_told()
    await ledger.tell([waiting(), waiting("e2", fed(1))])
    await ledger.name([purchase])

    first = await ledger.settle(both_settled(purchase, b"first"))
    second = await ledger.settle(both_settled(purchase, b"second"))

    assert [first, second] == [{purchase.source: b"first"}] * 2


async def test_a_copy_of_a_purchase_has_nothing_to_tell(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])
    await ledger.tell([waiting()])
    await ledger.name([a_purchase_told()])

    assert await name_one(ledger, a_purchase_told(source=fed(200))) == []
    assert await name_one(ledger, a_purchase_told()) == ["e1"]


async def test_a_purchase_sent_again_tells_anew_of_what_its_record_told(ledger: AnyLedger) -> None:
    first, again = a_purchase_told(), a_purchase_told(source=fed(200), redrive=1)
    await ledger.open([an_opening()])
    await ledger.tell([waiting(), waiting("e2", fed(1))])
    await ledger.name([first])
    await ledger.tell([waiting("e3", fed(2))])
    await ledger.settle(both_settled(first, b"first"))

    assert [await name_one(ledger, each) for each in (again, first, again)] == [["e1", "e2"], [], ["e1", "e2"]]

    assert (await view_of(ledger, again, waiting()))[1] is None
    await ledger.settle(both_settled(again, b"second"))
    assert (await view_of(ledger, again, waiting()))[1] == b"second"


async def test_an_earn_record_sent_again_stays_the_purchases_to_tell(ledger: AnyLedger) -> None:
    again = waiting(source=fed(9), redrive=1)
    await ledger.open([an_opening()])
    await ledger.tell([again])

    assert await name_one(ledger, a_purchase_told()) == ["e1"]

    assert await tell_one(ledger, again) is TellResult.NOTED
