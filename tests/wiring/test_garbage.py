"""The garbage collector leaves alone what is there at the start, and the records that are open."""

import gc
from collections.abc import Iterator

import pytest

from consumer.wiring.garbage import collect_seldom

RECORDS = 10_000


@pytest.fixture(autouse=True)
def _pythons_own_collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def collections(records: int) -> int:
    """How often the collector looks while so many records are opened and kept."""
    before = sum(generation["collections"] for generation in gc.get_stats())
    kept = [[number] for number in range(records)]
    after = sum(generation["collections"] for generation in gc.get_stats())
    return after - before if kept else 0


def test_what_is_there_at_the_start_is_not_looked_through_again() -> None:
    before = len(gc.get_objects())

    collect_seldom()

    assert len(gc.get_objects()) < before / 100
    assert gc.get_freeze_count() > before / 2


def test_nothing_is_looked_through_while_ten_thousand_records_are_opened() -> None:
    by_default = collections(RECORDS)

    collect_seldom()

    assert by_default > 0
    assert collections(RECORDS) == 0


def test_what_comes_later_is_still_collected() -> None:
    collect_seldom()
    ring: list[object] = []
    ring.append(ring)

    del ring

    assert collections(20 * RECORDS) > 0
    assert gc.collect() == 0
