"""A full garbage collection, which stops all threads, looks through what came after the start and nothing else."""

import gc
from collections.abc import Iterator

import pytest

from consumer.wiring.garbage import keep_what_is_there


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_at_the_start_is_not_looked_through_again() -> None:
    before = len(gc.get_objects())

    keep_what_is_there()

    assert len(gc.get_objects()) < before / 100
    assert gc.get_freeze_count() > before / 2


def test_what_comes_later_is_still_collected() -> None:
    keep_what_is_there()
    ring: list[object] = []
    ring.append(ring)

    del ring

    assert gc.collect() > 0
