"""The kinds of load, and how much of it a subject is given."""

from collections import Counter
from dataclasses import replace
from typing import get_args

import pytest

from benchmarks.arms import BASE, KEYS, SMALL, WINDOW, Keys, Order, chosen, every, fitting, named, whole
from benchmarks.faults import Faults
from benchmarks.load import intended


@pytest.mark.parametrize("keys", KEYS)
def test_fewer_returns_are_the_beginning_of_more(keys: Keys) -> None:
    assert chosen(keys, 500) == chosen(keys, 2000)[:500]


@pytest.mark.parametrize(("keys", "customers"), [("single", 1), ("uniform", 1000), ("distinct", 5000)])
def test_there_are_as_many_customers_as_the_arm_says(keys: Keys, customers: int) -> None:
    assert len(set(chosen(keys, 5000))) == customers


def test_by_zipfs_law_the_hottest_customer_has_a_seventh_or_so() -> None:
    ((hottest, count),) = Counter(chosen("zipf", 10_000)).most_common(1)

    assert hottest == 1
    assert 0.11 < count / 10_000 < 0.16


def test_each_arm_has_a_name_of_its_own() -> None:
    names = [arm.name for arm in every()]

    assert len(set(names)) == len(names)


def test_each_matrix_has_the_arms_of_the_smaller_one() -> None:
    assert set(SMALL) <= set(whole()) <= set(every())


def test_an_arm_is_found_by_a_word_of_its_name() -> None:
    assert {arm.ending for arm in named("kill -9; planned", whole())} == {"kill", "stop"}


def test_all_arms_are_meant_where_no_word_is_given() -> None:
    assert list(named("", whole())) == list(whole())


@pytest.mark.parametrize(
    ("order", "returns"), [("serial", 454), ("by key", 10_000), ("none", 10_000), ("merged", 10_000)]
)
def test_a_slow_subject_is_given_what_it_works_in_time(order: Order, returns: int) -> None:
    assert fitting(BASE, order, 10_000, 10.0) == returns


def test_of_one_customer_only_merging_gets_on() -> None:
    single = replace(BASE, keys="single")

    assert {order: fitting(single, order, 10_000, 10.0) for order in get_args(Order)} == {
        "merged": 10_000,
        "by key": 454,
        "none": 10_000,
        "serial": 454,
    }


def test_a_vendor_that_throttles_is_reckoned_with() -> None:
    throttled = replace(BASE, faults=Faults(a_second=WINDOW))

    assert fitting(throttled, "none", 10_000, 10.0) == 10 * WINDOW


def test_returns_come_at_an_even_pace_or_all_at_once() -> None:
    assert intended(3, 10.0, 5.0) == pytest.approx([5.0, 5.1, 5.2])
    assert intended(3, 0.0, 5.0) == [5.0, 5.0, 5.0]
