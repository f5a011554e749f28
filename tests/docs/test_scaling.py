"""The arithmetic of docs/scaling.md is the quota's own."""

import pytest

from consumer.core.quota import MINUTE, Share, allowance
from tests.docs.page import tables, text_of

QUOTA, _ = tables(text_of("scaling.md"))


@pytest.mark.parametrize(("per_minute", "reserve", "own", "of_all", "expected"), QUOTA)
def test_a_share_of_the_quota_is_what_the_page_says(
    per_minute: str, reserve: str, own: str, of_all: str, expected: str
) -> None:
    share = Share(own_returns=int(own), all_returns=int(of_all), own_earns=int(own), all_earns=int(of_all))

    allowed = allowance(per_minute=float(per_minute), reserve=float(reserve), share=share)

    assert allowed.rate * MINUTE == pytest.approx(float(expected))
