"""When the whole bill is back, and how one of its returns sees it."""

import pytest

from consumer.core.model import Extent, Millis, ReturnedGoods
from consumer.core.plan import returned_purchase, whole_bill_is_back
from tests.builders import BOUGHT_AT, CUSTOMER, RETURNED_AT, a_purchase, coordinates, goods

BOUGHT = {"1": 2.0, "2": 1.0}


@pytest.mark.parametrize(
    ("returns", "back"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param([goods(extent=Extent.WHOLE)], True, id="by its own word"),
        pytest.param([goods(extent=Extent.WHOLE), goods({"1": 1}, of=BOUGHT)], True, id="by an earlier one's word"),
        pytest.param([goods({"1": 2, "2": 1})], False, id="nobody knows what was bought"),
        pytest.param([goods({"1": 2, "2": 1}, of=BOUGHT)], True, id="all at once"),
        pytest.param([goods({"1": 2}, of=BOUGHT)], False, id="a line is missing"),
        pytest.param([goods({"1": 1, "2": 1}, of=BOUGHT)], False, id="a piece is missing"),
        pytest.param([goods({"1": 3}, of=BOUGHT)], False, id="too many of one do not make up for another"),
        pytest.param([goods({"1": 5, "2": 5}, of=BOUGHT)], True, id="more than was bought"),
        pytest.param([goods({"1": 2, "2": 1, "9": 1}, of=BOUGHT)], True, id="with a line nobody bought"),
        pytest.param([goods({"1": 1}, of=BOUGHT), goods({"1": 1, "2": 1})], True, id="in two, listed in the first"),
        pytest.param([goods({"1": 1}), goods({"1": 1, "2": 1}, of=BOUGHT)], True, id="in two, listed in the last"),
        pytest.param([goods({"1": 2}, of={"1": 2}), goods({"9": 1}, of=BOUGHT)], False, id="the latest list counts"),
        pytest.param([goods({"1": 2}, of=BOUGHT), goods({"9": 1}, of={"1": 2})], True, id="a shorter list later"),
        pytest.param([goods({"1": 2}, of={"1": 2}), goods({"9": 1})], True, id="an empty list is no list"),
        pytest.param([goods(extent=Extent.AMOUNT)], False, id="an amount"),
        pytest.param([goods({"1": 2, "2": 1}, of=BOUGHT, extent=Extent.AMOUNT)], False, id="an amount with lines"),
        pytest.param(
            [goods({"1": 2, "2": 1}), goods(of=BOUGHT, extent=Extent.AMOUNT)], True, id="what an amount lists counts"
        ),
        pytest.param([goods({"1": 0.1}) for _ in range(9)] + [goods({"1": 0.1}, of={"1": 1.0})], True, id="ten tenths"),
        pytest.param([goods({"1": 0.9999995}, of={"1": 1.0})], True, id="within the tolerance"),
        pytest.param([goods({"1": 0.999998}, of={"1": 1.0})], False, id="beyond the tolerance"),
    ],
)
def test_the_whole_bill_is_back_by_a_word_or_by_the_sum_of_its_parts(
    returns: list[ReturnedGoods], *, back: bool
) -> None:
    assert whole_bill_is_back(returns) is back


@pytest.mark.parametrize(
    ("returns", "lines", "whole"),
    [
        pytest.param([goods({"1": 1}, of=BOUGHT)], {"1"}, False, id="a part"),
        pytest.param([goods({"1": 2}), goods({"2": 1}, of=BOUGHT)], {"2"}, True, id="the last part"),
        pytest.param([goods({"1": 2}, extent=Extent.WHOLE)], set(), True, id="all of it"),
        pytest.param([goods({"1": 2}, extent=Extent.AMOUNT)], set(), False, id="an amount"),
        pytest.param([goods(extent=Extent.WHOLE), goods({"1": 1})], {"1"}, True, id="a part after all of it"),
        pytest.param([goods(extent=Extent.WHOLE), goods(extent=Extent.AMOUNT)], set(), False, id="an amount after all"),
        pytest.param(
            [goods({"1": 2, "2": 1}), goods(of=BOUGHT, extent=Extent.AMOUNT)],
            set(),
            False,
            id="an amount completes none",
        ),
    ],
)
def test_a_return_is_seen_with_its_own_lines_and_all_that_came_before(
    returns: list[ReturnedGoods], lines: set[str], *, whole: bool
) -> None:
    seen = returned_purchase(
        returns, source=coordinates(7), customer_id=CUSTOMER, purchased_at=BOUGHT_AT, returned_at=RETURNED_AT
    )

    assert (set[str](seen.line_ids), seen.whole_bill, seen.extent) == (lines, whole, returns[-1].extent)


def test_the_rest_of_a_seen_return_is_the_records() -> None:
    seen = returned_purchase(
        [goods({"1": 1}, bill="B-7")],
        source=coordinates(7),
        customer_id=CUSTOMER,
        purchased_at=None,
        returned_at=Millis(5),
    )

    assert (seen.source, seen.customer_id, seen.purchased_at, seen.returned_at) == (coordinates(7), CUSTOMER, None, 5)
    assert seen.purchase == a_purchase("B-7")
