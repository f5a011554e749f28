"""Returns are opened once, see what came before them, and are told from their copies."""

import asyncio
from dataclasses import replace

from consumer.core.model import Coordinates, Extent, Millis
from consumer.ports import Duplicate, Opened, Settled
from tests.builders import BILL, a_purchase, an_earn, goods, quantities
from tests.contracts.ledger.conftest import AnyLedger, Starting
from tests.contracts.ledger.values import an_opening, at, fed, late_earn, open_one, opened, settled, told


async def test_a_new_return_stands_open_with_its_own_goods(ledger: AnyLedger) -> None:
    brought = goods({"1": 2.0}, of={"1": 2.0, "2": 0.5})

    arrival = await open_one(ledger, an_opening(brought=[brought]))

    assert arrival == Opened(returned=((brought,),), earns=())


async def test_a_return_found_open_at_its_own_coordinates_is_open_still(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])

    assert isinstance(await open_one(ledger, an_opening()), Opened)


async def test_a_settled_return_is_told_with_its_outcome_when_it_comes_again(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])
    await ledger.settle(settled(an_opening(), b"\x00\xffbytes"))

    assert await open_one(ledger, an_opening()) == Settled(outcome=b"\x00\xffbytes")


async def test_the_same_event_at_other_coordinates_is_a_duplicate_of_the_first(ledger: AnyLedger) -> None:
    await ledger.open([an_opening(source=at(3, partition=2))])

    assert await open_one(ledger, an_opening(source=at(4))) == Duplicate(first=at(3, partition=2))


async def test_one_event_id_of_two_organisations_is_two_events(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])

    other = replace(an_opening(source=at(1)), org_id="another")  # type: ignore[arg-type] # an id is a text

    assert isinstance(await open_one(ledger, other), Opened)


async def test_of_two_copies_in_one_batch_the_first_given_is_opened(ledger: AnyLedger) -> None:
    arrivals = await ledger.open([an_opening(source=at(9)), an_opening(source=at(1, partition=1))])

    assert isinstance(arrivals[0], Opened)
    assert arrivals[1] == Duplicate(first=at(9))


async def test_of_copies_in_two_consumers_at_once_exactly_one_is_opened(another: Starting) -> None:
    one, two = await another(), await another()
    for attempt in range(10):
        event = f"r{attempt}"

        arrivals = await asyncio.gather(
            open_one(one, an_opening(event, at(attempt))), open_one(two, an_opening(event, at(attempt, partition=1)))
        )

        assert sorted(type(arrival).__name__ for arrival in arrivals) == ["Duplicate", "Opened"]


async def test_a_redrive_higher_than_all_before_is_opened_and_settled_by_itself(ledger: AnyLedger) -> None:
    await ledger.open([an_opening()])
    await ledger.settle(settled(an_opening(), b"first"))
    again = an_opening(source=at(7), redrive=1)

    assert isinstance(await open_one(ledger, again), Opened)
    await ledger.settle(settled(again, b"second"))

    assert await open_one(ledger, again) == Settled(outcome=b"second")
    assert await open_one(ledger, an_opening()) == Settled(outcome=b"first")


async def test_a_redrive_that_is_not_higher_is_a_duplicate_of_the_first_record(ledger: AnyLedger) -> None:
    await ledger.open([an_opening(), an_opening(source=at(7), redrive=2)])

    for offset, redrive in ((8, 2), (9, 1), (10, 0)):
        assert await open_one(ledger, an_opening(source=at(offset), redrive=redrive)) == Duplicate(first=at(0))


async def test_an_event_first_seen_as_a_redrive_makes_its_older_copy_a_duplicate(ledger: AnyLedger) -> None:
    await ledger.open([an_opening(source=at(7), redrive=1)])

    assert await open_one(ledger, an_opening(source=at(8))) == Duplicate(first=at(7))


async def test_earlier_returns_of_the_purchase_come_oldest_first_and_the_own_last(ledger: AnyLedger) -> None:
    parts = [goods({str(line): 1.0}) for line in range(3)]
    for number, part in enumerate(parts[:2]):
        await ledger.open([an_opening(f"r{number}", at(number), brought=[part])])

    arrival = await opened(ledger, an_opening("r2", at(2), brought=[parts[2]]))

    assert arrival.returned == (tuple(parts),)


async def test_a_return_does_not_see_later_ones_of_its_own_partition(ledger: AnyLedger) -> None:
    mine, later, elsewhere = (goods({line: 1.0}) for line in "123")
    first = an_opening("r1", at(5), brought=[mine])
    await ledger.open(
        [first, an_opening("r2", at(6), brought=[later]), an_opening("r3", at(9, 1), brought=[elsewhere])]
    )

    assert (await opened(ledger, first)).returned == ((elsewhere, mine),)


