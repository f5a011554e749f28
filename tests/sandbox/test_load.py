"""What the shop that does not close tells of its purchases."""

import json
from collections import Counter

from consumer.sandbox.demo.story import Told
from consumer.sandbox.load import LATER, Fate, Purchase, held, told

CYCLE = 240
"""Purchases until everything comes again."""


def day(purchases: int) -> list[tuple[int, Told]]:
    """All that is told, in order, each with the number of the purchase during which it is."""
    return [(number, record) for number in range(purchases) for record in told("run", number, at=number)]


def fields(record: Told) -> dict[str, object]:
    read: dict[str, object] = json.loads(record.value or b"")
    return read


def when(day: list[tuple[int, Told]], topic: str, fate: Fate) -> dict[int, int]:
    """By the number of each purchase that ends so: when this topic is told of it."""
    numbers = {Purchase(run="run", number=number, at=0).bill: number for number in range(len(day))}
    return {
        number: at
        for at, record in day
        for number in [numbers[str(fields(record)["bill_number"])]]
        if record.topic == topic and Purchase(run="run", number=number, at=0).fate == fate
    }


def test_half_is_kept_and_less_than_a_hundredth_of_what_comes_back_becomes_a_dead_letter() -> None:
    fates = Counter(Purchase(run="run", number=number, at=0).fate for number in range(CYCLE))

    assert fates["kept"] == CYCLE / 2
    assert 0 < fates["spent"] < CYCLE / 2 / 100
    assert min(fates["back"], fates["one line back"], fates["told late"]) >= CYCLE / 20


def test_goods_come_back_some_purchases_after_their_earns_were_told() -> None:
    purchases = day(CYCLE)

    earned, returned = (when(purchases, topic, "back") for topic in ("earns", "returns"))

    assert earned == {number: number for number in earned}
    assert returned == {number: number + LATER for number in earned if number + LATER < CYCLE}


def test_a_late_earn_is_told_after_its_return() -> None:
    purchases = day(CYCLE)

    earned, returned = (when(purchases, topic, "told late") for topic in ("earns", "returns"))

    assert earned
    assert all(at == returned[number] + LATER for number, at in earned.items())


def test_nothing_is_told_of_what_is_kept_but_its_earns() -> None:
    purchases = day(CYCLE)

    assert when(purchases, "earns", "kept")
    assert when(purchases, "returns", "kept") == {}


def test_the_vendor_hears_of_each_earn_as_the_feed_does() -> None:
    records = told("run", 2, at=7)

    assert held(records) == [
        {"customerId": each["customer_id"], "promotionId": each["promotion_id"], "earnId": each["earn_id"]}
        for each in map(fields, records)
    ]
    assert len(records) == 2


def test_no_id_comes_twice_and_another_run_has_others() -> None:
    ids = [
        fields(record)["event_id"] for run in ("run", "other") for n in range(CYCLE) for record in told(run, n, at=0)
    ]

    assert len(ids) == len(set(ids))
