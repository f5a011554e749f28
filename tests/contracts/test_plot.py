"""What becomes of numbers and series before they are shown."""

import pytest

from consumer.adapters.web.plot import BOTTOM, TOP, WIDTH, drawn
from consumer.adapters.web.words import breakable, counted, duration, number, percent
from tests.contracts.a_page import a_series


def test_the_hour_runs_from_left_to_right_and_the_highest_is_at_the_top() -> None:
    plot = drawn(a_series(points=((3600.0, 0.0), (1800.0, 10.0), (0.0, 5.0))))

    assert plot.line == f"M0,{BOTTOM}L{WIDTH // 2},{TOP}L{WIDTH},{round((TOP + BOTTOM) / 2)}"
    assert plot.area == f"{plot.line}V{BOTTOM}H0Z"
    assert (plot.now, plot.highest) == (5.0, 10.0)


def test_what_is_older_than_an_hour_is_not_drawn() -> None:
    plot = drawn(a_series(points=((3700.0, 99.0), (1800.0, 1.0), (0.0, 1.0))))

    assert plot.highest == 1.0
    assert plot.line.startswith(f"M{WIDTH // 2},")


def test_a_level_stretch_is_one_line() -> None:
    level = tuple((10.0 * n, 7.0) for n in reversed(range(360)))

    assert drawn(a_series(points=level)).line.count("L") == 1


def test_there_is_room_for_the_limit() -> None:
    plot = drawn(a_series(points=((0.0, 10.0),), limit=20.0))

    assert plot.limit == TOP
    assert plot.line == f"M{WIDTH},{round((TOP + BOTTOM) / 2)}"


def test_nothing_at_all_is_no_line_and_only_zeros_lie_on_the_ground() -> None:
    nothing, zeros = drawn(a_series(points=())), drawn(a_series(points=((60.0, 0.0), (0.0, 0.0))))

    assert (nothing.line, nothing.area, nothing.now, nothing.limit) == ("", "", None, None)
    assert zeros.line.count(f",{BOTTOM}") == 2


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (duration(0), "0 s"),
        (duration(0.42), "0.4 s"),
        (duration(9.99), "10 s"),
        (duration(59.4), "59 s"),
        (duration(60), "1 min"),
        (duration(425), "7 min 5 s"),
        (duration(7_800), "2 h 10 min"),
        (duration(273_600), "3 d 4 h"),
        (duration(-1), "0 s"),
        (number(12_345.6), "12,346"),
        (number(1.25), "1.2"),
        (number(0.04), "0"),
        (number(3.0), "3"),
        (percent(0.0), "0 %"),
        (percent(0.001), "<1 %"),
        (percent(0.375), "38 %"),
        (percent(1.0), "100 %"),
        (counted(0, "call"), "no calls"),
        (counted(1, "call"), "1 call"),
        (counted(1_200, "call"), "1,200 calls"),
        (breakable("A_<B>"), "A_<wbr>&lt;B&gt;"),
    ],
)
def test_numbers_read_as_a_person_says_them(told: str, words: str) -> None:
    assert told.replace("\N{NO-BREAK SPACE}", " ") == words