async def test_openings_of_one_batch_see_each_other(ledger: AnyLedger) -> None:
    mine, other = goods({"1": 1.0}), goods({"2": 1.0})

    _, second = await ledger.open([an_opening("r1", at(0), brought=[mine]), an_opening("r2", at(1), brought=[other])])

    assert isinstance(second, Opened)
    assert second.returned == ((mine, other),)


async def test_a_redrive_adds_nothing_and_its_own_goods_come_once_and_last(ledger: AnyLedger) -> None:
    mine, other = goods({"1": 1.0}), goods({"2": 1.0})
    await ledger.open([an_opening("r1", at(0), brought=[mine]), an_opening("r2", at(1), brought=[other])])

    redriven = await opened(ledger, an_opening("r1", at(2), redrive=1, brought=[mine]))
    newest = await opened(ledger, an_opening("r3", at(3), brought=[mine]))

    assert redriven.returned == ((other, mine),)
    assert newest.returned == ((mine, other, mine),)


async def test_a_duplicate_adds_nothing(ledger: AnyLedger) -> None:
    await ledger.open([an_opening("r1", at(0)), an_opening("r1", at(1))])

    assert len((await opened(ledger, an_opening("r2", at(2)))).returned[0]) == 2


async def test_an_exchange_sees_each_of_its_purchases_in_order(ledger: AnyLedger) -> None:
    first, second = goods({"1": 1.0}, bill="B-9"), goods(extent=Extent.WHOLE, bill="B-2")
    before = goods(extent=Extent.AMOUNT, bill="B-2")
    await ledger.open([an_opening("r0", at(0), brought=[before])])

    arrival = await opened(ledger, an_opening("r1", at(1), brought=[first, second]))

    assert arrival.returned == ((first,), (before, second))


async def test_a_return_without_goods_sees_nothing(ledger: AnyLedger) -> None:
    await ledger.tell([told()])

    assert await open_one(ledger, an_opening(brought=[])) == Opened(returned=(), earns=())


async def test_the_earns_of_all_purchases_come_each_once_by_time_and_id(ledger: AnyLedger) -> None:
    young, old = an_earn("e1", earned_at=Millis(9)), an_earn("e9", earned_at=Millis(5), bill="B-2")
    twin = an_earn("e0", earned_at=Millis(9), bill="B-2")
    elsewhere = an_earn("e5", bill="B-3")
    await ledger.tell([told(earn, fed(n)) for n, earn in enumerate((young, old, twin, elsewhere))])

    arrival = await opened(ledger, an_opening(brought=[goods(), goods(bill="B-2")]))

    assert arrival.earns == (old, twin, young)


async def test_an_earn_comes_back_as_it_was_told(ledger: AnyLedger) -> None:
    purchase = a_purchase(store_code="S\x1f1", till_code="T\x1e2", bill_number="ΒΔ-7 \U0001f6d2")
    full = replace(an_earn("e1", lines=["2", "1", '"']), purchase=purchase, promotion_type=None)
    await ledger.tell([told(full)])

    arrival = await opened(ledger, an_opening(brought=[replace(goods(), purchase=purchase)]))

    assert arrival.earns == (full,)
    assert (await late_earn(ledger, told(full))).earns == (full,)


async def test_purchases_of_different_scopes_are_different(ledger: AnyLedger) -> None:
    await ledger.tell([told()])
    in_a_store = replace(goods(), purchase=a_purchase(store_code="S1"))
    like_a_store = replace(goods(), purchase=a_purchase(bill_number=f"{BILL}\x1fS1"))

    arrival = await opened(ledger, an_opening(brought=[in_a_store, like_a_store]))

    assert arrival == Opened(returned=((in_a_store,), (like_a_store,)), earns=())


async def test_many_openings_at_once_each_get_their_own(ledger: AnyLedger) -> None:
    openings = [an_opening(f"r{n}", at(n), brought=[goods({"1": n + 0.25}, bill=f"B-{n}")]) for n in range(700)]

    arrivals = await ledger.open(openings)

    assert [arrival.returned[0][0].lines for arrival in arrivals if isinstance(arrival, Opened)] == [
        quantities({"1": n + 0.25}) for n in range(700)
    ]


async def test_nothing_is_opened_for_nothing(ledger: AnyLedger) -> None:
    assert list(await ledger.open([])) == []


async def test_what_one_consumer_opened_another_finds(another: Starting) -> None:
    one, two = await another(), await another()
    await one.open([an_opening(source=Coordinates("t", 1, 2**40))])

    assert await open_one(two, an_opening(source=at(1))) == Duplicate(first=Coordinates("t", 1, 2**40))
