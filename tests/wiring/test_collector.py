"""The collector does not walk through the records that are open."""

import gc
from collections.abc import Iterator
from itertools import repeat

import pytest

from consumer.wiring.collector import collect_seldom

RECORDS = 10_000


@pytest.fixture
def _pythons_own_collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def collections(records: int) -> int:
    """How often the collector looks while so many records are opened and kept."""
    before = sum(generation["collections"] for generation in gc.get_stats())
    kept = [[number] for number in repeat(1, records)]
    after = sum(generation["collections"] for generation in gc.get_stats())
    return after - before if kept else 0


@pytest.mark.usefixtures("_pythons_own_collector")
def test_it_does_not_look_while_ten_thousand_records_are_opened() -> None:
    by_default = collections(RECORDS)

    collect_seldom()

    assert collections(RECORDS) == 0
    assert by_default > 0


@pytest.mark.usefixtures("_pythons_own_collector")
def test_it_still_looks_when_many_more_are_kept() -> None:
    collect_seldom()

    assert collections(20 * RECORDS) > 0
