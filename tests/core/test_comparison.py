"""Two policies on the same past: a table of fates, and what holds of every comparison."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.comparison import (
    MOST_LISTED,
    Comparison,
    Fate,
    Kept,
    Past,
    PastReturn,
    Refused,
    Taken,
    compared,
    fate,
)
from consumer.core.model import CustomerId, Earn, EarnState, EventId, Extent, PromotionType, ReturnedGoods
from consumer.core.plan import PartialReturns, Policy
from tests.builders import BOUGHT_AT, CUSTOMER, RETURNED_AT, a_policy, an_earn, coordinates, goods
from tests.core.test_plan_properties import different_earns, histories, policies

LINES, ANY, WHOLE = (a_policy(partial_returns=each) for each in PartialReturns)


def a_past(*brought: ReturnedGoods, earns: tuple[Earn, ...] = (), customer: CustomerId = CUSTOMER) -> Past:
    """The returns r0, r1, … of one purchase, each with what it brought back."""
    returns = tuple(
        PastReturn(
            event_id=EventId(f"r{at}"),
            source=coordinates(at),
            customer_id=customer,
            purchased_at=BOUGHT_AT,
            returned_at=RETURNED_AT,
            returned=brought[: at + 1],
        )
        for at in range(len(brought))
    )
    return Past(returns=returns, earns=earns)


R0, R1 = EventId("r0"), EventId("r1")
OF_TWO = {"1": 1.0, "2": 1.0}
PARTS = (goods({"1": 1.0}, of=OF_TWO), goods({"2": 1.0}, of=OF_TWO))
OF_LINE_1, OF_BILL = an_earn("e1", lines=["1"]), an_earn("e2")


@pytest.mark.parametrize(
    ("brought", "earn", "policy", "expected"),
    [
        (PARTS[:1], OF_LINE_1, LINES, Taken(R0)),
        (PARTS[:1], OF_LINE_1, WHOLE, Kept("not-whole-bill")),
        (PARTS[:1], OF_LINE_1, ANY, Taken(R0)),
        (PARTS[1:], OF_LINE_1, LINES, Kept("other-line")),
        (PARTS, OF_LINE_1, WHOLE, Taken(R1)),
        (PARTS, OF_BILL, LINES, Taken(R1)),
        (PARTS, OF_BILL, ANY, Taken(R0)),
        (PARTS[:1], an_earn(state=EarnState.REVOKED, claim="somebody"), ANY, Taken(R0)),
        (PARTS[:1], an_earn(state=EarnState.REDEEMED), ANY, Refused(R0, 729)),
        (PARTS[:1], an_earn(promotion_type=PromotionType.POS), ANY, Refused(R0, 730)),
        (PARTS[:1], an_earn(customer_id=CustomerId(1)), ANY, Kept("other-customer")),
        ((goods(extent=Extent.AMOUNT),), OF_LINE_1, LINES, Kept("other-line")),
        ((), OF_LINE_1, ANY, None),
    ],
)
def test_the_fate_of_an_earn(
    brought: tuple[ReturnedGoods, ...], earn: Earn, policy: Policy, expected: Fate | None
) -> None:
    assert fate(earn, a_past(*brought), policy) == expected


def test_the_differences_are_counted_by_promotion_with_the_reasons_and_the_customers() -> None:
    spent = an_earn("e3", state=EarnState.REDEEMED, customer_id=CUSTOMER)
    comparison = Comparison(policies=(LINES, WHOLE))

    comparison.add(a_past(*PARTS[:1], earns=(OF_LINE_1, OF_BILL)))
    comparison.add(a_past(goods(extent=Extent.WHOLE), earns=(OF_BILL, spent)))

    (counts,) = comparison.promotions.values()
    assert (counts.earns, counts.first, counts.second, counts.only_first, counts.only_second) == (4, 2, 1, 1, 0)
    assert (comparison.purchases, comparison.returns, comparison.differences) == (2, 2, 1)
    assert [each.earn for each in comparison.listed] == [OF_LINE_1]
    assert [dict(side.left) for side in comparison.sides] == [{}, {"not-whole-bill": 1}]
    assert [side.dead_letters for side in comparison.sides] == [1, 1]
    assert comparison.customers == {CUSTOMER}


def test_a_dead_letter_more_is_a_difference_that_no_customer_sees() -> None:
    comparison = Comparison(policies=(WHOLE, ANY))

    comparison.add(a_past(*PARTS[:1], earns=(an_earn(state=EarnState.REDEEMED),)))

    assert (comparison.differences, comparison.customers) == (1, set())
    assert [side.dead_letters for side in comparison.sides] == [0, 1]


def test_so_many_differences_are_listed_and_all_are_counted() -> None:
    comparison = Comparison(policies=(LINES, WHOLE))
    many = tuple(an_earn(f"e{at}", lines=["1"]) for at in range(MOST_LISTED + 1))

    comparison.add(a_past(*PARTS[:1], earns=many))

    assert (len(comparison.listed), comparison.differences) == (MOST_LISTED, MOST_LISTED + 1)


@given(histories, different_earns, policies)
def test_a_policy_compared_with_itself_differs_nowhere(
    history: list[ReturnedGoods], earns: list[Earn], policy: Policy
) -> None:
    comparison = Comparison(policies=(policy, policy))

    comparison.add(a_past(*history, earns=tuple(earns)))

    assert (comparison.differences, comparison.customers, comparison.listed) == (0, set(), [])
    assert all(counts.first == counts.second for counts in comparison.promotions.values())


@given(histories, different_earns, policies, policies)
def test_the_other_way_round_the_sides_change_places_and_nothing_else(
    history: list[ReturnedGoods], earns: list[Earn], first: Policy, second: Policy
) -> None:
    past = a_past(*history, earns=tuple(earns))

    there, back = compared(past, first, second), compared(past, second, first)

    assert [(each.earn, each.first, each.second) for each in there] == [
        (each.earn, each.second, each.first) for each in back
    ]


@given(histories, different_earns, st.sampled_from(PartialReturns))
def test_any_return_takes_whatever_another_rule_takes(
    history: list[ReturnedGoods], earns: list[Earn], rule: PartialReturns
) -> None:
    for each in compared(a_past(*history, earns=tuple(earns)), a_policy(partial_returns=rule), ANY):
        assert not (isinstance(each.second, Kept) and not isinstance(each.first, Kept))


@given(histories, different_earns)
def test_what_the_whole_bill_takes_the_matching_lines_take_too(history: list[ReturnedGoods], earns: list[Earn]) -> None:
    for each in compared(a_past(*history, earns=tuple(earns)), WHOLE, LINES):
        assert not (isinstance(each.second, Kept) and not isinstance(each.first, Kept))
