"""Numbers as a person reads them."""

import pytest

from consumer.adapters.web.words import counted


@pytest.mark.parametrize(
    ("count", "told"), [(0, "no copies"), (1, "1 copy"), (2, "2 copies"), (12_345, "12,345 copies")]
)
def test_what_is_counted_stands_in_the_singular_or_its_own_plural(count: int, told: str) -> None:
    assert counted(count, "copy", "copies") == told


@pytest.mark.parametrize(("count", "told"), [(0, "no records"), (1, "1 record"), (2, "2 records")])
def test_a_plural_that_is_not_told_has_an_s(count: int, told: str) -> None:
    assert counted(count, "record") == told
