"""The economy of requests, over hours of a fake clock with the real flow: a backlog takes few, and none too many."""

from dataclasses import replace

from tests.simulation.a_day import sample_day
from tests.simulation.days_group import Members
from tests.simulation.quota_day import one_call_each, our_day

TWO = Members(all=2, simulated=2)


def test_a_backlog_takes_a_fifth_of_the_calls_that_returns_one_by_one_take_and_breaks_no_minute() -> None:
    day = replace(sample_day(150), open=(0, 1.75), bursts=((1, 1.25),), outage=(0.25, 1.25))

    ours, theirs = our_day(day, TWO), one_call_each(day)

    assert ours.violations == 0
    assert ours.busiest <= day.per_minute
    assert ours.day.returns == theirs.day.returns
    assert 5 * (ours.backlog.calls + ours.probes) <= ours.backlog.returns
    assert ours.drained < theirs.drained / 5
