"""What a benchmark tells of a run."""

import math

import pytest

from benchmarks.figures import WARM_UP, Figures, Seen, Spent, figures, order_breaks, percentile, spread, steady_rate

SPENT = Spent(cpu=0.002, memory=100.0, calls=3, again=1, overlapping=2)
CUSTOMERS = [7, 8, 7, 8]


def seen(*numbers: int) -> list[Seen]:
    """One outcome each ten milliseconds."""
    return [Seen(number=number, at=100 + place / 100) for place, number in enumerate(numbers, 1)]


def some_figures(*numbers: int, intended: tuple[float, ...] = (100.0,) * 4) -> Figures:
    return figures(seen(*numbers), intended, CUSTOMERS, SPENT)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.501, 51), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(share: float, value: int) -> None:
    assert percentile(range(100, 0, -1), share) == value


def test_there_is_no_percentile_of_nothing() -> None:
    assert math.isnan(percentile([], 0.5))


def test_an_outcome_behind_a_later_one_of_the_same_customer_breaks_the_order() -> None:
    assert order_breaks(seen(2, 1, 0, 3), CUSTOMERS) == 1


def test_customers_may_overtake_each_other() -> None:
    assert order_breaks(seen(1, 3, 0, 2), CUSTOMERS) == 0


def test_a_return_without_an_outcome_is_lost() -> None:
    assert some_figures(0, 1, 2).lost == 1


def test_an_outcome_that_comes_again_counts_as_one_of_two_and_breaks_no_order() -> None:
    run = some_figures(0, 2, 0, 1, 3)

    assert (run.twice, run.lost, run.disordered) == (1, 0, 0)


def test_the_rate_is_that_to_the_last_outcome() -> None:
    assert some_figures(0, 1, 2, 3).rate == pytest.approx(4 / 0.04)


def test_an_outcome_was_there_when_it_was_first_seen() -> None:
    assert some_figures(0, 1, 2, 3, 0).rate == some_figures(0, 1, 2, 3).rate


def test_what_the_process_took_is_told_for_each_return() -> None:
    run = some_figures(0, 1, 2, 3)

    assert run.cpu == pytest.approx(500)
    assert (run.memory, run.calls, run.repeated, run.overlapping) == (100, 3, 1, 2)


def test_latency_counts_from_when_a_return_was_to_come() -> None:
    run = some_figures(0, 1, 2, 3)

    assert run.p50 == pytest.approx(20)
    assert run.p99 == pytest.approx(40)


def test_latency_at_a_pace_leaves_out_what_came_while_the_process_warmed_up() -> None:
    run = some_figures(0, 1, 2, 3, intended=(90.0, 90.0 + WARM_UP - 0.1, 99.93, 99.94))

    assert run.p50 == pytest.approx(100)
    assert run.p99 == pytest.approx(100)


def test_the_pace_is_known_where_the_returns_did_not_come_at_once() -> None:
    assert some_figures(0, intended=(100.0, 100.1, 100.2, 100.3)).pace == pytest.approx(10)
    assert some_figures(0).pace == 0


def test_the_steady_rate_leaves_out_a_slow_start_and_a_slow_end() -> None:
    times = [0.0, *(10 + number / 100 for number in range(998)), 100.0]

    assert steady_rate(times) == pytest.approx(100, rel=0.01)


def test_a_figure_over_the_repeats_is_its_median_with_the_lowest_and_highest() -> None:
    runs = [some_figures(*numbers) for numbers in ((0, 1, 2, 3), (0, 1), (0,))]

    found = spread(runs, "lost")

    assert (found.middle, found.low, found.high) == (2, 0, 3)


def test_a_run_without_a_figure_does_not_spoil_the_others() -> None:
    nothing = figures([], [100.0], [7], SPENT)

    assert spread([nothing, some_figures(0, 1, 2, 3)], "p50").middle == pytest.approx(20)
