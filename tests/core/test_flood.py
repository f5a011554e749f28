"""When most of what comes would be set aside."""

import pytest

from consumer.core.flood import MOST_KEPT, WINDOW, FloodWindow, is_flood, judged

HALF = 0.5


def after(reasons: list[str | None], order: list[int] | None = None) -> tuple[FloodWindow, bool]:
    """The window after these, and whether any of them made a flood."""
    window: FloodWindow | None = None
    flooded = False
    for number in order if order is not None else range(len(reasons)):
        window = judged(window, number, reasons[number])
        flooded = flooded or (reasons[number] is not None and is_flood(window, number, HALF))
    assert window is not None
    return window, flooded


def garbage(count: int) -> list[str | None]:
    return ["undecodable"] * count


def fine(count: int) -> list[str | None]:
    return [None] * count


def test_more_than_the_share_of_a_full_window_is_a_flood() -> None:
    assert after(fine(99) + garbage(101))[1]


def test_the_share_itself_is_none() -> None:
    assert not after(fine(100) + garbage(100))[1]


def test_a_window_that_is_not_full_is_never_a_flood() -> None:
    assert not after(garbage(WINDOW - 1))[1]
    assert after(garbage(WINDOW))[1]


@pytest.mark.parametrize("reason", ["729", "730", None])
def test_what_the_business_expects_does_not_count(reason: str | None) -> None:
    assert not after([reason] * (2 * WINDOW))[1]


def test_a_little_garbage_that_is_judged_long_before_the_rest_is_no_flood() -> None:
    reasons: list[str | None] = ["undecodable" if number % 20 == 0 else None for number in range(5000)]
    garbage_first = sorted(range(5000), key=lambda number: reasons[number] is None)

    assert not after(reasons, garbage_first)[1]


def test_a_flood_is_seen_in_whatever_order_its_records_are_judged() -> None:
    reasons = fine(300) + garbage(150) + fine(300)

    assert after(reasons, sorted(range(750), reverse=True))[1]
    assert after(reasons, sorted(range(750), key=lambda number: number * 7919 % 750))[1]


def test_dead_letters_far_apart_in_arrival_do_not_add_up() -> None:
    reasons: list[str | None] = ["404" if number % 2 == 0 else None for number in range(1000)]

    assert not after(reasons)[1]


def test_a_ratio_of_one_never_holds() -> None:
    window = None
    for number in range(2 * WINDOW):
        window = judged(window, number, "404")
        assert not is_flood(window, number, 1.0)


def test_the_memory_is_bounded() -> None:
    assert len(after(garbage(2 * MOST_KEPT))[0].set_aside) == MOST_KEPT
