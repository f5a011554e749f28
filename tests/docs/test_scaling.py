"""The arithmetic of docs/scaling.md is right, and that of the quota is the quota's own."""

from math import ceil

import pytest

from consumer.core.quota import MINUTE, Share, allowance
from tests.docs.page import tables, text_of

QUOTA, _, _, LADDER = tables(text_of("scaling.md"))
DAY = 86_400
PEAK = 3
OF_AN_INSTANCE = 1000
MERGED = 5


@pytest.mark.parametrize(("per_minute", "reserve", "own", "of_all", "expected"), QUOTA)
def test_a_share_of_the_quota_is_what_the_page_says(
    per_minute: str, reserve: str, own: str, of_all: str, expected: str
) -> None:
    share = Share(own_returns=int(own), all_returns=int(of_all), own_earns=int(own), all_earns=int(of_all))

    allowed = allowance(per_minute=float(per_minute), reserve=float(reserve), share=share)

    assert allowed.rate * MINUTE == pytest.approx(float(expected))


@pytest.mark.parametrize("row", LADDER, ids=lambda row: row[0])
def test_what_so_many_returns_a_day_need_is_what_the_page_says(row: list[str]) -> None:
    a_day, peak, one_each, merged, instances, partitions = (float(cell.replace(",", "")) for cell in row)
    a_second = PEAK * a_day / DAY

    assert peak == pytest.approx(a_second, rel=0.15 if a_second < 1 else 0.01)
    assert one_each == pytest.approx(a_second * MINUTE, abs=0.5)
    assert merged == pytest.approx(a_second * MINUTE / MERGED, abs=0.5)
    assert instances == ceil(a_second / OF_AN_INSTANCE)
    assert partitions == max(8, 4 * instances)
